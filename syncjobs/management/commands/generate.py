"""Builds a large, true data set: what lists, searches and charts are measured on."""

from __future__ import annotations

import datetime
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from inventory.models import Product
from syncjobs.management.generating import (
    goods,
    hearers,
    history,
    journals,
    listings,
    places,
    promises,
    supply,
)
from syncjobs.management.generating.sizes import Sizes, UnfitSizeError
from syncjobs.management.generating.working import Workshop

YEAR = datetime.timedelta(days=365)


class Command(BaseCommand):
    help = (
        "Build a large, true data set, set-based: products, stock with a year of movements, orders,"
        " listings, receipts, logs. For trying and measuring, never beside real data."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, default=1_000_000)
        parser.add_argument("--levels", type=int, default=2_000_000, help="listing levels")
        parser.add_argument("--movements", type=int, default=5_000_000)
        parser.add_argument(
            "--unless-there", action="store_true", help="do nothing if there are products already"
        )
        parser.add_argument(
            "--add", action="store_true", help="beside the products that there are already"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            sizes = Sizes(options["products"], options["levels"], options["movements"])
        except UnfitSizeError as unfit:
            raise CommandError(str(unfit)) from None
        is_there = Product.objects.exists()
        if is_there and options["unless_there"]:
            self.stdout.write("There are products already: nothing was generated.")
            return
        if is_there and not options["add"]:
            raise CommandError(
                "This database holds products: generated ones would stand among them, and can not"
                " be taken out again. Use an empty database, or --add if that is meant."
            )
        started = time.monotonic()
        self._build(sizes)
        self.stdout.write(f"Done in {time.monotonic() - started:.0f} s.")

    def _build(self, sizes: Sizes) -> None:
        values = sizes.as_counts() | {"began_at": timezone.now() - YEAR}
        work = Workshop(values, self.stdout.write)
        work.note("SELECT setseed(0.5)")
        try:
            for step in (
                goods.make,
                places.make,
                history.begin,
                promises.make,
                supply.make,
                supply.fill_up,
                history.write,
                listings.make,
                listings.tell,
                journals.make,
                hearers.make,
            ):
                step(work)
        finally:
            work.tidy()
        self._analyze()

    def _analyze(self) -> None:
        """The planner must know what there is now. VACUUM needs to be outside a transaction."""
        started = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)")
        self.stdout.write(f"{'(statistics)':<40}  {time.monotonic() - started:7.1f} s")
