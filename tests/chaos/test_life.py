"""T1: whatever happens, in whatever order, the store ends up showing what a model of it says."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from syncjobs import delivery, patience
from tests.chaos import sizes
from tests.chaos.everything import Everything
from tests.chaos.world import Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600)]

HOW = settings(
    max_examples=sizes.RUNS,
    stateful_step_count=sizes.STEPS,
    deadline=None,
    database=None,
    phases=[Phase.generate, *([Phase.shrink] if sizes.IS_SHRUNK else [])],
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two attempts."""
    monkeypatch.setattr(delivery, "_pause", lambda *_: 0.0)
    monkeypatch.setattr(patience, "_pause", lambda *_: 0.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("batch", range(sizes.BATCHES))
def test_after_any_life_the_store_shows_what_the_model_says(place: Place, batch: int) -> None:
    machine = seed(sizes.SEED + batch)(type("Everything", (Everything,), {"place": place}))
    run_state_machine_as_test(machine, settings=HOW)
