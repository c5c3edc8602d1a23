"""Conducting a rehearsal: faults, the clock, who the shop is. One function a path."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from functools import partial
from typing import Any

from channels.adapters.shopify.sandbox.application import Sandbox
from channels.adapters.shopify.sandbox.clock import parse_iso
from channels.adapters.shopify.sandbox.deliveries import Habits
from channels.adapters.shopify.sandbox.faults import KINDS
from channels.adapters.shopify.sandbox.forms import REQUIRED, Form
from channels.adapters.shopify.sandbox.reading import read_clock, read_shop
from channels.adapters.shopify.sandbox.shop import PLANS, STABLE_VERSIONS, Shop

Json = dict[str, Any]
LONGEST = 86_400


def arm_fault(sandbox: Sandbox, form: Form) -> Json:
    """Arm a fault: `kind`, `times` (null: for ever), `probability`, `root_field`, details."""
    form.only(
        [
            "kind",
            "times",
            "probability",
            "root_field",
            "seconds",
            "status",
            "retry_after",
            "is_executed",
        ]
    )
    status = form.whole("status", 503)
    if not 400 <= status <= 599:
        raise form.fail("status", f"can not be {status}", "Give a number from 400 to 599.")
    probability = form.number("probability", 1.0)
    if not 0 < probability <= 1:
        raise form.fail("probability", f"can not be {probability}", "Give above 0, at most 1.")
    times = (
        None if "times" in form.value and form.value["times"] is None else form.whole("times", 1)
    )
    if times is not None and times < 1:
        raise form.fail("times", f"can not be {times}", "Give 1 or more, or null for ever.")
    fault = sandbox.faults.add(
        form.choice("kind", list(KINDS)),
        root_field=form.text("root_field", ""),
        times=times,
        probability=probability,
        seconds=_seconds(form, "seconds", 1.0),
        status=status,
        retry_after=form.optional("retry_after", partial(_seconds, form)),
        is_executed=form.flag("is_executed", default=False),
    )
    return {"fault": fault.describe()}


def _seconds(form: Form, key: str, default: Any = REQUIRED) -> float:
    """A time to wait: nobody can wait less than 0 seconds, or would wait more than a day."""
    seconds = form.number(key, default)
    if not 0 <= seconds <= LONGEST:
        raise form.fail(key, f"can not be {seconds}", f"Give a number from 0 to {LONGEST}.")
    return seconds


def clear_faults(sandbox: Sandbox, form: Form) -> Json:
    """Disarm every fault."""
    form.only([])
    sandbox.faults.clear()
    return {"faults": []}


def set_clock(sandbox: Sandbox, form: Form) -> Json:
    """Move or freeze the shop's time: `advance_seconds`, `at` (ISO 8601), `is_frozen`."""
    form.only(["advance_seconds", "at", "is_frozen"])
    clock = sandbox.store.clock
    if "at" in form.value:
        try:
            clock.set(parse_iso(form.text("at")))
        except ValueError:
            remedy = "Write 2026-11-21T10:00:00Z."
            raise form.fail("at", "is no ISO 8601 time", remedy) from None
    if "advance_seconds" in form.value:
        clock.advance(form.number("advance_seconds"))
    if "is_frozen" in form.value:
        (clock.freeze if form.flag("is_frozen") else clock.thaw)()
    sandbox.store.save_clock()
    return read_clock(sandbox, {})


def set_shop(sandbox: Sandbox, form: Form) -> Json:
    """Change `plan`, `scopes`, `token`, `oldest_version`, …; the bucket starts full again."""
    form.only([*(entry.name for entry in fields(Shop)), "available_points"])
    changes: Json = {}
    for key in form.value:
        if key == "plan":
            changes[key] = form.choice(key, list(PLANS))
        elif key == "oldest_version":
            changes[key] = form.choice(key, STABLE_VERSIONS)
        elif key == "scopes":
            changes[key] = _scopes(form)
        elif key != "available_points":
            changes[key] = form.text(key)
    sandbox.reshape(replace(sandbox.shop, **changes))
    if "available_points" in form.value:
        sandbox.endpoint.bucket.set_level(form.number("available_points"))
    return read_shop(sandbox, {})


def _scopes(form: Form) -> list[str]:
    scopes = form.value["scopes"]
    if not isinstance(scopes, list) or not all(isinstance(each, str) for each in scopes):
        raise form.fail("scopes", "is no list of texts", 'Write ["read_inventory", …].')
    return scopes


def set_webhooks(sandbox: Sandbox, form: Form) -> Json:
    """Make webhooks misbehave: `copies`, `delay_seconds`, `is_held`, `is_reversed`, …"""
    form.only([entry.name for entry in fields(Habits)])
    habits = Habits(
        copies=form.whole("copies", 1),
        delay_seconds=_seconds(form, "delay_seconds", 0.0),
        is_held=form.flag("is_held", default=False),
        is_reversed=form.flag("is_reversed", default=False),
        is_signature_wrong=form.flag("is_signature_wrong", default=False),
    )
    if not 1 <= habits.copies <= 10:
        raise form.fail("copies", f"can not be {habits.copies}", "Give a number from 1 to 10.")
    sandbox.deliverer.shape(habits)
    return {"habits": asdict(habits)}


def reset(sandbox: Sandbox, form: Form) -> Json:
    """Forget stock, orders, keys, faults, log and clock."""
    form.only([])
    sandbox.reset()
    return {"is_reset": True}
