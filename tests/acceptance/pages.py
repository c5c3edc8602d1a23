"""Every address of the admin, found in its own routes, and a way to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import Model
from django.urls import NoReverseMatch, Resolver404, URLPattern, resolve, reverse

from inventory.models import PurchaseOrder, Receipt
from orders.models import SalesOrder
from tests.acceptance import gallery

DJANGO = {"changelist", "add", "change", "delete", "history"}
LINK = re.compile(r'\b(?:href|action|formaction|hx-get|hx-post|data-url)="([^"]+)"')


class Page(NamedTuple):
    """A page of a kind of record; `name` is the last part of its route's name."""

    kind: str
    name: str
    route: str
    keys: tuple[str, ...]

    @property
    def address(self) -> str:
        """Of the record in the gallery."""
        keys = {key: gallery.shown(OTHERS.get(key, KINDS[self.kind])).pk for key in self.keys}
        return reverse(f"admin:{self.route}", kwargs=keys)


OTHERS: dict[str, type[Model]] = {
    "receipt_id": Receipt,
    "purchase_order_id": PurchaseOrder,
    "order_id": SalesOrder,
}
"""What a key in an address names, where that is not the record whose page it is."""

KINDS = {model._meta.label_lower: model for model in gallery.kinds()}


def every() -> list[Page]:
    """All pages of all kinds, each once."""
    return sorted(_views())


def is_dialog(page: Page) -> bool:
    """Whether it is a question that opens on another page."""
    return getattr(_views()[page], "dialog", None) is not None


@cache
def _views() -> dict[Page, Any]:
    """Each with what answers there. Routes are made once, at start."""
    return {
        Page(kind, _short(kind, pattern.name), pattern.name, tuple(pattern.pattern.converters)): (
            pattern.callback
        )
        for kind, model in KINDS.items()
        for pattern in admin.site._registry[model].get_urls()
        if isinstance(pattern, URLPattern) and pattern.name
    }


def _short(kind: str, name: str) -> str:
    app, model = kind.split(".")
    return name.removeprefix(f"{app}_{model}_").removeprefix(f"{app}_")


def let_go(answer: Any) -> None:
    """Close the file that an answer is sent from. Closing the answer itself would end the request,
    and the test's connection to the database with it."""
    for close in answer._resource_closers:
        close()


def offered(html: str) -> Iterator[tuple[str, str]]:
    """The pages that a page leads to, as (kind, name)."""
    for address in set(LINK.findall(html)):
        path = urlsplit(unescape(address)).path
        if path.startswith("/admin/"):
            yield from _at(path)


@cache
def _at(path: str) -> tuple[tuple[str, str], ...]:
    try:
        name = resolve(path).url_name or ""
    except (Resolver404, NoReverseMatch):
        return (("nowhere", path),)
    return tuple(_of_a_kind(name))


def _of_a_kind(name: str) -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        app, model = kind.split(".")
        if name.startswith(f"{app}_{model}_"):
            yield kind, _short(kind, name)
