"""Lives that once ended badly, or show best what can happen: lived again, step by step.

The state machine prints the steps of a life that fails. Put them into a file of tests/chaos/lives,
with a first line that says what happened; every file there is lived again by this test. To try one
without keeping it: STOCKCAST_CHAOS_LIFE=/path/to/steps.txt.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncjobs import delivery, patience
from syncjobs.models import Run
from tests.chaos.everything import Everything
from tests.chaos.world import Place

pytestmark = pytest.mark.django_db(transaction=True)
GIVEN = os.environ.get("STOCKCAST_CHAOS_LIFE")
FILES = [Path(GIVEN)] if GIVEN else sorted((Path(__file__).parent / "lives").glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_life_that_is_written_down_ends_well(
    place: Place, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_pause", lambda *_: 0.0)
    monkeypatch.setattr(patience, "_pause", lambda *_: 0.0)
    machine: type[Everything] = type("Everything", (Everything,), {"place": place})
    state = machine()
    steps = [line.strip() for line in path.read_text().splitlines()]
    for step in steps:
        if step.startswith("state.") and step != "state.teardown()":
            # The steps are this repository's own text, in the notation of the state machine.
            exec(step, {"state": state, "Run": Run})  # noqa: S102
            state.everything_adds_up()
    state.teardown()
