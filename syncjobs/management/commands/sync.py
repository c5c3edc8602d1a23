"""Runs a sync in this process, without Celery."""

from __future__ import annotations

import getpass
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels.models import Channel
from inventory.models import Product
from syncjobs.models import Run
from syncjobs.runner import Busy, execute

WAIT_SECONDS = 60


class Command(BaseCommand):
    help = (
        "Send what is due on a channel; --new also first sends products whose day has come; --sku"
        " forces chosen products and --hard all of them, by absolute numbers. Settings are kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--channel", required=True, help="the channel's name")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--hard", action="store_true", help="read and correct every product")
        what.add_argument("--new", action="store_true", help="first send what was ticked earlier")
        what.add_argument("--orders", action="store_true", help="take orders in, then push")
        what.add_argument("--sku", nargs="+", default=[], help="read and correct these products")

    def handle(self, *_: Any, **options: Any) -> None:
        channel = Channel.objects.filter(name=options["channel"]).first()
        if channel is None:
            names = ", ".join(Channel.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"--channel: no channel {options['channel']!r}; there are: {names}")
        run = Run(
            channel=channel,
            kind=_kind(options),
            trigger=Run.Trigger.PERSON,
            product_ids=_product_ids(channel, options["sku"]),
            requested_by=getpass.getuser(),
        )
        _execute(run)
        self.stdout.write(
            f"{run} {run.get_kind_display()}: {run.sent} sent, {run.unchanged} already right,"
            f" {run.skipped} skipped, {run.failed} failed."
        )
        if run.status == Run.Status.FAILED:
            raise CommandError(f"{run.error_code}: {run.error}")


def _kind(options: dict[str, Any]) -> Run.Kind:
    if options["hard"]:
        return Run.Kind.HARD
    if options["new"]:
        return Run.Kind.NEW
    if options["orders"]:
        return Run.Kind.ORDERS
    return Run.Kind.BULK if options["sku"] else Run.Kind.DUE


def _product_ids(channel: Channel, skus: list[str]) -> list[int]:
    listed = dict(
        Product.objects.filter(sku__in=skus, listings__channel=channel).values_list("sku", "pk")
    )
    unknown = sorted(set(skus) - listed.keys())
    if unknown:
        raise CommandError(
            f"--sku: not on {channel}: {', '.join(unknown)}. Check the spelling, or tick the"
            " channel on the product's page first."
        )
    return sorted(listed.values())


def _execute(run: Run) -> None:
    """Wait for the channel's lease, for a bounded time."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            execute(run)
        except Busy:
            if time.monotonic() > give_up_at:
                raise CommandError(
                    f"{run.channel} has been busy for {WAIT_SECONDS} s: see Sync runs, try again."
                ) from None
            time.sleep(0.2)
        else:
            return
