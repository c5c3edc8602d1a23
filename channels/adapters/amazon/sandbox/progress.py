"""What time has done: accepted submissions applied, feeds begun and ended, each in its turn.

Nothing runs in the background. Whoever looks first makes up for the time passed, in order.
"""

from __future__ import annotations

from channels.adapters.amazon.sandbox import feedwork, submissions
from channels.adapters.amazon.sandbox.application import Sandbox


def advance(sandbox: Sandbox) -> None:
    """Bring the sandbox to its clock's time."""
    with sandbox.store.transaction():
        now = sandbox.now()
        # Time may have been set back.
        sandbox.progressed_at = min(sandbox.progressed_at, now)
        while True:
            event = feedwork.next_event(sandbox)
            is_due = event is not None and event.at <= now
            submissions.apply_due(sandbox, event.at if event and is_due else now)
            if event is None or not is_due:
                break
            sandbox.progressed_at = event.at
            feedwork.play(sandbox, event)
        sandbox.progressed_at = now
