"""A process that works on one upload and is killed on its way: a real SIGKILL of a real process.

python -m tests.syncjobs.upload_dying ID MOMENT BATCHES BATCH_SIZE
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import django

MOMENTS = ("written", "noted", "committed")
"""A batch's units are posted; also noted; the transaction is through."""


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(upload_id: int, moment: str, batches: int, size: int) -> None:
    """Work, and die in the batch of that number, counted from 1."""
    django.setup()
    applying: Any = import_module("syncjobs.uploads.applying")
    working: Any = import_module("syncjobs.uploads.working")
    applying.BATCH = size
    seen = 0

    def counted(original: Callable[..., Any], *, is_before: bool) -> Callable[..., Any]:
        def step(*args: Any) -> Any:
            nonlocal seen
            seen += 1
            if is_before and seen == batches:
                _die()
            result = original(*args)
            if seen == batches:
                _die()
            return result

        return step

    name = "_apply_batch" if moment == "committed" else "_note"
    original = getattr(applying, name)
    setattr(applying, name, counted(original, is_before=moment == "written"))
    working.work(upload_id)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
