"""How a number came about, in the language of whoever reads it.

What is stored stays in the English it was stored in. Its steps are few sentences with numbers in
them: each is known again by its form, and said anew; one that is not known is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels import communicated
from channels.admin.anew import is_readable
from channels.communicated import Row
from channels.rules import PLAIN, Decision, Rule, Step, Unknown
from desk import numbers


def sentence(explanation: Mapping[str, Any], not_sent: str = "") -> str:
    """A stored explanation as one plain sentence, as rules.describe says it in English."""
    if explanation.get("quantity") is None:
        return _nothing(explanation)
    first, *others = told(Step(**each) for each in explanation["steps"])
    parts = [first.text, *(f"{each.text} → {_shown(each.quantity)}" for each in others)]
    values = {"sum": "; ".join(parts), "rule": rule_name(explanation["rule"])}
    if explanation.get("is_left_alone"):
        return gettext("%(sum)s. Rule “%(rule)s”: nothing sent.") % values
    if not_sent:
        return gettext("%(sum)s. Rule “%(rule)s”: %(number)s would be right; %(why)s.") % {
            **values,
            "number": _shown(explanation["quantity"]),
            "why": not_sent,
        }
    return gettext("%(sum)s. Rule “%(rule)s”: %(number)s sent.") % {
        **values,
        "number": _shown(explanation["quantity"]),
    }


def now(decision: Decision, row: Row) -> str:
    """What made a number of the table; of one left alone, what the channel shows now."""
    if not decision.is_left_alone:
        said = sentence(decision.as_json(), communicated.not_sent(row))
        if decision.quantity is not None:
            return said
        return communicated.without_sending(said, decision, row)
    shown = gettext("not known") if decision.quantity is None else _shown(decision.quantity)
    text = gettext(
        "Rule “%(rule)s” tells its number once and then leaves it alone: what %(channel)s shows"
        " now is %(shown)s. Nothing is sent until Update Q asks for it."
    ) % {"rule": named(decision.rule), "channel": row.channel, "shown": shown}
    return communicated.without_sending(text, decision, row)


def told(steps: Iterable[Step]) -> list[Step]:
    """The steps of a sum, in the reader's words."""
    return [Step(in_words(step.text), step.quantity) for step in steps]


def rule_name(rule: Mapping[str, Any]) -> str:
    """People name their profiles; that no profile was at work is for us to say."""
    is_plain = rule["name"] == PLAIN.name and not rule.get("profile_id")
    return gettext(PLAIN.name) if is_plain else str(rule["name"])


def named(rule: Rule) -> str:
    """As rule_name, of a rule at hand."""
    return rule_name({"name": rule.name, "profile_id": rule.profile_id})


def in_words(text: str) -> str:
    """One step's text."""
    if not is_readable(text):
        return text
    for form, said in _STEPS:
        found = form.fullmatch(text)
        if found:
            return str(said(found)) if callable(said) else str(said) % _numbers(found)
    return text


def detail(text: str) -> str:
    """What a bundle's units come from: its components, each with what is there."""
    if not text or not is_readable(text):
        return text
    return ", ".join(_component(part) for part in text.split(", "))


def _shown(number: int | str) -> str:
    """A stored number as the reader's language writes it."""
    return numbers.shown(int(number))


def _numbers(found: re.Match[str]) -> dict[str, str]:
    """What stood in a step's holes, which are all numbers."""
    return {name: _shown(text) for name, text in found.groupdict().items()}


def _component(text: str) -> str:
    found = _COMPONENT.fullmatch(text)
    return " ".join(_pieces(found)) if found else text


def _pieces(found: re.Match[str]) -> Iterator[str]:
    units = found["units"]
    yield found["sku"]
    yield gettext("never counted") if units == "never counted" else _shown(units)
    if found["committed"]:
        yield gettext("(%(units)s on orders)") % {"units": _shown(found["committed"])}
    if found["each"]:
        yield gettext("for %(units)s each") % {"units": _shown(found["each"])}


_COMPONENT = re.compile(
    r"(?P<sku>.+) (?P<units>-?\d+|never counted)"
    r"(?: \((?P<committed>-?\d+) on orders\))?(?: for (?P<each>\d+) each)?"
)


