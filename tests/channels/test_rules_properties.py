"""What holds of every rule and any stock."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from channels.rules import (
    PLAIN,
    Decision,
    Input,
    Mode,
    Rule,
    Standing,
    Unknown,
    apply,
    describe,
    zero_until,
)
from tests.channels.ruling import AFTER_STOCK, at_hand, is_known, rules, stocks

standings = st.builds(Standing, st.booleans(), st.none() | st.integers(-5, 99))


@given(rules(), stocks(), standings)
def test_no_number_that_is_told_is_negative(
    rule: Rule, stock: list[Input], standing: Standing
) -> None:
    decision = apply(rule, stock, standing)
    assert decision.quantity is None or decision.is_left_alone or decision.quantity >= 0


@given(rules(*AFTER_STOCK), stocks(least=1))
def test_a_number_from_stock_is_within_all_its_bounds(rule: Rule, stock: list[Input]) -> None:
    assume(is_known(stock))
    number = apply(rule, stock).quantity
    assert number is not None
    assert number <= max(0, at_hand(stock) * rule.percentage // 100 - rule.buffer)
    assert number == 0 or number >= rule.minimum
    if rule.mode is Mode.NOT_MORE_THAN:
        assert number <= rule.number


@given(rules(*AFTER_STOCK), stocks(least=1))
def test_within_its_bounds_a_rule_shows_all_it_may(rule: Rule, stock: list[Input]) -> None:
    assume(is_known(stock))
    most = at_hand(stock) * rule.percentage // 100 - rule.buffer
    shown = most if most >= max(rule.minimum, 0) else 0
    if rule.mode is Mode.NOT_MORE_THAN:
        shown = min(shown, rule.number)
    assert apply(rule, stock).quantity == max(shown, 0)


@given(rules(*AFTER_STOCK), stocks(least=1), st.integers(0, 200), st.data())
def test_more_to_sell_never_shows_less(
    rule: Rule, stock: list[Input], more: int, data: st.DataObject
) -> None:
    assume(is_known(stock))
    place = data.draw(st.sampled_from([at for at, each in enumerate(stock) if each.is_known]))
    richer = list(stock)
    richer[place] = replace(stock[place], on_hand=stock[place].on_hand + more)
    before, after = apply(rule, stock).quantity, apply(rule, richer).quantity
    assert before is not None
    assert after is not None
    assert before <= after


@given(rules(Mode.SINGLE, Mode.CUSTOM), stocks(least=1), stocks(least=1), standings)
def test_what_is_told_once_does_not_depend_on_stock(
    rule: Rule, stock: list[Input], other: list[Input], standing: Standing
) -> None:
    decision = apply(rule, stock, standing)
    assert decision.quantity == apply(rule, other, standing).quantity
    assert decision.is_left_alone is not standing.is_asked
    assert decision.quantity == (rule.number if standing.is_asked else standing.shown)


@given(stocks())
def test_single_stock_is_one(stock: list[Input]) -> None:
    assume(stock)
    assert apply(Rule(mode=Mode.SINGLE), stock).quantity == 1


@given(rules(), stocks(), standings)
def test_the_last_step_is_the_number(rule: Rule, stock: list[Input], standing: Standing) -> None:
    decision = apply(rule, stock, standing)
    assert bool(decision.steps) is (decision.quantity is not None)
    if decision.steps:
        assert decision.steps[-1].quantity == decision.quantity


@given(rules(*AFTER_STOCK), stocks(least=1))
def test_the_explanation_adds_up_by_its_own_words(rule: Rule, stock: list[Input]) -> None:
    assume(is_known(stock))
    decision = apply(rule, stock)
    total = 0
    for step in decision.steps:
        total = _taken(total, step.text)
        assert total == step.quantity, step.text
    assert total == decision.quantity


def _taken(total: int, text: str) -> int:
    """What a step's words alone make of the number before it."""
    number = int(next(iter(re.findall(r"-?\d+", text)), 0))
    ways = {
        r"-?\d+ in stock in ": total + number,
        r"less \d+ (on orders|kept back)$": total - number,
        r"\d+ % of it, rounded down$": total * number // 100,
        r"fewer than \d+ are shown as 0$": 0 if total < number else total,
        r"not more than \d+$": min(total, number),
        r"no channel is told less than 0$": max(total, 0),
    }
    [said] = [made for words, made in ways.items() if re.match(words, text)]
    return said


@given(rules().filter(lambda rule: not rule.is_once), stocks(least=1))
def test_stock_that_nobody_counted_follows_the_policy(rule: Rule, stock: list[Input]) -> None:
    stock = [replace(each, is_known=False) for each in stock]
    decision = apply(rule, stock)
    assert decision.quantity == (0 if rule.unknown is Unknown.ZERO else None)
    assert decision.is_cleared is (rule.unknown is Unknown.NULL)


@given(rules(), stocks(least=1))
def test_zero_is_shown_only_up_to_the_limit_that_the_rule_names(
    rule: Rule, stock: list[Input]
) -> None:
    everywhere = [replace(each, is_counted=True) for each in stock]
    limit = zero_until(rule)
    if limit is not None and apply(rule, everywhere).quantity == 0:
        assert at_hand(everywhere) <= limit


@given(rules(*AFTER_STOCK))
def test_the_limit_is_the_last_number_that_shows_zero(rule: Rule) -> None:
    limit = zero_until(rule)
    assume(limit is not None)
    assert limit is not None
    assert apply(rule, [Input("Main", limit, 0, is_known=True)]).quantity == 0
    assert apply(rule, [Input("Main", limit + 1, 0, is_known=True)]).quantity != 0


def test_the_limit_is_unknown_where_units_at_hand_alone_do_not_decide() -> None:
    assert zero_until(Rule(warehouse_ids=frozenset({1}))) is None
    assert zero_until(Rule(mode=Mode.CUSTOM, quantity=0)) is None
    assert zero_until(Rule(mode=Mode.NOT_MORE_THAN, quantity=0)) is None
    assert zero_until(PLAIN) == 0


@given(rules(), stocks(), standings)
def test_every_decision_can_be_stored_and_read_as_a_sentence(
    rule: Rule, stock: list[Input], standing: Standing
) -> None:
    decision = apply(rule, stock, standing)
    stored = json.loads(json.dumps(decision.as_json()))
    assert describe(stored).endswith(".")
    if stock:
        assert decision.is_left_alone is bool(stored.get("is_left_alone"))
    if decision.quantity is not None:
        assert "Any" in describe(stored)


@given(rules(), stocks(least=1), standings)
def test_the_risk_is_what_is_offered_beyond_what_is_at_hand(
    rule: Rule, stock: list[Input], standing: Standing
) -> None:
    decision: Decision = apply(rule, stock, standing)
    if not rule.is_once:
        assert decision.risk == 0
    elif decision.quantity is not None:
        at_most = max(0, at_hand(stock)) + decision.risk
        assert decision.quantity <= at_most
        assert decision.risk <= max(decision.quantity, 0)
