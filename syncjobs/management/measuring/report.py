"""The table of what every page cost, and where that was."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence

from django.apps import apps
from django.db import connection
from django.utils import timezone

from syncjobs.management.measuring.visiting import (
    MOST_MS,
    MOST_STATEMENTS,
    REPEATS,
    Visit,
)

SETTINGS = ("server_version", "shared_buffers", "work_mem", "random_page_cost", "jit")
COUNTED = (
    "inventory.Product",
    "inventory.StockLevel",
    "inventory.Movement",
    "orders.SalesOrder",
    "orders.SalesOrderLine",
    "channels.Listing",
    "channels.ListingLevel",
    "channels.Publication",
    "syncjobs.ProcessLog",
    "partners.Delivery",
)
COMMAND = "make scale"
_INTRO = (
    "Every list of the admin and the dashboard, opened by a superuser: the first page, searches,"
    " the slowest choice of each filter, the slower direction of each order. Time is the server's,"
    f" from request to rendered page, the median of {REPEATS} after one that is not counted. Anyone"
    " can rerun it; this page is written by the command."
)


_LEFT = """## What is left as it is

- Products that are listed nowhere, or were never counted: what is missing is in no index, so all
  products are compared with all listings or all levels. A mark on each product would have to be
  kept by every tick and every first movement, with the product locked meanwhile. A filter that is
  seldom asked waits about a second instead.
- Stock levels by a quantity: all are looked through, in their own table, and only those of a page
  are joined with anything. Indexes of what is in stock, on orders and at hand would make every
  movement log a sixth more (1,330 bytes a line without, 1,555 with them).
- Listings by what became of their quantity: more than a list shows is told from the first that an
  index names; what is neither rare nor common is still looked into thousands of times.
"""


def table(visits: Iterable[Visit]) -> Iterator[str]:
    """Markdown, one line for each page and variant; over the bar is bold."""
    yield "| page | variant | ms | of it SQL | statements |"
    yield "|---|---|---:|---:|---:|"
    for each in visits:
        took = each.problem if each.ms is None else f"{each.ms:.0f}"
        cells = [each.page, each.variant, took, f"{each.sql_ms:.0f}", str(each.statements)]
        yield "| " + " | ".join(f"**{cell}**" if each.is_over else cell for cell in cells) + " |"


def document(visits: Sequence[Visit]) -> str:
    """The whole page for docs/."""
    over = [each for each in visits if each.is_over]
    first = [each for each in visits if each.variant == "first page"]
    lines = (
        "# The admin at scale",
        "",
        _INTRO,
        "",
        (
            f"Bar: a first page within {MOST_MS} ms and {MOST_STATEMENTS} statements. First pages"
            f" over it: {sum(each.is_over for each in first)} of {len(first)}; of all"
            f" {len(visits)} lines: {len(over)} (in bold)."
        ),
        "",
        f"Measured {timezone.now():%Y-%m-%d} by `{COMMAND}` on {_machine()}.",
        "",
        f"PostgreSQL: {', '.join(_settings())}.",
        "",
        f"Rows: {', '.join(_sizes())}.",
        "",
        *table(visits),
        "",
        _LEFT,
    )
    return "\n".join(lines)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = os.getloadavg()[1]
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, with a load"
        f" of {busy:.1f} over the last five minutes (this alone makes 1)"
    )


def _settings() -> Iterator[str]:
    with connection.cursor() as cursor:
        for name in SETTINGS:
            cursor.execute("SELECT current_setting(%s)", [name])
            [value] = cursor.fetchone()
            yield f"{name} {value}"


def _sizes() -> Iterator[str]:
    """As the planner knows them: to count five million rows tells nobody more."""
    with connection.cursor() as cursor:
        for label in COUNTED:
            model = apps.get_model(label)
            options = model._meta  # noqa: SLF001 - Django's documented API
            cursor.execute(
                "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass",
                [options.db_table],
            )
            [rows] = cursor.fetchone()
            yield f"{rows:,} {options.verbose_name_plural}"
