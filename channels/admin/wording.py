"""A quantity rule in plain words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from channels.models import ProfileVersion
from channels.profiles import rule_of
from channels.rules import Input, Mode, Rule, Standing, Unknown, apply
from desk import numbers
from desk.saying import gettext
from inventory.models import Warehouse

EXAMPLES = (0, 1, 5, 20, 100)

_UNKNOWN = {
    Unknown.HOLD: _("Stock that was never counted is not told."),
    Unknown.ZERO: _("Stock that was never counted is shown as 0."),
    Unknown.NULL: _("Where stock was never counted, the number is taken away."),
}


def headline(rule: Rule) -> str:
    """A mode with its number: “Not more than 10”."""
    if rule.mode in {Mode.CUSTOM, Mode.NOT_MORE_THAN}:
        return f"{gettext(rule.mode.label)} {numbers.shown(rule.quantity or 0)}"
    return gettext(rule.mode.label)


def summary(rule: Rule, warehouses: Mapping[int, str]) -> str:
    """What the rule does, for somebody who knows no rules. `warehouses`: names by id."""
    if rule.mode is Mode.SINGLE:
        return gettext("Shows 1, as long as it is offered. %(once)s") % {"once": _ONCE}
    if rule.mode is Mode.CUSTOM:
        text = gettext("Shows %(quantity)d, whatever is in stock. %(once)s")
        return text % {"quantity": rule.quantity, "once": _ONCE}
    parts = ", ".join([_where(rule.warehouse_ids, warehouses), *_limits(rule)])
    return f"{parts}. {_UNKNOWN[rule.unknown]}"


_ONCE = _("It is told once and then left alone, however stock moves, until somebody uses Update Q.")


def _where(chosen: Collection[int], names: Mapping[int, str]) -> str:
    if not chosen:
        return gettext("Shows the quantity at hand in all warehouses that feed the location")
    gone = gettext("warehouse %(number)d (gone)")
    known = sorted(names.get(each, gone % {"number": str(each)}) for each in chosen)
    text = gettext("Shows the quantity at hand in %(warehouses)s alone")
    return text % {"warehouses": get_text_list(known, gettext("and"))}


def _limits(rule: Rule) -> Iterator[str]:
    if rule.percentage < 100:
        yield gettext("%(share)d %% of it, rounded down") % {"share": rule.percentage}
    if rule.buffer:
        yield gettext("less %(units)d kept back") % {"units": rule.buffer}
    if rule.minimum > 1:
        yield gettext("0 where fewer than %(units)d are left") % {"units": rule.minimum}
    if rule.mode is Mode.NOT_MORE_THAN:
        yield gettext("never more than %(units)d") % {"units": rule.quantity}


def names_of(rules: Iterable[Rule]) -> dict[int, str]:
    """Names of the warehouses that these rules choose; no query when they choose none."""
    chosen = {each for rule in rules for each in rule.warehouse_ids}
    if not chosen:
        return {}
    return dict(Warehouse.objects.filter(pk__in=chosen).values_list("pk", "name"))


def examples(rule: Rule) -> list[tuple[int, int | None]]:
    """What is shown for some numbers of units at hand in one warehouse that counts."""
    asked = Standing(is_asked=True)
    return [
        (units, apply(rule, [Input("", units, 0, is_known=True)], asked).quantity)
        for units in EXAMPLES
    ]


def told_of(versions: Iterable[ProfileVersion]) -> list[tuple[ProfileVersion, str, str]]:
    """Each version with its headline and its summary; at most one query."""
    rules = [(version, rule_of(version)) for version in versions]
    names = names_of(rule for version, rule in rules)
    return [(version, headline(rule), summary(rule, names)) for version, rule in rules]
