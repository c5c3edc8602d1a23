"""Stock becomes a number, and the number explains itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from channels.rules import Input, Rule, apply, describe

inputs = st.lists(
    st.builds(
        Input,
        warehouse=st.sampled_from(["Main", "Depot", "Shop"]),
        on_hand=st.integers(-50, 500),
        committed=st.integers(0, 500),
        is_known=st.booleans(),
    ),
    max_size=4,
)


@given(inputs)
def test_no_channel_is_ever_told_a_negative_number(stock: list[Input]) -> None:
    quantity = apply(Rule(), stock).quantity
    assert quantity is None or quantity >= 0


@given(inputs)
def test_the_number_is_the_last_step_of_its_own_explanation(stock: list[Input]) -> None:
    decision = apply(Rule(), stock)
    if decision.quantity is not None:
        assert decision.steps[-1].quantity == decision.quantity
        assert max(sum(each.available for each in stock), 0) == decision.quantity


@given(inputs)
def test_stock_that_nobody_counted_is_unknown_and_not_zero(stock: list[Input]) -> None:
    is_known = not stock or any(each.is_known for each in stock)
    assert (apply(Rule(), stock).quantity is not None) == is_known


def test_a_location_that_no_warehouse_feeds_any_more_offers_nothing() -> None:
    decision = apply(Rule(), [])
    assert decision.quantity == 0
    assert describe(decision.as_json()).startswith("no warehouse feeds this location")


def test_the_explanation_reads_as_a_sentence() -> None:
    decision = apply(Rule(), [Input("Main", 40, 12, is_known=True)])
    sentence = describe(decision.as_json())
    assert "40 in stock in Main" in sentence
    assert "less 12 on orders → 28" in sentence
    assert sentence.endswith("28 sent.")


def test_the_explanation_says_why_nothing_is_sent() -> None:
    sentence = describe(apply(Rule(), [Input("Main", 0, 0, is_known=False)]).as_json())
    assert sentence == "Stock was never counted, so nothing is sent."
