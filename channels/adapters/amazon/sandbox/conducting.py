"""Conducting a rehearsal: clock, habits, the seller's account, budgets, feeds, faults."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from channels.adapters.amazon.sandbox import feeds
from channels.adapters.amazon.sandbox.account import Account, Habits
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Json
from channels.adapters.amazon.sandbox.clock import iso, parse_iso
from channels.adapters.amazon.sandbox.faults import BODIES, KINDS
from channels.adapters.amazon.sandbox.feedwork import FATES
from channels.adapters.amazon.sandbox.limits import RATES
from channels.adapters.amazon.sandbox.regions import REGIONS
from channels.adapters.amazon.sandbox.routing import NAMES
from channels.adapters.amazon.sandbox.store import Row
from channels.rehearsing.forms import Form


def clock_view(sandbox: Sandbox) -> Json:
    clock = sandbox.store.clock
    return {
        "now": iso(clock.now()),
        "speed": clock.speed,
        "is_frozen": clock.frozen_at is not None,
        "ahead_seconds": round(clock.offset(), 3),
    }


def set_clock(sandbox: Sandbox, form: Form) -> Json:
    """`{"set"?: ISO 8601, "advance"?: seconds, "speed"?: seconds a second, "frozen"?: bool}`"""
    form.only(["set", "advance", "speed", "frozen"])
    clock = sandbox.store.clock
    if "frozen" in form.value:
        (clock.freeze if form.flag("frozen") else clock.thaw)()
    if "set" in form.value:
        try:
            clock.set(parse_iso(form.text("set")))
        except ValueError as error:
            raise form.fail("set", "is no moment", "Give ISO 8601.") from error
    if "advance" in form.value:
        clock.advance(form.number("advance"))
    if "speed" in form.value:
        speed = form.number("speed")
        if speed <= 0:
            raise form.fail("speed", f"can not be {speed}", "Give more than 0, or freeze.")
        clock.run_at(speed)
    sandbox.store.save_clock()
    return clock_view(sandbox)


def set_habits(sandbox: Sandbox, form: Form) -> Json:
    """`{"apply_seconds"?, "list_lag_seconds"?, "order_copies"?, …}`: delays and bad manners."""
    return {"habits": _set(sandbox, form, sandbox.habits)}


def set_account(sandbox: Sandbox, form: Form) -> Json:
    """`{"seller_id"?, "region"?, "client_secret"?, "refresh_token"?, "is_revoked"?, …}`"""
    if "region" in form.value:
        form.choice("region", REGIONS)
    return {"account": _set(sandbox, form, sandbox.account)}


def _set(sandbox: Sandbox, form: Form, owner: Account | Habits) -> Json:
    before = asdict(owner)
    form.only(before)
    sandbox.reshape(**{name: _value(form, name, before[name]) for name in form.value})
    return asdict(owner)


def _value(form: Form, name: str, before: object) -> Any:
    """The value of a setting, of the kind it had before."""
    if isinstance(before, bool):
        return form.flag(name)
    if isinstance(before, str):
        return form.text(name)
    value = form.whole(name) if isinstance(before, int) else form.number(name)
    if value < 0:
        raise form.fail(name, f"can not be {value}", "Give 0 or more.")
    return value


def set_limits(sandbox: Sandbox, form: Form) -> Json:
    """`{"operation", "rate"?, "burst"?, "drained"?: true}`: another budget, or an empty one."""
    form.only(["operation", "rate", "burst", "drained"])
    name = form.choice("operation", RATES)
    if "rate" in form.value or "burst" in form.value:
        rate, burst = RATES[name]
        sandbox.limits.reshape(name, form.number("rate", rate), form.number("burst", burst))
    if form.flag("drained", default=False):
        sandbox.limits.drain(name)
    return {"limits": sandbox.limits.describe()}


def set_feeds(sandbox: Sandbox, form: Form) -> Json:
    """`{"queue_seconds"?, "processing_seconds"?, "gzip"?, "next"?: done|fatal|stuck, "times"?}`"""
    form.only(["queue_seconds", "processing_seconds", "gzip", "next", "times"])
    habits = sandbox.habits
    sandbox.reshape(
        feed_queue_seconds=form.number("queue_seconds", habits.feed_queue_seconds),
        feed_processing_seconds=form.number("processing_seconds", habits.feed_processing_seconds),
        is_report_gzip=form.flag("gzip", default=habits.is_report_gzip),
    )
    if "next" in form.value:
        fates = [form.choice("next", FATES)] * form.whole("times", 1)
        sandbox.store.set_setting("next_feeds", fates)
    return {"habits": asdict(sandbox.habits)}


def set_feed(sandbox: Sandbox, feed: Row, form: Form) -> Json:
    """`{"fate": done|fatal|stuck}`: done lets a stuck feed go on."""
    form.only(["fate"])
    sandbox.store.run(
        "UPDATE feeds SET fate = ? WHERE id = ?", (form.choice("fate", FATES), feed["id"])
    )
    return {"feed": feeds.view(feed)}


def arm_fault(sandbox: Sandbox, form: Form) -> Json:
    """`{"kind", "operation"?, "times"?: n|null, "status"?, "body"?, "seconds"?, "is_executed"?,
    "share"?, "seed"?}`"""
    form.only(
        ["kind", "operation", "times", "status", "body", "seconds", "is_executed", "share", "seed"]
    )
    times = form.value.get("times", 1)
    fault = sandbox.faults.add(
        form.choice("kind", KINDS),
        operation=form.choice("operation", ("", *NAMES), ""),
        times=times if times is None else form.whole("times", 1),
        status=form.whole("status", 503),
        body=form.choice("body", BODIES, "json"),
        seconds=form.number("seconds", 0.0),
        is_executed=form.flag("is_executed", default=False),
        share=form.number("share", 1.0),
        seed=form.whole("seed", 0),
    )
    return {"fault": fault.describe()}


def clear_faults(sandbox: Sandbox, form: Form) -> Json:
    """`{}`: nothing goes wrong any more."""
    form.only([])
    sandbox.faults.clear()
    return {"armed": []}


def reset(sandbox: Sandbox, form: Form) -> Json:
    """`{}`: forget everything but who the seller is."""
    form.only([])
    sandbox.reset()
    return {"seller_id": sandbox.account.seller_id}
