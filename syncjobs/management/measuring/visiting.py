"""Opens pages as a superuser would, and takes their time and statements."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client
from psycopg.errors import QueryCanceled

MOST_MS = 300
MOST_STATEMENTS = 12
GIVE_UP_SECONDS = 20
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page cost. ms: server time, the median; None when there was no page: `problem` says
    why. sql_ms: what the database took of it."""

    page: str
    variant: str
    ms: float | None
    sql_ms: float
    statements: int
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it is over the bar."""
        return self.ms is None or self.ms > MOST_MS or self.statements > MOST_STATEMENTS


class BrokenPageError(Exception):
    """There is no page: it took too long, or was answered with an error."""


class Visitor:
    """Somebody who may see everything, and counts."""

    def __init__(self, client: Client, repeats: int = REPEATS) -> None:
        self.client, self.repeats = client, repeats
        self.statements, self.seconds, self.is_slow = 0, 0.0, False

    def open(self, url: str) -> Any:
        """The page. Raises BrokenPageError."""
        self.statements, self.seconds, self.is_slow = 0, 0.0, False
        with connection.execute_wrapper(self._note):
            answer = self.client.get(url)
        if self.is_slow:
            raise BrokenPageError(f"over {GIVE_UP_SECONDS} s")
        if answer.status_code != HTTPStatus.OK:
            raise BrokenPageError(f"answered {answer.status_code}")
        return answer

    def measure(self, page: str, variant: str, url: str) -> tuple[Visit, Any]:
        """What it cost, and the last answer; the first opening is not counted."""
        took: list[float] = []
        in_sql: list[float] = []
        answer = None
        try:
            for _ in range(1 + self.repeats):
                started = time.perf_counter()
                answer = self.open(url)
                took.append((time.perf_counter() - started) * 1000)
                in_sql.append(self.seconds * 1000)
        except BrokenPageError as broken:
            return Visit(page, variant, None, 0, self.statements, str(broken)), None
        ms, sql_ms = statistics.median(took[1:]), statistics.median(in_sql[1:])
        return Visit(page, variant, ms, sql_ms, self.statements), answer

    def _note(self, execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        self.statements += 1
        started = time.perf_counter()
        try:
            return execute(sql, params, *rest)
        except OperationalError as error:
            self.is_slow = isinstance(error.__cause__, QueryCanceled)
            raise
        finally:
            self.seconds += time.perf_counter() - started


@contextmanager
def visitor(repeats: int = REPEATS) -> Iterator[Visitor]:
    """A superuser without a password, for as long as it is needed."""
    users = get_user_model()._default_manager  # noqa: SLF001 - Django's documented API
    # Of each process its own; one that an interrupted measuring left is used again.
    user, _ = users.get_or_create(
        username=f"measuring-{os.getpid()}",
        defaults={"is_staff": True, "is_superuser": True, "password": "!"},
    )
    try:
        client = Client(raise_request_exception=False, SERVER_NAME="localhost")
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, false)", [f"{GIVE_UP_SECONDS}s"]
            )
        yield Visitor(client, repeats)
        client.logout()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', '0', false)")
        user.delete()
