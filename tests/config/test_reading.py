"""How the database reads for us."""

from __future__ import annotations

import pytest
from django.db import connection, connections

pytestmark = pytest.mark.django_db


def test_what_a_cursor_is_opened_for_is_planned_to_be_read_whole() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW cursor_tuple_fraction")
        assert cursor.fetchone() == ("1",)


@pytest.mark.django_db(transaction=True)
def test_so_it_is_on_every_connection() -> None:
    connections.close_all()
    test_what_a_cursor_is_opened_for_is_planned_to_be_read_whole()
