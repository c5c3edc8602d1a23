"""Quantity rules: what number stock becomes, and how that is explained. Pure Python.

A rule is applied to the stock of the warehouses that feed a location. Every step says aloud what it
does, and the last step's number is the number told. In stock, a rule only ever rises: more to sell
never shows less (what fell is told first because of that).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from channels.contract import gettext_noop


class Mode(StrEnum):
    """What the number is made of. `label` is for people, in English: it is stored."""

    PRODUCT_VALUE = "product_value"
    SINGLE = "single"
    CUSTOM = "custom"
    NOT_MORE_THAN = "not_more_than"

    @property
    def label(self) -> str:
        return _MODES[self.value]


_MODES = {
    "product_value": gettext_noop("Product value"),
    "single": gettext_noop("Single stock"),
    "custom": gettext_noop("Custom quantity"),
    "not_more_than": gettext_noop("Not more than"),
}

LARGEST = 1_000_000_000
"""No channel takes more, and no shelf holds more: a larger number is a slip of somebody's hand."""

ONCE = frozenset({Mode.SINGLE, Mode.CUSTOM})
"""Told once and then left alone, whatever happens to the stock, until somebody asks for it."""


class Unknown(StrEnum):
    """What is told of stock that nobody ever counted, or that is not tracked at its source."""

    HOLD = "hold"
    ZERO = "zero"
    NULL = "null"

    @property
    def label(self) -> str:
        return _UNKNOWN[self.value]


