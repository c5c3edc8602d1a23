"""Statements that are planned once on each connection, for those that every movement needs.

Planning the ledger's statement costs four times what running it for one line costs; marking what is
due, sixteen times. So these go out as prepared statements, which Django's own cursors never are.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper

FEW = 100
"""Rows up to which planning is worth saving. A plan for many is better made for just those."""


def cursor(rows: int) -> CursorWrapper:
    """A cursor for a statement over so many rows; translated and checked as all are. Where
    statements are logged it is Django's own, for of a prepared one there is no text to log."""
    if rows > FEW or connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    plain: Any = psycopg.Cursor(connection.connection)
    return connection.make_cursor(plain)
