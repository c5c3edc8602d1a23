"""Why a number is what it is: the stock that went in, each step, and the sum in one sentence."""

from __future__ import annotations

from typing import Any

from channels import communicated, rules
from channels.api.profiled import Profiled
from channels.communicated import Row
from channels.rules import Decision
from partners.rest.fields import Body, Flag, Text, Whole


class InputTold(Body):
    """One warehouse's stock of the product."""

    warehouse_name = Text(source="warehouse", help_text="As it was called then.")
    on_hand = Whole()
    committed = Whole()
    is_known = Flag(help_text="false: it was never counted there.")
    is_counted = Flag(default=True, help_text="false: the rule leaves this warehouse out.")
    detail = Text(default="", help_text="What a bundle's units come from.")


class StepTold(Body):
    """What was done, and the number after it."""

    text = Text()
    quantity = Whole()


class RuleTold(Body):
    """The quantity rule. Warehouses that it leaves out are told with the inputs."""

    name = Text()
    mode = Text()
    version = Whole(help_text="Of its global profile; 1 without any.")
    quantity = Whole(allow_null=True, default=None)
    buffer = Whole(default=0)
    percentage = Whole(default=100)
    minimum = Whole(default=0)
    unknown = Text(default="hold", help_text="What is told of stock that was never counted.")


class ExplanationTold(Body):
    """Everything that made the number."""

    sentence = Text(help_text="The sum in plain words.")
    quantity = Whole(allow_null=True, help_text="Null: there is no number to tell.")
    is_left_alone = Flag(default=False, help_text="true: told once already, so nothing is sent.")
    inputs = InputTold(many=True)
    steps = StepTold(many=True)
    rule = RuleTold(
        allow_null=True,
        help_text="Null when it is of a profile out of your sight; then there are no steps.",
    )


def stored(explanation: dict[str, Any]) -> dict[str, Any]:
    """An explanation as it was stored with a receipt, for ExplanationTold."""
    return explanation | {"sentence": rules.describe(explanation)}


def seen(told: dict[str, Any], view: Profiled) -> dict[str, Any]:
    """What the caller may see of an explanation: of a profile out of sight neither name nor rule,
    and no steps, which are what it says."""
    rule = told["rule"]
    is_plain = "buffer" not in rule  # a profile's rule is stored in full
    if is_plain or view.sees_profile(rule.get("profile_id")):
        return told
    number = told["quantity"]
    end = "no number" if number is None else "nothing" if told.get("is_left_alone") else number
    why = told.get("not_sent", "")
    said = f"{end} would be right; {why}" if why and end == number else f"{end} sent"
    sentence = f"By a global profile that you do not see: {said}."
    return told | {"sentence": sentence, "steps": [], "rule": None}


def current(decision: Decision, row: Row) -> dict[str, Any]:
    """The explanation of a number as it is now."""
    sentence = communicated.sentence(decision, row)
    return decision.as_json() | {"sentence": sentence, "not_sent": communicated.not_sent(row)}
