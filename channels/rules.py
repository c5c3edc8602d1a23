"""Quantity rules: what number stock becomes, and how that is explained. Pure Python.

A rule is applied to the stock of the warehouses that feed a location. Each mode is one function in
MODES that turns stock into a number and says each step aloud; later modes (single stock, custom,
not more than) and settings (buffer, percentage) are new functions and new fields with defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    PRODUCT_VALUE = "product_value"


@dataclass(frozen=True, slots=True)
class Rule:
    """`version` names the rule's state at the time, so that an old explanation stays readable."""

    name: str = "Product value"
    mode: Mode = Mode.PRODUCT_VALUE
    version: int = 1


@dataclass(frozen=True, slots=True)
class Input:
    """One warehouse's stock of the product. Units; `is_known` False: never counted there."""

    warehouse: str
    on_hand: int
    committed: int
    is_known: bool

    @property
    def available(self) -> int:
        return self.on_hand - self.committed


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the sum: what was done, and the number after it."""

    text: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The number a listing should show at a location, and everything that made it.

    quantity: ≥ 0, or None when the stock is unknown: then nothing is sent.
    """

    quantity: int | None
    inputs: Sequence[Input]
    steps: Sequence[Step]
    rule: Rule

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

    def as_json(self) -> dict[str, Any]:
        """What is stored with a publication: enough to explain it for ever."""
        # By hand, not by asdict: every number told passes here.
        rule = self.rule
        return {
            "quantity": self.quantity,
            "inputs": [
                {
                    "warehouse": each.warehouse,
                    "on_hand": each.on_hand,
                    "committed": each.committed,
                    "is_known": each.is_known,
                }
                for each in self.inputs
            ],
            "steps": [{"text": step.text, "quantity": step.quantity} for step in self.steps],
            "rule": {"name": rule.name, "mode": str(rule.mode), "version": rule.version},
        }


def apply(rule: Rule, inputs: Sequence[Input]) -> Decision:
    """Apply a rule to the stock that feeds a location."""
    if not inputs:  # a level is made where a warehouse feeds: this one was unmapped since
        return Decision(0, inputs, [Step("no warehouse feeds this location", 0)], rule)
    if not any(each.is_known for each in inputs):
        return Decision(None, inputs, [], rule)
    steps = MODES[rule.mode](rule, inputs)
    if steps[-1].quantity < 0:
        steps.append(Step("no channel is told less than 0", 0))
    return Decision(steps[-1].quantity, inputs, steps, rule)


def _product_value(_rule: Rule, inputs: Sequence[Input]) -> list[Step]:
    steps = []
    total = 0
    for each in inputs:
        total += each.on_hand
        known = "" if each.is_known else " (never counted)"
        steps.append(Step(f"{each.on_hand} in stock in {each.warehouse}{known}", total))
    committed = sum(each.committed for each in inputs)
    if committed:
        steps.append(Step(f"less {committed} on orders", total - committed))
    return steps


def zero_until(_rule: Rule) -> int:
    """The largest number of units to sell for which the rule may show 0."""
    return 0


MODES: dict[Mode, Callable[[Rule, Sequence[Input]], list[Step]]] = {
    Mode.PRODUCT_VALUE: _product_value
}


def describe(explanation: dict[str, Any]) -> str:
    """A stored explanation as one plain sentence."""
    if explanation.get("quantity") is None:
        return "Stock was never counted, so nothing is sent."
    steps = explanation["steps"]
    parts = [steps[0]["text"], *(f"{step['text']} → {step['quantity']}" for step in steps[1:])]
    return (
        f"{'; '.join(parts)}. Rule “{explanation['rule']['name']}”: {explanation['quantity']} sent."
    )
