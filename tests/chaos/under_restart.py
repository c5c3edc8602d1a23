"""A process that moves stock and pushes while its database is killed under it.

    DATABASE_URL=... python -m tests.chaos.under_restart MOVEMENTS

Migrates the empty database, opens a shop on a sandbox of its own, and says "ready". From then on
one thread receives units and another sweeps; both begin anew after an error, movements under the
same key, as whoever got no answer does. A line on standard output tells each movement that was
acknowledged. Ends with code 0 when all was right in the end.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import django
from django.core.management import call_command
from django.db import Error, close_old_connections, connection

LONGEST = 60.0
"""Seconds that anybody tries again before the test has failed."""


def insist(deed: Callable[[], object]) -> int:
    """Do it, again after an error of the database, until it is done. How often it failed."""
    deadline, failures = time.monotonic() + LONGEST, 0
    while True:
        try:
            deed()
        except Error:
            failures += 1
            close_old_connections()
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return failures


def main(movements: int) -> int:
    """The whole story; returns the exit code."""
    django.setup()
    call_command("migrate", verbosity=0)
    # Only now are there models to import.
    from tests.chaos.restart_story import Story  # noqa: PLC0415

    with Story.told(movements) as story:
        print("ready", flush=True)
        pusher = threading.Thread(target=story.push)
        pusher.start()
        failures = story.move()
        story.is_over.set()
        pusher.join(LONGEST)
        assert not pusher.is_alive()
        story.check()
        print(f"right, after {failures + story.failures} failures", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