_UNKNOWN = {
    "hold": gettext_noop("Say nothing: the channel keeps the number it has"),
    "zero": gettext_noop("Show 0"),
    "null": gettext_noop("Take the number away, where the channel can be told so"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`version` names the rule's state at the time, so that an old explanation stays readable.

    quantity: of CUSTOM and NOT_MORE_THAN. buffer: units kept back. percentage: of what is at hand,
    1 to 100, rounded down. minimum: fewer are shown as 0. warehouse_ids: only these count, of those
    that feed the location; empty is all. profile_id: whose rule it is; None for the plain one.
    """

    name: str = "Product value"
    mode: Mode = Mode.PRODUCT_VALUE
    version: int = 1
    quantity: int | None = None
    buffer: int = 0
    percentage: int = 100
    minimum: int = 0
    unknown: Unknown = Unknown.HOLD
    warehouse_ids: frozenset[int] = frozenset()
    profile_id: int | None = None

    @property
    def is_once(self) -> bool:
        return self.mode in ONCE

    @property
    def number(self) -> int:
        """What a rule that tells once tells."""
        return 1 if self.mode is Mode.SINGLE else self.quantity or 0


PLAIN = Rule()
"""What goes without any profile."""


@dataclass(frozen=True, slots=True)
class Input:
    """One warehouse's stock of the product. Units; `is_known` False: never counted there.
    `is_counted` False: the rule's warehouses leave it out. `detail`: what a bundle's units come
    from, in words."""

    warehouse: str
    on_hand: int
    committed: int
    is_known: bool
    is_counted: bool = True
    detail: str = ""

    @property
    def available(self) -> int:
        return self.on_hand - self.committed


class Standing(NamedTuple):
    """Where a level stands with a rule that tells once. `is_asked`: its number is to be told now.
    `shown`: what we believe the channel shows; None is unknown."""

    is_asked: bool = True
    shown: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the sum: what was done, and the number after it."""

    text: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The number a listing should show at a location, and everything that made it.

    quantity: ≥ 0, or None: then nothing is sent, unless `is_cleared`: then the channel is told that
    there is no number. is_left_alone: it is not told; quantity is whatever the channel shows, None
    when that is not known.
    """

    quantity: int | None
    inputs: Sequence[Input]
    steps: Sequence[Step]
    rule: Rule
    is_left_alone: bool = False
    is_cleared: bool = False

    @property
    def on_hand(self) -> int:
        return sum(each.on_hand for each in self.inputs)

    @property
    def committed(self) -> int:
        return sum(each.committed for each in self.inputs)

    @property
    def available(self) -> int:
        return self.on_hand - self.committed

    @property
    def backordered(self) -> int:
        return max(-self.available, 0)

    @property
    def risk(self) -> int:
        """Units that a number told once offers beyond what is at hand where the rule counts: what
        may be oversold."""
        if not self.rule.is_once or self.quantity is None:
            return 0
        at_hand = sum(each.available for each in self.inputs if each.is_counted)
        return max(0, self.quantity - max(0, at_hand))

    def as_json(self) -> dict[str, Any]:
        """What is stored with a publication: enough to explain it for ever."""
        # By hand, not by asdict: every number told passes here.
        stored = {
            "quantity": self.quantity,
            "inputs": [
                {
                    "warehouse": each.warehouse,
                    "on_hand": each.on_hand,
                    "committed": each.committed,
                    "is_known": each.is_known,
                    "is_counted": each.is_counted,
                    "detail": each.detail,
                }
                for each in self.inputs
            ],
            "steps": [{"text": step.text, "quantity": step.quantity} for step in self.steps],
            "rule": _rule_as_json(self.rule),
        }
        return stored | ({"is_left_alone": True} if self.is_left_alone else {})


def _rule_as_json(rule: Rule) -> dict[str, Any]:
    stored: dict[str, Any] = {"name": rule.name, "mode": str(rule.mode), "version": rule.version}
    if rule is PLAIN:
        return stored
    return stored | {
        "quantity": rule.quantity,
        "buffer": rule.buffer,
        "percentage": rule.percentage,
        "minimum": rule.minimum,
        "unknown": str(rule.unknown),
        "warehouse_ids": sorted(rule.warehouse_ids),
        "profile_id": rule.profile_id,
    }


def apply(rule: Rule, inputs: Sequence[Input], standing: Standing = Standing()) -> Decision:  # noqa: B008 - immutable
    """Apply a rule to the stock that feeds a location."""
    if not inputs:  # a level is made where a warehouse feeds: this one was unmapped since
        return Decision(0, inputs, [Step("no warehouse feeds this location", 0)], rule)
    if rule.is_once:
        return _once(rule, inputs, standing)
    if not any(each.is_known and each.is_counted for each in inputs):
        return _unknown(rule, inputs)
    steps = _from_stock(rule, inputs)
    if steps[-1].quantity < 0:
        steps.append(Step("no channel is told less than 0", 0))
    return Decision(steps[-1].quantity, inputs, steps, rule)


def _once(rule: Rule, inputs: Sequence[Input], standing: Standing) -> Decision:
    if standing.is_asked:
        step = Step(f"{rule.mode.label.lower()}, told once: {rule.number}", rule.number)
        return Decision(rule.number, inputs, [step], rule)
    if standing.shown is None:
        return Decision(None, inputs, [], rule, is_left_alone=True)
    step = Step(
        f"{rule.mode.label.lower()} was told once and is left alone: {standing.shown} shown",
        standing.shown,
    )
    return Decision(standing.shown, inputs, [step], rule, is_left_alone=True)


def _unknown(rule: Rule, inputs: Sequence[Input]) -> Decision:
    if rule.unknown is Unknown.ZERO:
        why = "stock was never counted"
        if not any(each.is_counted for each in inputs):
            why = "no warehouse of the profile feeds this location"
        return Decision(0, inputs, [Step(f"{why}; the profile says 0", 0)], rule)
    return Decision(None, inputs, [], rule, is_cleared=rule.unknown is Unknown.NULL)


def _from_stock(rule: Rule, inputs: Sequence[Input]) -> list[Step]:
    steps = _at_hand(inputs)
    left = steps[-1].quantity
    if rule.percentage < 100:
        left = left * rule.percentage // 100
        steps.append(Step(f"{rule.percentage} % of it, rounded down", left))
    if rule.buffer:
        left -= rule.buffer
        steps.append(Step(f"less {rule.buffer} kept back", left))
    if 0 < left < rule.minimum:
        left = 0
        steps.append(Step(f"fewer than {rule.minimum} are shown as 0", left))
    if rule.mode is Mode.NOT_MORE_THAN and left > (rule.quantity or 0):
        left = rule.quantity or 0
        steps.append(Step(f"not more than {left}", left))
    return steps


def _at_hand(inputs: Sequence[Input]) -> list[Step]:
    counted = [each for each in inputs if each.is_counted]
    steps = []
    total = 0
    for each in counted:
        total += each.on_hand
        known = "" if each.is_known else " (never counted)"
        detail = f" ({each.detail})" if each.detail else ""
        steps.append(Step(f"{each.on_hand} in stock in {each.warehouse}{known}{detail}", total))
    committed = sum(each.committed for each in counted)
    if committed:
        steps.append(Step(f"less {committed} on orders", total - committed))
    return steps


def zero_until(rule: Rule) -> int | None:
    """The largest number of units at hand, in all warehouses that feed a location, for which the
    rule may show 0 there; None when that does not depend on the units at hand alone. A location
    that nothing feeds is none of the rule's: it shows 0 under every one."""
    if rule.warehouse_ids or (rule.is_once and not (rule.mode is Mode.SINGLE or rule.quantity)):
        return None
    if rule.is_once:
        return -1
    if rule.mode is Mode.NOT_MORE_THAN and not rule.quantity:
        return None
    return ((rule.buffer + max(rule.minimum, 1)) * 100 - 1) // rule.percentage


def describe(explanation: dict[str, Any], not_sent: str = "") -> str:
    """A stored explanation as one plain sentence. not_sent: why its number is not sent now."""
    name = explanation["rule"]["name"]
    if explanation.get("quantity") is None:
        return _describe_nothing(explanation)
    steps = explanation["steps"]
    parts = [steps[0]["text"], *(f"{step['text']} → {step['quantity']}" for step in steps[1:])]
    end = "nothing" if explanation.get("is_left_alone") else explanation["quantity"]
    said = f"{end} would be right; {not_sent}" if not_sent else f"{end} sent"
    return f"{'; '.join(parts)}. Rule “{name}”: {said}."


def _describe_nothing(explanation: dict[str, Any]) -> str:
    rule, inputs = explanation["rule"], explanation["inputs"]
    if not inputs:  # of now it would be 0
        return "Nothing is known of that moment: no stock was shown here yet, told or read."
    if explanation.get("is_left_alone"):
        return f"Rule “{rule['name']}” told its number once; what is shown now is not known."
    why = "Stock was never counted"
    if not any(each.get("is_counted", True) for each in inputs):
        why = f"No warehouse of rule “{rule['name']}” feeds this location"
    if rule.get("unknown") == Unknown.NULL:
        return f"{why}: rule “{rule['name']}” takes the number away."
    return f"{why}, so nothing is sent."
