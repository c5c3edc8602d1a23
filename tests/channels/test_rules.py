"""Stock becomes a number, and the number explains itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.rules import Input, Mode, Rule, Standing, Unknown, apply, describe

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


MAIN = Input("Main", 40, 12, is_known=True)
DEPOT = Input("Depot", 9, 0, is_known=True, is_counted=False)


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        (Rule(), 28),
        (Rule(mode=Mode.NOT_MORE_THAN, quantity=10), 10),
        (Rule(mode=Mode.NOT_MORE_THAN, quantity=50), 28),
        (Rule(mode=Mode.SINGLE), 1),
        (Rule(mode=Mode.CUSTOM, quantity=300), 300),
        (Rule(buffer=8), 20),
        (Rule(buffer=80), 0),
        (Rule(percentage=33), 9),
        (Rule(percentage=33, buffer=2), 7),
        (Rule(minimum=28), 28),
        (Rule(minimum=29), 0),
        (Rule(minimum=5, mode=Mode.NOT_MORE_THAN, quantity=5), 5),
    ],
)
def test_each_mode_makes_its_number(rule: Rule, number: int) -> None:
    assert apply(rule, [MAIN, DEPOT]).quantity == number


def test_every_step_is_told_in_its_order() -> None:
    rule = Rule("Careful", Mode.NOT_MORE_THAN, 2, 10, buffer=3, percentage=50, minimum=2)
    assert describe(apply(rule, [MAIN, DEPOT]).as_json()) == (
        "40 in stock in Main; less 12 on orders → 28; 50 % of it, rounded down → 14; less 3 kept"
        " back → 11; not more than 10 → 10. Rule “Careful”: 10 sent."
    )


def test_what_was_told_once_says_that_it_is_left_alone() -> None:
    rule = Rule("Ten", Mode.CUSTOM, quantity=10)
    left = apply(rule, [MAIN], Standing(is_asked=False, shown=7))
    assert describe(left.as_json()) == (
        "custom quantity was told once and is left alone: 7 shown. Rule “Ten”: nothing sent."
    )
    unknown = apply(rule, [MAIN], Standing(is_asked=False))
    assert describe(unknown.as_json()) == (
        "Rule “Ten” told its number once; what is shown now is not known."
    )


@pytest.mark.parametrize(
    ("policy", "inputs", "sentence"),
    [
        (Unknown.HOLD, [Input("Main", 0, 0, is_known=False)], "was never counted, so nothing is"),
        (Unknown.NULL, [Input("Main", 0, 0, is_known=False)], "counted: rule “Own” takes the numb"),
        (Unknown.ZERO, [Input("Main", 0, 0, is_known=False)], "counted; the profile says 0. Rule"),
        (Unknown.HOLD, [DEPOT], "No warehouse of rule “Own” feeds this location, so nothing is"),
        (Unknown.ZERO, [DEPOT], "no warehouse of the profile feeds this location; the profile"),
    ],
)
def test_the_explanation_says_what_is_unknown_and_what_follows(
    policy: Unknown, inputs: list[Input], sentence: str
) -> None:
    assert sentence in describe(apply(Rule("Own", unknown=policy), inputs).as_json())


def test_a_number_told_once_names_the_units_that_may_be_oversold() -> None:
    ten = Rule(mode=Mode.CUSTOM, quantity=10)
    assert apply(ten, [Input("Main", 7, 3, is_known=True)]).risk == 6
    assert apply(ten, [Input("Main", 0, 3, is_known=True)]).risk == 10
    assert apply(ten, [Input("Main", 4, 0, is_known=True), DEPOT]).risk == 6
    assert apply(ten, [MAIN]).risk == 0
    assert apply(Rule(), [MAIN]).risk == 0
