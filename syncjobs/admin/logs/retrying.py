"""Tries again what lines of the log tell of: products are sent again, orders are asked for again;
what can not be tried again is said, with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.translation import gettext_noop

from channels import intake
from channels.models import Channel, Listing
from desk.saying import gettext, ngettext, together
from desk.wording import named
from syncjobs.admin.starting import start
from syncjobs.models import ProcessLog, Run

WORDS = gettext_noop("Retry from process logs")
SHOWN = 5


@dataclass
class Retried:
    """What was started, and why the rest was not: SKUs by reason."""

    runs: list[Run] = field(default_factory=list)
    products: int = 0
    orders: int = 0
    skipped: dict[str, list[str]] = field(default_factory=dict)

    def skip(self, why: str, what: str) -> None:
        """Note one that can not be tried again."""
        self.skipped.setdefault(why, []).append(what)

    @property
    def done(self) -> str:
        """What was done, in a sentence; "" for nothing."""
        said = []
        if self.products:
            text = ngettext(
                "%(number)d product is sent again.",
                "%(number)d products are sent again.",
                self.products,
            )
            said.append(text % {"number": self.products})
        if self.orders:
            text = ngettext(
                "%(number)d order is asked for again.",
                "%(number)d orders are asked for again.",
                self.orders,
            )
            said.append(text % {"number": self.orders})
        return together(said) if said else ""

    @property
    def left(self) -> list[str]:
        """Why the rest was left, a sentence for each reason."""
        return [
            gettext("Not tried again: %(names)s. %(why)s")
            % {"names": named(sorted(set(names)), SHOWN), "why": why}
            for why, names in self.skipped.items()
        ]


def is_retried(line: ProcessLog) -> bool:
    """Whether there is something to try again, as far as the line itself tells."""
    return line.product_id is not None or bool(line.order_number)


def retry(request: HttpRequest, lines: Sequence[ProcessLog]) -> Retried:
    """Try all of these again: a run for the products of each channel, one for its orders. A run
    that waits for just that is not asked for twice."""
    found = Retried()
    products: dict[int, set[int]] = defaultdict(set)
    orders: dict[int, set[str]] = defaultdict(set)
    for line in lines:
        if line.product_id is not None:
            products[line.channel_id].add(line.product_id)
        elif line.order_number:
            orders[line.channel_id].add(line.order_number)
        else:
            why = gettext("It is about the channel, and is tried again by itself.")
            found.skip(why, str(line.channel))
    channels = Channel.objects.filter(pk__in=products.keys() | orders.keys()).order_by("pk")
    for channel in channels:
        _retry_products(request, channel, products.get(channel.pk, set()), found)
        _retry_orders(request, channel, orders.get(channel.pk, set()), found)
    return found


def _retry_products(
    request: HttpRequest, channel: Channel, product_ids: set[int], found: Retried
) -> None:
    if not product_ids:
        return
    listings = {
        each.product_id: each
        for each in Listing.objects.filter(channel=channel, product__in=product_ids)
        .select_related("product")
        .order_by("pk")
    }
    wanted = []
    for listing in listings.values():
        why = _why_not(channel, listing)
        if why:
            found.skip(why, listing.product.sku)
        else:
            wanted.append(listing.product_id)
    if gone := len(product_ids - listings.keys()):
        why = gettext("It is not listed on this channel any more.")
        text = ngettext("%(number)d product", "%(number)d products", gone)
        found.skip(why, text % {"number": gone})
    if wanted:
        found.runs.append(_ask(request, channel, Run.Kind.BULK, wanted))
        found.products += len(wanted)


def _why_not(channel: Channel, listing: Listing) -> str:
    """Why a listing can not be sent now; "" when it can."""
    product = listing.product
    if not (channel.is_active and channel.is_stock_synced):
        return gettext("Switch the channel and its stock sync on first.")
    if not listing.is_ticked:
        return gettext("Tick the channel under Marketplace on the product's page first.")
    if listing.is_excluded or product.is_excluded:
        return gettext("Clear the exclude switch first.")
    if not product.is_active:
        return gettext("Activate the product first.")
    return ""


def _retry_orders(
    request: HttpRequest, channel: Channel, numbers: set[str], found: Retried
) -> None:
    if not numbers:
        return
    if not channel.is_active:
        for number in numbers:
            found.skip(gettext("Switch the channel on first."), number)
        return
    waiting = intake.ask_again(channel, numbers)
    for number in numbers - waiting:
        found.skip(gettext("It does not wait any more: it was taken in since."), number)
    if waiting:
        found.runs.append(_ask(request, channel, Run.Kind.ORDERS, []))
        found.orders += len(waiting)


def _ask(request: HttpRequest, channel: Channel, kind: Run.Kind, product_ids: list[int]) -> Run:
    waits = Run.objects.filter(
        channel=channel, kind=kind, status=Run.Status.QUEUED, product_ids=sorted(product_ids)
    )
    return waits.first() or start(request, channel, kind, product_ids, gettext(WORDS))
