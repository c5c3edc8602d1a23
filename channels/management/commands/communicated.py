"""Prints the communicated-inventory table, now or as of any past moment."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from channels import communicated, rules
from channels.models import Channel

COLUMNS = (
    "sku",
    "channel",
    "location",
    "on_hand",
    "committed",
    "available",
    "backordered",
    "should",
    "acknowledged",
    "state",
)


class Command(BaseCommand):
    help = "Print what each channel is told about each product, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--channel", default="", help="a channel's name")
        parser.add_argument("--sku", default="", help="a product's SKU")
        parser.add_argument("--as-of", default="", help="ISO time, such as 2026-11-21T14:05:00Z")
        parser.add_argument("--json", action="store_true", help="one JSON object a line, explained")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["channel"] and not Channel.objects.filter(name=options["channel"]).exists():
            names = ", ".join(Channel.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"--channel: no channel {options['channel']!r}; there are: {names}")
        table = communicated.select(options["channel"], options["sku"])
        if options["as_of"]:
            rows = communicated.rows_as_of(table, _moment(options["as_of"]))
        else:
            rows = communicated.rows(table)
        self._print(_json(rows) if options["json"] else _text(rows))

    def _print(self, lines: list[str]) -> None:
        """Until the reader has seen enough: `| head` closes the pipe, and that is no fault."""
        try:
            for line in lines:
                self.stdout.write(line)
            self.stdout.flush()
        except BrokenPipeError:
            # What is still buffered goes nowhere, or Python complains about it when it exits.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stdout.fileno())
            os.close(nowhere)


def _moment(text: str) -> Any:
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--as-of: {error}") from error
    if moment is None:
        raise CommandError(f"--as-of: {text!r} is no ISO time; write 2026-11-21T14:05:00Z")
    moment = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    if moment > timezone.now():
        raise CommandError(
            f"--as-of: {text} is in the future; give a moment that has passed, or leave --as-of out"
            " to see the table as it is now"
        )
    return moment


def _json(rows: list[communicated.Row]) -> list[str]:
    return [
        json.dumps(
            {
                **{key: value for key, value in asdict(row).items() if key != "explanation"},
                "explanation": row.explanation.as_json() if row.explanation else None,
                "sentence": _sentence(row),
            },
            default=str,
        )
        for row in rows
    ]


def _sentence(row: communicated.Row) -> str:
    if row.explanation is None:
        return ""
    return rules.describe(row.explanation.as_json(), communicated.not_sent(row))


def _text(rows: list[communicated.Row]) -> list[str]:
    cells = [[str(_cell(getattr(row, name))) for name in COLUMNS] for row in rows]
    widths = [
        max(len(name), *(len(line[i]) for line in cells)) if cells else len(name)
        for i, name in enumerate(COLUMNS)
    ]
    lines = [COLUMNS, *cells]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _cell(value: object) -> object:
    return "?" if value is None else value
