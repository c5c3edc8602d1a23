"""Take every row of some tables away, in milliseconds.

TRUNCATE makes the files of each table and index anew: 0.2 s for all of ours, longer than most tests
take. And a flush takes the groups and schedules away that migrations made, so that every test after
one that commits would meet another world than those before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

MIGRATED = "migrated"
"""The schema that keeps a copy of what migrations put into tables."""


def keep_migrated() -> None:
    """Copy what is there now: `flush` brings it back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {MIGRATED}")
        for table in _tables():
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 - our own names
            if cursor.fetchone()[0]:
                cursor.execute(f"CREATE TABLE {MIGRATED}.{table} AS TABLE {table}")


def flush(_style: object, tables: Sequence[str], **_: Any) -> list[str]:
    """Django's `sql_flush`, with which every test that commits ends."""
    if not tables:
        return []
    kept = [f"INSERT INTO {table} TABLE {MIGRATED}.{table}" for table in _migrated()]
    return _statements(tables, kept)


def empty(tables: Sequence[str]) -> None:
    """Do it now, and bring nothing back."""
    with transaction.atomic():
        connection.ops.execute_sql_flush(_statements(tables, ()))


def _statements(tables: Sequence[str], then: Iterable[str]) -> list[str]:
    """For one transaction. Like TRUNCATE they wait for all who are at work on the tables, and
    foreign keys and triggers look away: a superuser's right, for others it is a TRUNCATE."""
    if not _is_superuser():
        return [f"TRUNCATE {', '.join(tables)}", *then]
    return [
        f"LOCK TABLE {', '.join(tables)}",
        "SET LOCAL session_replication_role = replica",
        "; ".join([*(f"DELETE FROM {table}" for table in tables), *then]),  # noqa: S608
        "SET LOCAL session_replication_role = origin",
    ]


def _tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(names)


def _migrated() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [MIGRATED]
        )
        return [name for (name,) in cursor.fetchall()]


def _is_superuser() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        return bool(cursor.fetchone()[0] == "on")
