"""A number's sum, in the reader's language: in English as it is stored, in Romanian without any."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from django.utils import translation

from channels import rules
from channels.admin import retelling
from channels.rules import Decision, Input, Mode, Rule, Standing, Unknown

BUNDLE = "CUP 7 (2 on orders) for 2 each, LID never counted"
MAIN = Input("Main (1)", 40, 3, is_known=True)
STOCK = [
    [MAIN],
    [replace(MAIN, detail=BUNDLE), Input("Outlet", 2, 0, is_known=False)],
    [replace(MAIN, on_hand=1)],
    [replace(MAIN, is_known=False)],
    [replace(MAIN, is_counted=False)],
    [],
]
RULES = [
    Rule(),
    Rule(name="Half", profile_id=1, percentage=50, buffer=2, minimum=30),
    Rule(name="Few", profile_id=2, mode=Mode.NOT_MORE_THAN, quantity=5, unknown=Unknown.NULL),
    Rule(name="Zero", profile_id=3, unknown=Unknown.ZERO),
    Rule(name="One", profile_id=4, mode=Mode.SINGLE),
    Rule(name="Ten", profile_id=5, mode=Mode.CUSTOM, quantity=10),
]
STANDINGS = [Standing(), Standing(is_asked=False, shown=7), Standing(is_asked=False)]
ENGLISH = re.compile(
    r"\b(in stock|on orders|of it|kept|less|than|told|nothing|sent|rule|never|for|each|feeds)\b",
    re.IGNORECASE,
)


def decisions(rule: Rule) -> list[Decision]:
    """What the rule makes of every stock, wherever a level stands with it."""
    return [rules.apply(rule, inputs, standing) for inputs in STOCK for standing in STANDINGS]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_in_english_it_is_told_as_it_is_stored(rule: Rule) -> None:
    for decision in decisions(rule):
        stored = decision.as_json()

        assert retelling.sentence(stored) == rules.describe(stored)
        assert retelling.told(decision.steps) == list(decision.steps)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_in_romanian_no_english_is_left(rule: Rule) -> None:
    with translation.override("ro"):
        said = [retelling.sentence(each.as_json()) for each in decisions(rule)]
        said += [step.text for each in decisions(rule) for step in retelling.told(each.steps)]

    assert [text for text in said if ENGLISH.search(text)] == []


def test_a_bundles_share_is_told_in_romanian() -> None:
    with translation.override("ro"):
        text = retelling.in_words(f"40 in stock in Main (1) ({BUNDLE})")

    assert (
        text == "40 în stoc la Main (1) (CUP 7 (2 pe comenzi) pentru câte 2, LID niciodată numărat)"
    )


def test_a_step_of_another_time_is_shown_as_it_was_stored() -> None:
    with translation.override("ro"):
        assert retelling.in_words("rounded to full boxes") == "rounded to full boxes"


def test_a_profile_keeps_the_name_that_people_gave_it() -> None:
    with translation.override("ro"):
        assert retelling.named(Rule(profile_id=9)) == "Product value"
        assert retelling.named(Rule()) == "Valoarea produsului"


def test_only_what_looks_like_components_is_told_as_such() -> None:
    with translation.override("ro"):
        said = [
            retelling.in_words(f"40 in stock in {where}")
            for where in ("A (never counted) (CUP 7)", "B (never counted)", "C (x) (y)")
        ]

    assert said == [
        "40 în stoc la A (niciodată numărat) (CUP 7)",
        "40 în stoc la B (niciodată numărat)",
        "40 în stoc la C (x) (y)",
    ]


@pytest.mark.parametrize("name", [" (1 ", " (", "1", " never counted", " (1 on orders)", ") ("])
def test_no_name_of_a_warehouse_makes_its_sum_slow(name: str) -> None:
    began = time.perf_counter()
    for most in (900, 100_000):
        text = f"1 in stock in {(name * most)[:most]}x"
        retelling.in_words(text)
        retelling.detail(text)

    assert time.perf_counter() - began < 0.5


def test_a_very_long_sum_is_shown_as_it_is_stored() -> None:
    text = f"40 in stock in {'M' * 1000}"

    with translation.override("ro"):
        assert retelling.in_words(text) == text
        assert retelling.detail(f"CUP never counted, {text}") == f"CUP never counted, {text}"
