"""What an answer of the API says, in short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


def problem(answer: Any) -> tuple[int, str, list[str]]:
    """Status, code and pointers of a refusal."""
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, body["code"], [each["pointer"] for each in body.get("errors", [])]


def done(answer: Any, status: int = 200) -> Any:
    """The body of what was not refused."""
    assert answer.status_code == status, answer.content
    return answer.json()


def results(answer: Any) -> list[Any]:
    return list(done(answer)["results"])


@contextmanager
def counting_statements() -> Iterator[list[str]]:
    """Collects the statements that are made inside."""
    made: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield made
    made.extend(each["sql"] for each in queries)
