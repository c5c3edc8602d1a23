"""Rows that a request goes on to change: locked, then looked at."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

M = TypeVar("M", bound=Model)


def held(rows: QuerySet[M], *, is_weak: bool = False, **wanted: object) -> M | None:
    """The one of these rows, locked as its verbs lock it, and read while it is. is_weak: they let
    others insert what refers to it (FOR NO KEY UPDATE).

    Looked up again after the lock: whoever held it before may have moved it out of sight.
    """
    bare = rows.filter(**wanted).select_related(None).prefetch_related(None).order_by()
    found = bare.select_for_update(of=("self",), no_key=is_weak).first()
    return None if found is None else rows.filter(pk=found.pk).first()


def held_or_404(view: Any, *, is_weak: bool = False, is_bare: bool = False) -> Any:
    """The row that the address names. It may have been deleted while others held it. is_bare: its
    lines, of which there may be thousands, are not read with it."""
    rows = view.get_queryset()
    rows = rows.prefetch_related(None) if is_bare else rows
    found = held(rows, is_weak=is_weak, pk=view.kwargs["pk"])
    if found is None:
        raise Http404
    return found
