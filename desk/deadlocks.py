"""Work that a deadlock ended comes again: of two that wait for each other the database ends one."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

TRIES = 3
PAUSE = 0.2
"""Seconds, at the most, that the one that was ended leaves to the other."""

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def retried(work: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Do `work` up to TRIES times while deadlocks end it. It is whole or not at all (a transaction
    of its own) and tells nobody before it is through. Inside somebody else's transaction, which the
    deadlock ended as well, it is tried once.
    """

    @wraps(work)
    def trying(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        for _attempt in range(1, 1 if connection.in_atomic_block else TRIES):
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
            time.sleep(random.uniform(0.02, PAUSE))  # noqa: S311 - the other gets on with it first
        return work(*args, **kwargs)

    return trying


def renew() -> None:
    """After the database ended something: leave a connection behind that can go on."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
