"""What the pages of warehouse work share: products as lines, codes looked up, pages shown."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from desk import history, scan
from desk.errors import Refused
from inventory import scanning
from inventory.errors import InvalidLines, KeyReused
from inventory.models import Product

KNOWN = 3000
"""Lines that the scanner knows without asking; of a larger document the others are looked up."""


def line_of(product: Product, **more: Any) -> scan.Line:
    """A line whose id is its product's."""
    more.setdefault("id", str(product.pk))
    return scan.Line(sku=product.sku, name=product.name, barcode=product.barcode, **more)


def look_up(
    request: HttpRequest,
    line_for: Callable[[Product], scan.Line],
    is_sent: Callable[[str], bool],
) -> JsonResponse:
    """What a page asks while scanning: a code (`line_for` gives its line, or refuses), or whether
    a key was used. Changes nothing."""
    if key := request.GET.get("sent"):
        return scan.was_sent(is_sent=scan.is_key(key) and is_sent(key))
    try:
        return scan.found(line_for(scanning.find(request.GET.get("code", ""))))
    except Refused as refused:
        return scan.refused(refused)


def kept(
    sheet: scan.Sheet, request: HttpRequest, given: dict[str, str], refused: Refused
) -> scan.Sheet:
    """The sheet after a refusal. What was carried out under the old key, or can not be under such
    a key, goes on under a new one."""
    key = request.POST.get("key", "").strip()
    is_over = isinstance(refused, KeyReused) or not scan.is_key(key)
    return sheet.kept(given, "" if is_over else key, refused)


def sent_before() -> str:
    """What a person is told who sends other numbers under a key that did its work."""
    return history.sent_before()


def product_ids(numbers: dict[str, int]) -> dict[int, int]:
    """Units by product, of a sheet whose lines are products. Raises InvalidLines for others."""
    if not all(is_id(line) for line in numbers):
        raise InvalidLines(gettext("A line is not known: load the page again."), field="lines")
    return {int(line): units for line, units in numbers.items()}


def is_id(text: str) -> bool:
    """Whether it may be a primary key, written in the one way: “01” would be a second 1."""
    return text.isascii() and text.isdigit() and len(text) <= 18 and not text.startswith("0")


def added(given: Collection[str], present: Collection[str]) -> list[Product]:
    """Products that were scanned on a page besides the lines that it came with."""
    ids = [int(line) for line in given if is_id(line) and line not in present]
    return list(Product.objects.filter(pk__in=ids).order_by("sku")) if ids else []


def show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """A page of the back office that belongs to no form."""
    everywhere = admin.site.each_context(request)
    return TemplateResponse(request, template, {**everywhere, "title": title, **context})


def started(request: HttpRequest, model: type[Model], key: str) -> Any:
    """What this person started with this key before; None when nothing. Call it in a transaction:
    a second click waits until the first one is through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    entry = LogEntry.objects.filter(
        user_id=user_id(request),
        content_type=ContentType.objects.get_for_model(model),
        action_flag=ADDITION,
        change_message=_mark(key),
    ).first()
    if entry is None:
        return None
    return model._default_manager.filter(pk=entry.object_id).first()  # noqa: SLF001 - documented


def remember(request: HttpRequest, document: Model, key: str) -> None:
    """Keep in the document's history that this key started it."""
    LogEntry.objects.create(
        user_id=user_id(request),
        content_type=ContentType.objects.get_for_model(document),
        object_id=str(document.pk),
        object_repr=str(document)[:200],
        action_flag=ADDITION,
        change_message=_mark(key),
    )


def user_id(request: HttpRequest) -> int:
    """Pages of the back office have somebody who is logged in."""
    user: Any = request.user
    return int(user.pk)


def _mark(key: str) -> str:
    return f"Started at work {key}"
