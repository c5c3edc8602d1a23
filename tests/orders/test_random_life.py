"""Whatever happens to orders, in whatever order: the ledger follows, and levels stay sums."""

from collections.abc import Callable, Sequence

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from desk.errors import Refused
from inventory.ledger import Cause
from inventory.models import Movement, Product, State, StockLevel, Warehouse
from orders import asn, commitments, fulfilment, intake, returns
from orders.models import Asn, SalesOrder, SalesOrderLine
from tests.factories import make_product, make_warehouse, stock
from tests.orders.factories import make_order

ORDERS = 3
Step = tuple[str, int, int]

VERBS = ["edit", "add", "close", "cancel", "dispatch", "archive", "unarchive", "draft", "send"]
VERBS += ["ship", "ship_all", "return"]
steps = st.tuples(st.sampled_from(VERBS), st.integers(0, ORDERS - 1), st.integers(-1, 6))


class _World:
    """Three orders over two products."""

    def __init__(self) -> None:
        self.warehouse: Warehouse = make_warehouse()
        self.products: Sequence[Product] = [make_product(), make_product()]
        for product in self.products:
            stock(product, self.warehouse, 12)
        self.orders = [
            make_order(self.warehouse, dict.fromkeys(self.products, 4)) for _ in range(ORDERS)
        ]

    def do(self, step: Step) -> None:
        name, number, units = step
        order = self.orders[number]
        line = SalesOrderLine.objects.filter(order=order).order_by("pk")[units % 2]
        asns = list(Asn.objects.filter(order=order).values_list("pk", flat=True))
        draft = intake.DraftLine(self.products[0].pk, self.warehouse.pk, units)
        verbs: dict[str, Callable[[], object]] = {
            "edit": lambda: intake.edit(order.pk, {line.pk: units}),
            "add": lambda: intake.edit(order.pk, {}, [draft]),
            "close": lambda: intake.close([order.pk]),
            "cancel": lambda: intake.cancel(order.pk, is_archived=units == 1),
            "dispatch": lambda: intake.dispatch([order.pk]),
            "archive": lambda: intake.archive([order.pk]),
            "unarchive": lambda: intake.unarchive([order.pk]),
            "draft": lambda: asn.draft(order.pk, {line.pk: units}),
            "send": lambda: asn.send(asns),
            "ship": lambda: fulfilment.ship(order.pk, {line.pk: units}, Cause()),
            "ship_all": lambda: fulfilment.ship_all([order.pk], Cause()),
            "return": lambda: returns.take_back(order.pk, {line.pk: units}, Cause()),
        }
        verbs[name]()


def everything() -> list[object]:
    """All that a refused step must leave as it was."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (SalesOrder, SalesOrderLine, Asn, StockLevel)
    ] + [Movement.objects.count()]


class RandomLife(TestCase):
    """A TestCase, so that every example starts from an empty database."""

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )
    @given(life=st.lists(steps, min_size=5, max_size=14))
    def test_the_ledger_follows_whatever_happens(self, life: list[Step]) -> None:
        world = _World()
        for step in life:
            before = everything()
            try:
                world.do(step)
            except Refused:
                assert everything() == before, f"{step} was refused and changed something"
            assert commitments.differences() == []
        sums = Movement.objects.filter(state=State.ON_HAND).values_list("product_id")
        assert dict(sums.annotate(units=Sum("delta"))) == dict(
            StockLevel.objects.values_list("product_id", "on_hand")
        )


pytestmark = pytest.mark.django_db
