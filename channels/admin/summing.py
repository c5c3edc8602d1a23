"""A number of the communicated table as one plain sum: what is in stock, what is promised, what the
rule makes of it, and what the channel says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext, ngettext

from channels.admin import retelling
from channels.communicated import Row, not_sent
from channels.rules import PLAIN, Decision, Input, Mode
from desk import moments, numbers


def summed(row: Row, orders: int | None) -> str:
    """The whole sum. `orders`: how many hold units of it; None where that is not to be told."""
    decision = row.explanation
    if decision is None:
        return gettext("No location of %(channel)s is fed by a warehouse, so nothing is sent.") % {
            "channel": row.channel
        }
    is_plain_sum = decision.steps and decision.inputs and not decision.rule.is_once
    if decision.quantity is None or not is_plain_sum:
        return "; ".join(filter(None, [retelling.now(decision, row).rstrip("."), _answer(row)]))
    clauses = [_at_hand(decision, orders), *_rule(decision)]
    if row.untold:
        would = gettext("%(sum)s → %(number)s would be right") % {
            "sum": "; ".join(clauses),
            "number": numbers.shown(decision.quantity),
        }
        answer = "" if row.acknowledged is not None else _answer(row)
        return "; ".join(filter(None, [would, not_sent(row), answer]))
    told = gettext("%(sum)s → %(number)s sent") % {
        "sum": "; ".join(clauses),
        "number": numbers.shown(decision.quantity),
    }
    return "; ".join(filter(None, [told, _answer(row)]))


def _counted(decision: Decision) -> Sequence[Input]:
    return [each for each in decision.inputs if each.is_counted]


def _at_hand(decision: Decision, orders: int | None) -> str:
    """“40 in stock in Main − 12 on 3 orders = 28 at hand”."""
    counted = _counted(decision)
    parts = [
        gettext("%(units)s in stock in %(warehouse)s")
        % {"units": numbers.shown(each.on_hand), "warehouse": each.warehouse}
        for each in counted
    ]
    stock = " + ".join(parts) or gettext("nothing in the warehouses of the rule")
    committed = sum(each.committed for each in counted)
    if not committed and len(counted) == 1:
        return gettext("%(stock)s, all at hand") % {"stock": stock}
    total = numbers.shown(sum(each.available for each in counted))
    if not committed:
        return gettext("%(stock)s = %(total)s at hand") % {"stock": stock, "total": total}
    return gettext("%(stock)s − %(held)s = %(total)s at hand") % {
        "stock": stock,
        "held": _held(committed, orders),
        "total": total,
    }


def _held(committed: int, orders: int | None) -> str:
    if not orders:
        return gettext("%(units)s on orders") % {"units": numbers.shown(committed)}
    words = ngettext("%(units)s on %(orders)s order", "%(units)s on %(orders)s orders", orders)
    return words % {"units": numbers.shown(committed), "orders": numbers.shown(orders)}


def _rule(decision: Decision) -> Iterator[str]:
    """What the profile does with it, as far as it does anything to this number."""
    rule = decision.rule
    if rule is PLAIN:
        return
    done = list(_deeds(decision))
    words = ", ".join(done) or gettext("passes it on")
    yield gettext("profile “%(profile)s” %(deeds)s") % {"profile": rule.name, "deeds": words}


def _deeds(decision: Decision) -> Iterator[str]:
    rule = decision.rule
    left = sum(each.available for each in _counted(decision))
    if len(_counted(decision)) < len(decision.inputs):
        yield gettext("counts only its own warehouses")
    if rule.percentage < 100:
        left = left * rule.percentage // 100
        yield gettext("takes %(percentage)s %% of it (%(left)s)") % {
            "percentage": rule.percentage,
            "left": numbers.shown(left),
        }
    if rule.buffer:
        left -= rule.buffer
        yield gettext("keeps %(units)s back") % {"units": numbers.shown(rule.buffer)}
    if 0 < left < rule.minimum:
        left = 0
        yield gettext("shows fewer than %(units)s as 0") % {"units": numbers.shown(rule.minimum)}
    if rule.mode is Mode.NOT_MORE_THAN and left > (rule.quantity or 0):
        yield gettext("shows not more than %(units)s") % {
            "units": numbers.shown(rule.quantity or 0)
        }
    if left < 0:
        yield gettext("no channel is told less than 0")


def _answer(row: Row) -> str:
    """What the channel acknowledged, and when: the time alone where it was today."""
    if row.acknowledged_at is None:
        return gettext("nothing acknowledged yet")
    time = moments.lately(row.acknowledged_at)
    if row.acknowledged is None:
        return gettext("what the channel shows is not known since %(time)s") % {"time": time}
    return gettext("acknowledged %(number)s at %(time)s") % {
        "number": numbers.shown(row.acknowledged),
        "time": time,
    }
