"""Measures every list of the admin on whatever data there are."""

from __future__ import annotations

import math
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.management.base import BaseCommand
from django.db.models import Model
from django.urls import reverse

from syncjobs import backlog
from syncjobs.management.measuring import report, variants
from syncjobs.management.measuring.visiting import Visit, Visitor, visitor

PAGE = Path("docs") / "admin-at-scale.md"
HOPELESS_MS = 3000
"""What takes longer is not opened again and again."""


class Command(BaseCommand):
    help = "Open every list of the admin and the dashboard; tell server time and SQL statements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
        parser.add_argument("--first", action="store_true", help="first pages only")
        parser.add_argument("--only", nargs="+", default=[], help="words of a list's name")

    def handle(self, *_: Any, **options: Any) -> None:
        with visitor() as somebody:
            visits = list(
                self._told(
                    _visits(somebody, options["only"], is_brief=options["first"]),
                )
            )
        over = [each for each in visits if each.is_over]
        self.stdout.write(f"{len(visits)} pages, {len(over)} over the bar.")
        if options["write"]:
            (settings.BASE_DIR / PAGE).write_text(report.document(visits))

    def _told(self, visits: Iterable[Visit]) -> Iterator[Visit]:
        for line in report.table([]):
            self.stdout.write(line)
        for each in visits:
            self.stdout.write(list(report.table([each]))[-1])
            self.stdout.flush()
            yield each


def _visits(somebody: Visitor, words: list[str], *, is_brief: bool) -> Iterator[Visit]:
    backlog.keep()  # as the running house does every minute
    if not words:
        yield somebody.measure("Dashboard", "first page", reverse("admin:index"))[0]
    searched = variants.terms()
    for name, url in lists():
        if words and not any(word.lower() in name.lower() for word in words):
            continue
        visit, answer = somebody.measure(name, "first page", url)
        yield visit
        if answer is not None and not is_brief:
            yield from _others(
                somebody, name, url, variants.of_list(answer.context_data["cl"], searched)
            )


def lists() -> list[tuple[str, str]]:
    """Name and address of every list, by name."""
    return sorted((_name(model), _address(model)) for model in admin.site._registry)  # noqa: SLF001 - the registry has no other name


def _name(model: type[Model]) -> str:
    options = model._meta  # noqa: SLF001 - Django's documented API
    return f"{options.app_config.verbose_name}: {options.verbose_name_plural}"


def _address(model: type[Model]) -> str:
    options = model._meta  # noqa: SLF001 - Django's documented API
    return reverse(f"admin:{options.app_label}_{options.model_name}_changelist")


def _others(
    somebody: Visitor, name: str, url: str, found: Iterable[variants.Variant]
) -> Iterator[Visit]:
    """Every variant once, and the slowest of each sort measured properly."""
    once = Visitor(somebody.client, repeats=1)
    slowest: dict[str, tuple[Visit, str]] = {}
    for what, query in found:
        visit, _ = once.measure(name, what, url + query)
        held = slowest.get(what)
        if held is None or _weight(visit) > _weight(held[0]):
            slowest[what] = visit, query
    for what, (visit, query) in slowest.items():
        yield (
            visit if _weight(visit) > HOPELESS_MS else somebody.measure(name, what, url + query)[0]
        )


def _weight(visit: Visit) -> float:
    return math.inf if visit.ms is None else visit.ms
