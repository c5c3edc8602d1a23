"""Whatever is posted, a level is the sum of its movements, and equals a model kept in a dict."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.errors import Refused
from inventory import availability, ledger
from inventory.ledger import Cause, Line
from inventory.models import Reason, State, StockLevel
from tests.factories import make_products, make_warehouse

Model = Counter[tuple[int, int, State]]
Posting = list[tuple[int, int, State, int]]

postings = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(0, 1),
            st.sampled_from(State),
            st.integers(-4, 6).filter(bool),
        ),
        min_size=1,
        max_size=5,
    ),
    max_size=12,
)


def expect(model: Model, posting: Posting, can_go_negative: list[bool]) -> Model | None:
    """The model after the posting; None when some level would fall below what is allowed."""
    after = model.copy()
    for product, warehouse, state, delta in posting:
        after[product, warehouse, state] += delta
    for (product, warehouse, state), units in after.items():
        is_less = units < model[product, warehouse, state]
        is_free = state == State.ON_HAND and can_go_negative[warehouse]
        if units < 0 and is_less and not is_free:
            return None
    return after


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=postings)
def test_levels_equal_the_sum_of_their_movements_and_a_plain_model(history: list[Posting]) -> None:
    # Fresh products in every example: the examples share one transaction.
    products = [product.pk for product in make_products(3)]
    can_go_negative = [False, True]
    places = [make_warehouse(can_go_negative=flag).pk for flag in can_go_negative]
    model: Model = Counter()

    for number, posting in enumerate(history):
        lines = [Line(products[p], places[w], state, delta) for p, w, state, delta in posting]
        cause = Cause(key=f"{products[0]}-{number}")
        expected = expect(model, posting, can_go_negative)
        if expected is None:
            with pytest.raises(Refused):
                ledger.post(lines, Reason.ADJUST, cause)
            continue
        model = expected
        assert not ledger.post(lines, Reason.ADJUST, cause).is_repeat
        assert ledger.post(lines, Reason.ADJUST, cause).is_repeat

    for level in StockLevel.objects.filter(product__in=products):
        p, w = products.index(level.product_id), places.index(level.warehouse_id)
        assert [getattr(level, state) for state in State] == [model[p, w, state] for state in State]
    assert sum(model.values()) == sum(
        stock.on_hand + stock.committed + stock.incoming + stock.staged
        for stock in availability.at(products, places).values()
    )
    call_command("verify_ledger", stdout=StringIO())
