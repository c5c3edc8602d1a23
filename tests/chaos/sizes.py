"""How much chaos: every size is read here, and nowhere else.

`make test` runs the small sizes, `make chaos` (STOCKCAST_CHAOS=full) the large ones; a variable of
its own overrules either, for example STOCKCAST_CHAOS_RUNS=50.
"""

from __future__ import annotations

import os

IS_FULL = os.environ.get("STOCKCAST_CHAOS") == "full"


def _size(name: str, small: int, full: int) -> int:
    return int(os.environ.get(f"STOCKCAST_CHAOS_{name}", full if IS_FULL else small))


SEED = _size("SEED", 0, 0)
"""Seed of everything random. Batch n of the state machine uses SEED + n."""
BATCHES = _size("BATCHES", 1, 8)
RUNS = _size("RUNS", 6, 250)
"""Lives of the state machine in each batch."""
STEPS = _size("STEPS", 20, 24)
"""Steps of one life at most."""
KILLS = _size("KILLS", 13, 520)
"""Real SIGKILLs of a pushing process."""
WORKER_KILLS = _size("WORKER_KILLS", 1, 12)
"""Real SIGKILLs of a Celery worker with its children."""
ROUNDS = _size("ROUNDS", 200, 1000)
"""Rounds of two writers who want the same units."""
SHUFFLES = _size("SHUFFLES", 1, 20)
"""Orders of notices that were shuffled, doubled and dropped."""
SEEDS = _size("SEEDS", 1, 40)
"""Lives of tests/chaos/test_random_life.py."""
IS_SHRUNK = bool(_size("SHRINK", 1, 1))
"""Whether a failing life is made as short as possible, which takes minutes."""
RESTARTS = _size("RESTARTS", 1, 8)
"""Crashes of PostgreSQL while stock moves."""
TURNS = _size("TURNS", 1, 3)
"""Changes of the clocks that are lived through in each time zone."""
ZONES = _size("ZONES", 2, 5)
"""Time zones of shops."""
DEEDS = _size("DEEDS", 12, 300)
"""What each thread of the crowd does."""