def _in_stock(found: re.Match[str]) -> str:
    warehouse, components = _with_detail(found["where"])
    name = warehouse.removesuffix(_NEVER)
    values = {"units": _shown(found["units"]), "warehouse": name}
    parts = [gettext("%(units)s in stock in %(warehouse)s") % values]
    if name != warehouse:
        parts.append(gettext("(never counted)"))
    if components:
        parts.append(f"({detail(components)})")
    return " ".join(parts)


def _with_detail(where: str) -> tuple[str, str]:
    """A warehouse, and what stands in brackets after it where that ends as components do; other
    brackets are the warehouse's own. A component's own promise is in brackets within them."""
    end = _DETAIL_END.search(where)
    at = where.find(" (", 1, end.start() - 1) if end else -1
    if at > 0 and where.startswith(f"{_NEVER} (", at):
        at += len(_NEVER)
    return (where, "") if at < 0 else (where[:at], where[at + 2 : -1])


def _once(found: re.Match[str]) -> str:
    """Of a mode that tells once: what it is called, before what it did."""
    label = gettext(found["mode"].capitalize()).lower()
    if found["shown"]:
        text = gettext("%(mode)s was told once and is left alone: %(shown)s shown")
        return text % {"mode": label, "shown": _shown(found["shown"])}
    return gettext("%(mode)s, told once: %(number)s") % {
        "mode": label,
        "number": _shown(found["number"]),
    }


_TOLD_ONCE = (
    r"(?P<mode>[a-z ]+?)(?:, told once: (?P<number>-?\d+)"
    r"| was told once and is left alone: (?P<shown>-?\d+) shown)"
)
_IN_STOCK = r"(?P<units>-?\d+) in stock in (?P<where>.+)"
_NEVER = " (never counted)"
_DETAIL_END = re.compile(r" (?:-?\d+|never counted)(?: \(-?\d+ on orders\))?(?: for \d+ each)?\)\Z")
_STEPS: list[tuple[re.Pattern[str], Any]] = [
    (re.compile(pattern), said)
    for pattern, said in (
        ("no warehouse feeds this location", _("no warehouse feeds this location")),
        ("no channel is told less than 0", _("no channel is told less than 0")),
        (
            "stock was never counted; the profile says 0",
            _("stock was never counted; the profile says 0"),
        ),
        (
            "no warehouse of the profile feeds this location; the profile says 0",
            _("no warehouse of the profile feeds this location; the profile says 0"),
        ),
        (r"less (?P<units>-?\d+) on orders", _("less %(units)s on orders")),
        (r"less (?P<units>-?\d+) kept back", _("less %(units)s kept back")),
        (r"fewer than (?P<units>\d+) are shown as 0", _("fewer than %(units)s are shown as 0")),
        (r"not more than (?P<units>\d+)", _("not more than %(units)s")),
        (r"(?P<share>\d+) % of it, rounded down", _("%(share)s %% of it, rounded down")),
        (_TOLD_ONCE, _once),
        (_IN_STOCK, _in_stock),
    )
]
"""The form of a step's text, and how it is said: a text with its numbers, or what makes one."""


def _nothing(explanation: Mapping[str, Any]) -> str:
    rule, inputs = explanation["rule"], explanation["inputs"]
    name = {"rule": rule_name(rule)}
    if not inputs:  # of now it would be 0
        return gettext(
            "Nothing is known of that moment: no stock was shown here yet, told or read."
        )
    if explanation.get("is_left_alone"):
        return (
            gettext("Rule “%(rule)s” told its number once; what is shown now is not known.") % name
        )
    is_cleared = rule.get("unknown") == Unknown.NULL
    if any(each.get("is_counted", True) for each in inputs):
        if is_cleared:
            text = gettext("Stock was never counted: rule “%(rule)s” takes the number away.")
            return text % name
        return gettext("Stock was never counted, so nothing is sent.")
    if is_cleared:
        text = gettext(
            "No warehouse of rule “%(rule)s” feeds this location: rule “%(rule)s” takes the number"
            " away."
        )
        return text % name
    return (
        gettext("No warehouse of rule “%(rule)s” feeds this location, so nothing is sent.") % name
    )
