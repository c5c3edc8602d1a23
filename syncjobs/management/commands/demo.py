"""Loads the demonstration and says who may log in and what to try."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from syncjobs import demo

TRY = (
    "manager: Inventory → Products → any → Adjust stock; the store follows within seconds.",
    "manager: Inventory → Warehouse work → type PO-DEMO, Enter: receive what is at the dock.",
    "csm: Inventory → Communicate inventory to external sources → click a SKU: why this number?",
    "csm: Sync → Process logs: what waits or was skipped; each line says what to do.",
    "communicator: the same table → choose rows → Confirm and send…, then watch the run.",
    "partner: the same table, and nothing to press.",
    "communicator: break the store as below, let manager adjust stock, watch Sync → Runs, mend it.",
)


class Command(BaseCommand):
    help = "Load the demonstration (safe to repeat): data, logins, and a channel per sandbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sandbox", action="append", default=[], metavar="KIND=URL", help="may be repeated"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if not settings.STOCKCAST_DEMO:
            raise CommandError("Demo logins have a known password: set STOCKCAST_DEMO=1 if meant.")
        sandboxes = dict(_pair(text) for text in options["sandbox"])
        demo.load(sandboxes)
        self.stdout.write("Logins (password of all: " + demo.PASSWORD + ")")
        for name, role in demo.LOGINS.items():
            self.stdout.write(f"  {name:<13} {role}")
        self.stdout.write("Try")
        for number, line in enumerate(TRY, 1):
            self.stdout.write(f"  {number}. {line}")
        for kind, url in sandboxes.items():
            self.stdout.write(f"Rehearsed store ({kind})")
            for line in demo.hints(kind, url):
                self.stdout.write(f"  {line}")


def _pair(text: str) -> tuple[str, str]:
    kind, separator, url = text.partition("=")
    if not separator or not url.startswith("http://127.0.0.1"):
        raise CommandError(f"--sandbox {text}: write KIND=http://127.0.0.1:PORT")
    return kind, url
