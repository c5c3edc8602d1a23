"""One number of the communicated table, with every input that made it and all that was told; now or
as of a past moment."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels import communicated, registry
from channels.admin import communicated_moment, retelling, wording
from channels.admin.cells import STATE_COLORS, activity, when
from channels.admin.chart import Chart, draw
from channels.admin.following import differs_since, is_on_its_way, is_settling, so_long
from channels.admin.history import Event, History, history_of
from channels.admin.holding import Holding, held_by
from channels.admin.notes import notes
from channels.admin.summing import summed
from channels.communicated import Row
from channels.contract import ChannelError
from channels.models import Communicated, Feed, FeedPeriod
from channels.rules import PLAIN, Decision, Step
from desk import moments, numbers
from desk.cells import list_of
from inventory.models import Movement

QUANTITIES = {
    "available": _("quantity at hand"),
    "committed": _("quantity on orders"),
    "backordered": _("quantity backordered"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One warehouse's share, and where its movements are listed."""

    warehouse: str
    on_hand: int
    committed: int
    available: int
    is_known: bool
    is_counted: bool
    detail: str
    movements: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything the page of a row shows. `told`: the row; None where it did not exist then.
    `more_orders`: that hold it besides those listed."""

    row: Communicated
    told: Row | None
    moment: datetime.datetime | None
    sentence: str
    quantities: str
    sources: Sequence[Source]
    orders: Sequence[Holding]
    more_orders: int
    label: str
    advice: str
    history: Sequence[Event]
    chart: Chart | None
    rule: str
    summary: str
    risk: str

    @property
    def decision(self) -> Decision | None:
        return self.told.explanation if self.told else None

    @property
    def rule_name(self) -> str:
        return retelling.named(self.decision.rule) if self.decision else ""

    @property
    def steps(self) -> Sequence[Step]:
        """The sum of its number, in words."""
        return retelling.told(self.decision.steps) if self.decision else ()

    @property
    def should(self) -> int | None:
        return self.told.should if self.told else None

    @property
    def state(self) -> tuple[str, str]:
        """Its colour and its words."""
        if self.told and self.told.is_unknown and self.moment:
            return "", gettext("Nothing was known yet")
        state = Communicated.State(self.told.state if self.told else self.row.state)
        return STATE_COLORS[state], str(state.label)

    @property
    def is_agreed(self) -> bool:
        """Whether the channel acknowledged what it should show."""
        decision = self.decision
        is_told = self.told is not None and decision is not None
        return is_told and decision.quantity == self.told.acknowledged  # type: ignore[union-attr]

    @property
    def when(self) -> str:
        """When the channel acknowledged."""
        return when(self.told.acknowledged_at if self.told else None, is_past=bool(self.moment))

    @property
    def unconfirmed_since(self) -> str:
        """When the channel took a number that it does not show yet; empty when it does."""
        since = self.told.unconfirmed_since if self.told else None
        return when(since, "", is_past=bool(self.moment))

    @property
    def is_on_its_way(self) -> bool:
        """Whether a number goes out by itself within moments: what its page follows."""
        return not self.moment and self.told is not None and is_on_its_way(self.row, self.told)

    @property
    def is_settling(self) -> bool:
        """Whether its page is to be followed, a number on its way or not."""
        return not self.moment and self.told is not None and is_settling(self.row, self.told)

    @property
    def differs_since(self) -> datetime.datetime | None:
        """Since when the channel does not show what it should; None where it does."""
        if self.moment or self.told is None:
            return None
        return differs_since(self.row, self.told)

    @property
    def differs_for(self) -> str:
        return so_long(self.differs_since) if self.differs_since else ""

    @property
    def activity(self) -> str:
        """Whether the channel offers it; empty when it does not say."""
        return activity(self.told.is_buyable if self.told else None)

    @property
    def then(self) -> str:
        """The past moment, in words; empty for now."""
        return moments.second(self.moment) if self.moment else ""

    @property
    def query(self) -> str:
        """What the address of the same moment ends in."""
        return f"&as_of={communicated_moment.typed(self.moment)}" if self.moment else ""


def explain(
    row: Communicated, moment: datetime.datetime | None = None, span: str = ""
) -> Explanation:
    """Explain a row of the table (related objects selected), now or as of then. `span`: of the
    chart. A bounded number of queries."""
    told = _told(row, moment)
    decision = told.explanation if told else None
    feeds = _feeds(row, moment) if decision else []
    orders, more = held_by(row, feeds) if moment is None and decision else ([], 0)
    number = len(orders) + more if moment is None else None
    label, advice = ("", "") if moment else next(notes(row, decision), ("", ""))
    rule = decision.rule if decision else PLAIN
    history = history_of(row.level_id, moment)
    return Explanation(
        row=row,
        told=told,
        moment=moment,
        sentence=summed(told, number) if told else _nothing(row),
        quantities=gettext("the rule’s own number, once") if rule.is_once else _kinds(row),
        sources=_sources(row, decision, feeds, moment),
        orders=orders,
        more_orders=more,
        label=label,
        advice=advice,
        history=history.events,
        chart=_chart(history, told, moment, span),
        rule=wording.headline(rule),
        summary=wording.summary(rule, wording.names_of([rule])),
        risk=_risk(told),
    )


def _told(row: Communicated, moment: datetime.datetime | None) -> Row | None:
    if moment is None:
        told = communicated.rows([row])[0]
        return replace(told, untold="") if is_on_its_way(row, told) else told
    table = communicated.select().filter(pk=row.pk)
    return next(iter(communicated.rows_as_of(table, moment)), None)


def _nothing(row: Communicated) -> str:
    return gettext("%(sku)s was not communicated to %(channel)s yet.") % {
        "sku": row.product.sku,
        "channel": row.channel.name,
    }


def _kinds(row: Communicated) -> str:
    """Which of our quantities its kind of channel is told, in words."""
    try:
        quantities = registry.get(row.channel.kind).quantities
    except ChannelError as error:
        return error.message
    return ", ".join(str(QUANTITIES.get(name, name)) for name in quantities)


def _chart(
    history: History, told: Row | None, moment: datetime.datetime | None, span: str
) -> Chart | None:
    """Up to what is so at the end of it."""
    if told is None or not (history.should or history.shown):
        return None
    end = moment or timezone.now()
    should = [*history.should, *([(end, told.should)] if told.should is not None else [])]
    shown = list(history.shown)
    if told.acknowledged is not None:
        shown.append((end, told.acknowledged))
    return draw(should, shown, end, span)


def _risk(told: Row | None) -> str:
    """What may be oversold, because a number told once does not follow the stock."""
    decision = told.explanation if told else None
    if told is None or decision is None or not decision.rule.is_once or told.should is None:
        return ""
    values = {
        "offered": numbers.shown(told.should),
        "at_hand": numbers.shown(decision.available),
        "risk": numbers.shown(decision.risk),
    }
    if not decision.risk:
        return (
            gettext(
                "%(offered)s offered, %(at_hand)s at hand: nothing is oversold as long as stock"
                " does not fall below."
            )
            % values
        )
    return (
        gettext("%(offered)s offered, %(at_hand)s at hand: up to %(risk)s may be oversold.")
        % values
    )


def _feeds(row: Communicated, moment: datetime.datetime | None) -> list[int]:
    """Warehouses in the order in which a decision lists them."""
    if moment is None:
        feeds: Any = Feed.objects.filter(location=row.location_id)
    else:
        feeds = FeedPeriod.objects.filter(location=row.location_id, began_at__lte=moment)
        feeds = feeds.exclude(ended_at__lte=moment)
    return list(feeds.order_by("warehouse_id").values_list("warehouse_id", flat=True))


def _sources(
    row: Communicated,
    decision: Decision | None,
    feeds: Sequence[int],
    moment: datetime.datetime | None,
) -> list[Source]:
    until = timezone.localtime(moment) if moment else None
    past = (
        {"recorded_at_to_0": f"{until:%Y-%m-%d}", "recorded_at_to_1": f"{until:%H:%M:%S}"}
        if until
        else {}
    )
    return [
        Source(
            warehouse=each.warehouse,
            on_hand=each.on_hand,
            committed=each.committed,
            available=each.available,
            is_known=each.is_known,
            is_counted=each.is_counted,
            detail=retelling.detail(each.detail),
            movements=list_of(
                Movement,
                product__id__exact=row.product_id,
                warehouse__id__exact=warehouse,
                **past,
            ),
        )
        for warehouse, each in zip(feeds, decision.inputs if decision else (), strict=False)
    ]
