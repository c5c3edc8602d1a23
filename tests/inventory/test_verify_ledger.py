"""The command that proves the ledger: silent differences are found and named."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from inventory import ledger
from inventory.ledger import Cause
from inventory.models import Product, Warehouse
from tests.factories import stock

pytestmark = pytest.mark.django_db


def verify() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_ledger", stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_empty_ledger_has_no_differences() -> None:
    code, report = verify()

    assert code == 0
    assert report.startswith("0 levels, 0 movements, 0 differences, ")
    assert report.count("\n") == 1


def test_honest_levels_have_no_differences(product: Product, warehouse: Warehouse) -> None:
    stock(product, warehouse, 10)
    ledger.expect(warehouse.pk, [(product.pk, 4)], Cause())
    ledger.commit(warehouse.pk, [(product.pk, 3)], Cause())

    code, report = verify()

    assert (code, report.splitlines()[-1].rsplit(",", 1)[0]) == (
        0,
        "1 levels, 3 movements, 0 differences",
    )


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("on_hand", "9", "on_hand is 9, the ledger says 10"),
        ("committed", "1", "committed is 1, the ledger says 0"),
        ("incoming", "2", "incoming is 2, the ledger says 0"),
        ("staged", "3", "staged is 3, the ledger says 0"),
        ("is_known", "false", "is_known is false, the ledger says true"),
        ("can_go_negative", "true", "can_go_negative is true, the ledger says false"),
    ],
)
def test_a_corrupt_level_is_named_and_fails(
    product: Product, warehouse: Warehouse, column: str, value: str, told: str
) -> None:
    stock(product, warehouse, 10)
    execute(f"UPDATE inventory_stocklevel SET {column} = {value}")  # noqa: S608

    code, report = verify()

    assert code == 1
    assert f"MUG-1 at main: {told}\n" in report
    assert "1 levels, 1 movements, 1 differences" in report


def test_a_lost_level_is_named_and_fails(product: Product, warehouse: Warehouse) -> None:
    stock(product, warehouse, 10)
    execute("DELETE FROM inventory_stocklevel")

    code, report = verify()

    assert code == 1
    assert "MUG-1 at main: on_hand is missing, the ledger says 10\n" in report


def test_a_level_nobody_moved_must_hold_nothing(product: Product, warehouse: Warehouse) -> None:
    ledger.on_hand_locked(warehouse.pk, [product.pk])
    assert verify()[0] == 0

    execute("UPDATE inventory_stocklevel SET on_hand = 5")

    assert verify()[0] == 1
