"""How the database reads for us."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


def connect() -> None:
    """What a cursor is opened for here is read to its end, by whichever plan gets there first: else
    it is planned for whoever stops after a tenth. Called at start, for every connection to come."""
    connection_created.connect(_to_the_end, dispatch_uid="config.reading")


def _to_the_end(connection: BaseDatabaseWrapper, **_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET cursor_tuple_fraction = 1")
