import resource
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inventory.errors import KeyReused
from inventory.models import Warehouse
from orders.retail.loading import Request, load
from orders.retail.reader import Malformed
from orders.retail.report import Report

DEFAULT_WAREHOUSE = "main"


class Command(BaseCommand):
    help = (
        "Replay a file of a retailer's invoices (the columns of Online Retail, .csv or .csv.gz)"
        " through the public verbs: products, stock, orders, cancellations, shipments, ASNs."
        " Running it again changes nothing; nothing is dropped silently."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--until", type=date.fromisoformat, help="the last day to load, such as 2011-03-31"
        )
        parser.add_argument(
            "--warehouse",
            default=DEFAULT_WAREHOUSE,
            help=f"code of the warehouse (default: {DEFAULT_WAREHOUSE}, created when missing)",
        )
        parser.add_argument(
            "--report", type=Path, help="write every line not taken, and why, to this CSV file"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["file"].is_file():
            raise CommandError(f"{options['file']} is not a file.")
        started = time.monotonic()
        request = Request(
            options["file"], _warehouse(options["warehouse"]), options["until"], self._progress
        )
        with Report(options["report"]) as report:
            try:
                load(request, report)
            except Malformed as error:
                raise CommandError(
                    f"{options['file'].name}: {error} Nothing was loaded."
                ) from error
            except KeyReused as error:
                raise CommandError(
                    f"Warehouse {request.warehouse.code} already holds the stock of another file:"
                    " load into an empty database, or give another --warehouse."
                ) from error
        self._conclude(report, time.monotonic() - started)

    def _progress(self, lines: int) -> None:
        self.stderr.write(f"{lines:,} lines")

    def _conclude(self, report: Report, seconds: float) -> None:
        self.stdout.write(report.table())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stdout.write(
            f"{seconds:.1f} s, {report.read / seconds:,.0f} lines per second,"
            f" peak memory {peak:.0f} MB"
        )
        if not report.adds_up:
            raise CommandError(
                f"{report.read} lines were read, but {report.outcomes.total()} accounted for."
            )


def _warehouse(code: str) -> Warehouse:
    if code == DEFAULT_WAREHOUSE:
        warehouse, _ = Warehouse.objects.get_or_create(
            code=code, defaults={"name": "Main warehouse"}
        )
        return warehouse
    found = Warehouse.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Warehouse.objects.values_list("code", flat=True)) or "none"
        raise CommandError(f"There is no warehouse {code}. Known: {known}.")
    return found
