"""How figures are taken and shown: medians, beside a reference measured in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(call: Callable[[], object], times: int = 5) -> float:
    """Median seconds of a call, after one that is not counted."""
    call()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def show(what: str, figure: str, reference: str = "") -> None:
    """One line of the report."""
    print(f"\n  {what:<58} {figure:>16}   {reference}", flush=True)
