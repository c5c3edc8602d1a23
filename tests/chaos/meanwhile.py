"""What happens in the middle of a push: something else is done, or the process dies.

Named moments of a delivery, reached in this process. (tests/chaos/killing.py kills real processes.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from syncjobs import delivery

MOMENTS = ("before write", "after write", "before record", "after record")
Deed = Callable[[], object]


class Killed(BaseException):
    """The worker dies: nothing may catch it as an error."""


def die() -> None:
    raise Killed


@contextmanager
def at(moment: str, deed: Deed) -> Iterator[None]:
    """Do the deed once, at this moment of the first delivery within."""
    side, name = moment.split()
    deeds = [deed]
    original = getattr(delivery, name)

    def interrupted(*args: Any, **settings: Any) -> Any:
        if side == "before" and deeds:
            deeds.pop()()
        result = original(*args, **settings)
        if side == "after" and deeds:
            deeds.pop()()
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, name, interrupted)
        yield
