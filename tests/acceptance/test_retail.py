"""A real retailer's weeks run through the product: nothing lost, nothing twice, ledger and orders
agree at every step."""

import csv
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

import orders.retail
from inventory.models import (
    Movement,
    Product,
    PurchaseOrder,
    Reason,
    State,
    StockLevel,
    Warehouse,
)
from orders import commitments, intake
from orders.errors import OrderConflict
from orders.intake import Draft, DraftLine
from orders.models import Asn, SalesOrder, SalesOrderLine
from orders.retail.events import Outcome
from tests.factories import make_product, make_warehouse
from tests.orders.retail_files import line, write

EXCERPT = Path(orders.retail.__file__).parent / "excerpt.csv"
LINES = 1497
MIDDLE = date(2011, 12, 1)

pytestmark = pytest.mark.django_db


def load(path: Path = EXCERPT, **options: object) -> str:
    out = StringIO()
    call_command("load_retail", path, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def counts(report: str) -> dict[str, int]:
    """The report's table: label to number, the first of each label."""
    found = re.findall(r"^ *(\S.*?) {2,}([\d,]+)$", report, re.MULTILINE)
    return {label: int(number.replace(",", "")) for label, number in reversed(found)}


def everything() -> list[object]:
    """All that a load leaves behind, in terms that do not depend on when it ran."""
    levels = StockLevel.objects.order_by("product__sku").values_list(
        "product__sku", "on_hand", "committed", "incoming", "staged", "is_known"
    )
    placed = SalesOrder.objects.order_by("number").values_list(
        "number", "customer", "status", "archived_at", "placed_at"
    )
    lines = SalesOrderLine.objects.order_by("order__number", "pk").values_list(
        "order__number", "product__sku", "ordered", "shipped", "notified", "returned"
    )
    notices = Asn.objects.order_by("order__number", "pk").values_list(
        "order__number", "status", "sent_at"
    )
    moves = Movement.objects.values_list(
        "product__sku", "state", "delta", "reason", "note", "document", "line"
    )
    names = Product.objects.order_by("sku").values_list("sku", "name")
    return [list(levels), list(placed), list(lines), list(notices), Counter(moves), list(names)]


def undone(act: Callable[[], object]) -> list[object]:
    """What `act` would leave behind."""
    with transaction.atomic():
        act()
        left = everything()
        transaction.set_rollback(True)
    return left


def test_the_excerpt_is_loaded_whole_once_and_truly(tmp_path: Path) -> None:
    """All of it with one load, which takes seconds, and a second that changes nothing."""
    path = tmp_path / "report.csv"
    found = counts(load(report=path))

    _every_line_became_exactly_one_thing(found)
    _ledger_and_orders_agree()
    _a_whole_story_is_told()
    _stock_never_fell_below_zero_on_the_way()
    _every_line_not_taken_is_listed_with_its_reason(found, path)
    _loading_again_changes_nothing(found)


def _every_line_became_exactly_one_thing(found: dict[str, int]) -> None:
    assert found["lines read"] == LINES
    assert sum(found[outcome] for outcome in Outcome) == LINES
    assert all(found[outcome] >= 20 for outcome in Outcome)
    assert SalesOrderLine.objects.count() == found["ordered"]
    adjusted = Movement.objects.filter(reason=Reason.ADJUST)
    assert adjusted.count() == found["adjusted"]
    assert found["loaded by an earlier run"] == found["notes"] == 0


def _ledger_and_orders_agree() -> None:
    assert commitments.differences() == []
    for command in ("verify_ledger", "verify_orders"):
        out = StringIO()
        call_command(command, stdout=out)
        assert "0 differences" in out.getvalue()


def _a_whole_story_is_told() -> None:
    states = {(order.status, order.archived_at is not None) for order in SalesOrder.objects.all()}
    assert states == {("open", False), ("closed", False), ("canceled", False), ("canceled", True)}
    giant = SalesOrder.objects.get(number="581483")
    assert (giant.status, giant.lines.get().ordered) == ("canceled", 80995)
    held = commitments.held([giant.pk])
    assert list(held.values()) == [80995], "it was canceled on the last day and not archived yet"
    assert set(Movement.objects.values_list("reason", flat=True)) >= {
        Reason.OPENING,
        Reason.EXPECT,
        Reason.RECEIVE,
        Reason.STAGE,
        Reason.PUT_AWAY,
        Reason.COMMIT,
        Reason.RELEASE,
        Reason.SHIP,
        Reason.RETURN,
        Reason.ADJUST,
    }
    notes = set(Movement.objects.filter(reason=Reason.ADJUST).values_list("note", flat=True))
    assert {"damages", "no reason given", "found"} <= notes
    assert set(PurchaseOrder.objects.values_list("status", flat=True)) == {"closed"}
    assert not StockLevel.objects.exclude(staged=0, incoming=0).exists()
    backordered = StockLevel.objects.filter(available__lt=0)
    assert list(backordered.values_list("product__sku", flat=True)) == ["23843"], "canceled, held"


def _stock_never_fell_below_zero_on_the_way() -> None:
    running: Counter[int] = Counter()
    moves = Movement.objects.filter(state=State.ON_HAND).order_by("pk")
    posted: Counter[tuple[str, int]] = Counter()
    for key, product, delta in moves.values_list("key", "product_id", "delta"):
        posted[key, product] += delta
    for (_, product), delta in posted.items():
        running[product] += delta
        assert running[product] >= 0
    assert sum(running.values()) == StockLevel.objects.aggregate(total=Sum("on_hand"))["total"]


def _every_line_not_taken_is_listed_with_its_reason(found: dict[str, int], path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    listed = Counter(row["outcome"] for row in rows)
    assert listed["left out"] == found["left out"]
    assert listed["refused"] == found["refused"]
    assert listed["decision: case"] == found["codes decided upon: case"] > 5
    source = EXCERPT.read_text(encoding="utf-8").splitlines()
    for row in rows:
        if row["line"]:
            assert source[int(row["line"]) - 1].startswith(f"{row['invoice']},{row['code']},")
            assert row["reason"]


def _loading_again_changes_nothing(first: dict[str, int]) -> None:
    before, movements = everything(), Movement.objects.count()
    second = counts(load())

    assert everything() == before
    assert Movement.objects.count() == movements
    taken = sum(first[outcome] for outcome in ("ordered", "cancelled", "adjusted"))
    assert second == first | {"loaded by an earlier run": taken}


def test_loading_a_part_and_then_the_rest_equals_loading_the_whole(tmp_path: Path) -> None:
    header, *lines = EXCERPT.read_text(encoding="utf-8").splitlines()
    around = [text for text in lines if re.search(",2011-1(1-29|1-30|2-01|2-02|2-04) ", text)]
    path = tmp_path / "days.csv"
    path.write_text("\n".join([header, *around]) + "\n", encoding="utf-8")

    def in_parts() -> None:
        for day in (MIDDLE, MIDDLE + timedelta(1), MIDDLE):
            load(path, until=day)
        load(path)

    assert len(around) > 300
    assert undone(in_parts) == undone(lambda: load(path))


def test_a_part_ends_with_its_day_and_leaves_orders_open() -> None:
    found = counts(load(until=MIDDLE))

    assert 0 < found["lines read"] < LINES
    latest = SalesOrder.objects.latest("placed_at").placed_at
    assert latest.date() == MIDDLE
    holding = SalesOrder.objects.filter(pk__in=SalesOrder.objects.values("pk"), status="open")
    assert sum(commitments.held([order.pk for order in holding]).values()) > 0


def test_a_malformed_file_loads_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, line("1"), line("2", quantity="many"))
    with pytest.raises(CommandError, match=r"invoices\.csv: Line 3, Quantity: 'many'"):
        load(path)
    assert not Product.objects.exists()
    assert not Movement.objects.exists()


def test_a_missing_file_and_an_unknown_warehouse_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not a file"):
        load(tmp_path / "nowhere.csv")
    make_warehouse(code="east")
    with pytest.raises(CommandError, match=r"no warehouse north\. Known: east"):
        load(warehouse="north")


def test_another_file_does_not_mix_with_the_first(tmp_path: Path) -> None:
    load(write(tmp_path, line("1", quantity=4)))
    before = everything()
    with pytest.raises(CommandError, match="already holds the stock of another file"):
        load(write(tmp_path, line("1", quantity=40)))
    assert everything() == before


def test_a_foreign_order_under_an_invoices_number_is_left_alone(tmp_path: Path) -> None:
    warehouse = Warehouse.objects.create(code="main", name="Main")
    foreign = intake.place(
        Draft(
            number="1",
            source="phone",
            lines=[DraftLine(make_product().pk, warehouse.pk, 3)],
        )
    )
    path = write(
        tmp_path,
        line("1"),
        line("2", quantity=2),
        line("C3", quantity=-1, at="2011-03-01 10:00"),
        line("4", at="2011-03-02 09:00"),
    )
    for _ in range(2):
        found = counts(load(path))
        assert (found["lines read"], found["ordered"], found["refused"]) == (4, 2, 1)
    foreign.refresh_from_db()
    assert (foreign.source, foreign.status, foreign.lines.get().shipped) == ("phone", "open", 0)
    assert SalesOrder.objects.get(number="2").lines.get().shipped == 1


def test_orders_that_a_person_archived_meanwhile_do_not_stop_the_rest(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        line("1", at="2011-03-01 15:00"),
        line("2", at="2011-03-01 15:00"),
        line("3", at="2011-03-02 09:00"),
    )
    load(path, until=date(2011, 3, 1))
    intake.archive([SalesOrder.objects.get(number="1").pk])
    report = load(path)

    assert counts(report)["notes"] == 1
    shipped = SalesOrderLine.objects.filter(shipped=1).values_list("order__number", flat=True)
    assert sorted(shipped) == ["2", "3"]


def test_a_conflicting_order_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, line("1"))
    load(path)
    with pytest.raises(OrderConflict, match="Order 1 exists with other lines"):
        intake.place(
            Draft(number="1", lines=[DraftLine(make_product().pk, Warehouse.objects.get().pk, 1)])
        )
