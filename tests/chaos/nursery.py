"""A process that has booted the product, and bears children who push and are killed: a real process
with a real SIGKILL, in a few milliseconds instead of a start of Python.

    python -m tests.chaos.nursery        one order a line on standard input, as JSON:
    {"channel": 1, "kind": "due", "moment": "sent"}    dies at that moment, if it comes to it
    {"channel": 1, "kind": "due", "seconds": 0.02}     is killed then, wherever it stands
    {"channel": 1, "kind": "due"}                      lives to its end

Answers each with {"signal": 9, "code": 0}.

The moments are hooks of this test alone: the child replaces a function of the product by one that
calls it and then kills its own process, before anything could be cleaned up.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NoReturn

import django
import urllib3.connection
from django.db import transaction

Wrapper = Callable[[Callable[..., Any]], Callable[..., Any]]


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable: nobody survives that")


def before(_original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *_args, **_settings: die()


def after(original: Callable[..., Any]) -> Callable[..., Any]:
    def fatal(*args: Any, **settings: Any) -> Any:
        result = original(*args, **settings)
        # A generator has done nothing yet: let it come to its end.
        list(result) if hasattr(result, "__next__") else None
        die()

    return fatal


def uncommitted(original: Callable[..., Any]) -> Callable[..., Any]:
    """All of it was done, and nothing of it committed."""

    def fatal(*args: Any, **settings: Any) -> Any:
        with transaction.atomic():
            original(*args, **settings)
            die()

    return fatal


def unanswered(original: Callable[..., Any]) -> Callable[..., Any]:
    """The request has left; nobody will read its answer."""

    def fatal(*args: Any, **settings: Any) -> Any:
        kind: Any = urllib3.connection.HTTPConnection
        kind.getresponse = lambda *_args: die()
        return original(*args, **settings)

    return fatal


MOMENTS: dict[str, list[tuple[str, str, Wrapper]]] = {
    "before claim": [
        ("syncjobs.claims", "due", before),
        ("syncjobs.claims", "chosen", before),
    ],
    "claimed": [("syncjobs.claims", "due", after), ("syncjobs.claims", "chosen", after)],
    "read": [("syncjobs.remote", "read", after)],
    "order half taken": [("channels.intake.placing", "bind_lines", uncommitted)],
    "orders taken": [("syncjobs.importing", "take_if_allowed", after)],
    "before writing": [("syncjobs.delivery", "write", before)],
    "half written": [("syncjobs.delivery", "write", uncommitted)],
    "written": [("syncjobs.delivery", "write", after)],
    "sent": [("syncjobs.delivery", "offer", unanswered)],
    "answered": [("syncjobs.delivery", "offer", after)],
    "half recorded": [("syncjobs.delivery", "record", uncommitted)],
    "recorded": [("syncjobs.delivery", "record", after)],
    "ended": [("syncjobs.records", "finish", after)],
}
"""The numbered steps of a push, and what kills at each."""


def live(order: Mapping[str, Any]) -> None:
    """One run of a push, in a process that holds nothing open yet."""
    for module, name, wrapper in MOMENTS.get(order.get("moment", ""), ()):
        owner = import_module(module)
        setattr(owner, name, wrapper(getattr(owner, name)))
    models = import_module("syncjobs.models")
    channel = import_module("channels.models").Channel.objects.get(pk=order["channel"])
    run = models.Run(channel=channel, kind=order["kind"], trigger=models.Run.Trigger.SCHEDULE)
    import_module("syncjobs.runner").execute(run)


def bear(order: Mapping[str, Any]) -> dict[str, int]:
    """Fork a child for the order; how it ended."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            live(order)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    deadline = time.monotonic() + order.get("seconds", 120)
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            break
        time.sleep(0.001)
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status), "code": 0}
    return {"signal": 0, "code": os.WEXITSTATUS(status)}


def main() -> None:
    """Boot, then serve orders until standard input ends."""
    django.setup()
    import_module("syncjobs.runner")
    for line in sys.stdin:
        print(json.dumps(bear(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
