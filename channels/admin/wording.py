"""A quantity rule in plain words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from channels.models import ProfileVersion
from channels.profiles import rule_of
from channels.rules import Input, Mode, Rule, Standing, Unknown, apply
from inventory.models import Warehouse

EXAMPLES = (0, 1, 5, 20, 100)

_UNKNOWN = {
    Unknown.HOLD: "Stock that was never counted is not told.",
    Unknown.ZERO: "Stock that was never counted is shown as 0.",
    Unknown.NULL: "Where stock was never counted, the number is taken away.",
}


def headline(rule: Rule) -> str:
    """A mode with its number: “Not more than 10”."""
    if rule.mode in {Mode.CUSTOM, Mode.NOT_MORE_THAN}:
        return f"{rule.mode.label} {rule.quantity}"
    return rule.mode.label


def summary(rule: Rule, warehouses: Mapping[int, str]) -> str:
    """What the rule does, for somebody who knows no rules. `warehouses`: names by id."""
    if rule.mode is Mode.SINGLE:
        return f"Shows 1, as long as it is offered. {_ONCE}"
    if rule.mode is Mode.CUSTOM:
        return f"Shows {rule.quantity}, whatever is in stock. {_ONCE}"
    parts = [f"Shows the quantity at hand {_where(rule.warehouse_ids, warehouses)}"]
    if rule.percentage < 100:
        parts.append(f"{rule.percentage} % of it, rounded down")
    if rule.buffer:
        parts.append(f"less {rule.buffer} kept back")
    if rule.minimum > 1:
        parts.append(f"0 where fewer than {rule.minimum} are left")
    if rule.mode is Mode.NOT_MORE_THAN:
        parts.append(f"never more than {rule.quantity}")
    return f"{', '.join(parts)}. {_UNKNOWN[rule.unknown]}"


_ONCE = "It is told once and then left alone, however stock moves, until somebody uses Update Q."


def _where(chosen: Collection[int], names: Mapping[int, str]) -> str:
    if not chosen:
        return "in all warehouses that feed the location"
    known = sorted(names.get(each, f"warehouse {each} (gone)") for each in chosen)
    return f"in {' and '.join(known)} alone"


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
    names = names_of(rule for _, rule in rules)
    return [(version, headline(rule), summary(rule, names)) for version, rule in rules]
