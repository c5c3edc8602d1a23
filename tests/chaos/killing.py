"""The nursery from outside: ask for a push, and for its death."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from channels.models import Channel
from syncjobs.models import Run
from tests.chaos.world import database_url


@dataclass
class Nursery:
    """A booted process that bears others."""

    process: subprocess.Popen[str]

    def push(self, channel: Channel, kind: Run.Kind = Run.Kind.DUE, **death: Any) -> bool:
        """Push in a new process, killed at a `moment` or after `seconds`; whether it was."""
        order = {"channel": channel.pk, "kind": str(kind), **death}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(order)}\n")
        self.process.stdin.flush()
        ended = json.loads(self.process.stdout.readline())
        assert ended["code"] == 0, f"{order} failed: see standard error"
        return bool(ended["signal"] == signal.SIGKILL)


@contextmanager
def nursery() -> Iterator[Nursery]:
    """One for this test's database."""
    environment = os.environ | {"DATABASE_URL": database_url(), "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.nursery"],
        cwd=settings.BASE_DIR,
        env=environment | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        process.wait(30)
