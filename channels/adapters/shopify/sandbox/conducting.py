"""Conducting a rehearsal: faults, the clock, who the shop is. One function a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from functools import partial
from typing import Any

from channels.adapters.shopify.sandbox.application import Sandbox
from channels.adapters.shopify.sandbox.clock import parse_iso
from channels.adapters.shopify.sandbox.deliveries import Habits
from channels.adapters.shopify.sandbox.faults import KINDS
from channels.adapters.shopify.sandbox.reading import read_clock, read_shop
from channels.adapters.shopify.sandbox.shop import PLANS, STABLE_VERSIONS, Shop
from channels.rehearsing.forms import REQUIRED, Form

Json = dict[str, Any]
LONGEST = 86_400
FAULT_KEYS = (
    "kind",
    "times",
    "share",
    "seed",
    "root_field",
    "seconds",
    "status",
    "retry_after",
    "is_executed",
)


def arm_fault(sandbox: Sandbox, form: Form) -> Json:
    """Arm a fault: `kind`, `times` (null: for ever), `share` and `seed`, `root_field`, details."""
    form.only(FAULT_KEYS)
    status = form.whole("status", 503)
    if not 400 <= status <= 599:
        raise form.fail("status", f"can not be {status}", "Give a number from 400 to 599.")
    share = form.number("share", 1.0)
    if not 0 < share <= 1:
        raise form.fail("share", f"can not be {share}", "Give above 0, at most 1.")
    fault = sandbox.faults.add(
        form.choice("kind", list(KINDS)),
        root_field=form.text("root_field", ""),
        times=_times(form),
        share=share,
        seed=form.whole("seed", 0),
        seconds=_seconds(form, "seconds", 1.0),
        status=status,
        retry_after=form.optional("retry_after", partial(_seconds, form)),
        is_executed=form.flag("is_executed", default=False),
    )
    return {"fault": fault.describe()}


def _times(form: Form) -> int | None:
    """How often a fault hits: once, unless it is told or hits a share of the calls."""
    if form.value.get("times", 1) is None or ("share" in form.value and "times" not in form.value):
        return None
    times = form.whole("times", 1)
    if times < 1:
        raise form.fail("times", f"can not be {times}", "Give 1 or more, or null for ever.")
    return times


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
    """Change `plan`, `scopes`, `client_secret`, `bucket_maximum`, `available_points`, …"""
    form.only([*(entry.name for entry in fields(Shop)), "available_points"])
    readers: dict[str, Callable[[str], Any]] = {
        "plan": partial(form.choice, choices=list(PLANS)),
        "oldest_version": partial(form.choice, choices=STABLE_VERSIONS),
        "scopes": partial(_scopes, form),
        "bucket_maximum": partial(_points, form),
        "restore_rate": partial(_points, form),
    }
    changes: Json = {}
    for key in form.value:
        if key != "available_points":
            changes[key] = readers[key](key) if key in readers else form.text(key)
    points = form.number("available_points", 0)
    if points < 0:
        raise form.fail("available_points", f"can not be {points}", "Give 0 or more.")
    sandbox.reshape(replace(sandbox.shop, **changes))
    if "available_points" in form.value:
        sandbox.endpoint.bucket.set_level(points)
    return read_shop(sandbox, {})


def _points(form: Form, key: str) -> int | None:
    """A size of the bucket; null goes back to the plan's."""
    points: int | None = form.optional(key, form.whole)
    if points is not None and points < 1:
        raise form.fail(key, f"can not be {points}", "Give 1 or more, or null for the plan's.")
    return points


def _scopes(form: Form, key: str) -> list[str]:
    scopes = form.value[key]
    if not isinstance(scopes, list) or not all(isinstance(each, str) for each in scopes):
        raise form.fail(key, "is no list of texts", 'Write ["read_inventory", …].')
    return scopes


def set_webhooks(sandbox: Sandbox, form: Form) -> Json:
    """Make webhooks misbehave: `copies`, `delay_seconds`, `drop_share`, `is_held`, `shuffle`, …"""
    form.only([entry.name for entry in fields(Habits)])
    habits = Habits(
        copies=form.whole("copies", 1),
        delay_seconds=_seconds(form, "delay_seconds", 0.0),
        is_held=form.flag("is_held", default=False),
        is_reversed=form.flag("is_reversed", default=False),
        is_signature_wrong=form.flag("is_signature_wrong", default=False),
        drop_share=form.number("drop_share", 0.0),
        shuffle=form.flag("shuffle", default=False),
        seed=form.whole("seed", 0),
    )
    if not 0 <= habits.drop_share <= 1:
        message = f"can not be {habits.drop_share}"
        raise form.fail("drop_share", message, "Give a number from 0 to 1.")
    if not 1 <= habits.copies <= 10:
        raise form.fail("copies", f"can not be {habits.copies}", "Give a number from 1 to 10.")
    sandbox.deliverer.shape(habits)
    return {"habits": asdict(habits)}


def reset(sandbox: Sandbox, form: Form) -> Json:
    """Forget stock, orders, keys, faults, log and clock."""
    form.only([])
    sandbox.reset()
    return {"is_reset": True}
