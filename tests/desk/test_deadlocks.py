"""Of two that wait for each other one is ended, and comes again."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, transaction
from django.db.models import Model

from desk.deadlocks import TRIES, retried
from tests.inventory.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60)]


def _lock(pk: int) -> Model:
    return Group.objects.select_for_update().get(pk=pk)


def test_whoever_is_ended_by_a_deadlock_comes_again() -> None:
    first, second = (Group.objects.create(name=name).pk for name in ("first", "second"))
    met = Barrier(2, timeout=30)
    tried: list[int] = []

    def worker(one: int, other: int) -> Callable[[], bool]:
        is_new = [True]

        @retried
        @transaction.atomic
        def work() -> bool:
            tried.append(one)
            _lock(one)
            if is_new.pop() if is_new else False:
                met.wait()  # each holds one now, and wants that of the other
            _lock(other)
            return True

        return work

    assert at_once([worker(first, second), worker(second, first)]) == [True, True]
    assert 3 <= len(tried) <= 2 * TRIES  # met again where the machine is busy


def test_other_faults_do_not_come_again() -> None:
    tried: list[int] = []

    @retried
    def work() -> None:
        tried.append(1)
        raise OperationalError("the server is gone")

    with pytest.raises(OperationalError):
        work()
    assert len(tried) == 1 < TRIES
