"""The tests of the tests: with its guard removed, each story ends badly."""

from __future__ import annotations

import pytest
from django.db import Error

from syncjobs import delivery, patience
from tests.chaos.mutations import MUTATIONS, Mutation
from tests.chaos.world import Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.name)
def test_without_its_guard_the_story_fails(
    place: Place, mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_pause", lambda *_: 0.0)
    monkeypatch.setattr(patience, "_pause", lambda *_: 0.0)
    with pytest.raises((AssertionError, Error), match=mutation.seen), mutation.made():
        mutation.story(place)
