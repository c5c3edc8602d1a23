"""Orders by the numbers that people see: ours, and those that a floor above knows them by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from desk import narrowing
from orders.models import SalesOrder

SIGN = "#"
"""What people and shops write before a number, or leave out."""

Elsewhere = Callable[[Q], QuerySet[Any]]
"""Ids of the orders whose `number` elsewhere is such, a list of one column."""

_elsewhere: list[Elsewhere] = []


def register(known: Elsewhere) -> None:
    """Let a floor above find orders by its own numbers. Called once, when its pages are
    registered."""
    _elsewhere.append(known)


def readable(text: str) -> str:
    """As it can be asked for."""
    return text.replace("\x00", "").strip()


def whole(text: str) -> list[int]:
    """The ids of orders that bear this whole number, here or elsewhere, with the sign or without;
    upper and lower case count as the same. One query, each number by its own index."""
    number = _is(readable(text))
    if number is None:
        return []
    ours = SalesOrder.objects.order_by().filter(number).values_list("pk")
    found = narrowing.together(ours, *_there(number))
    return sorted({pk for part in found for pk in part})


def searched(orders: QuerySet[SalesOrder], text: str) -> QuerySet[SalesOrder]:
    """Those whose number or whose customer's name begins so, that came from the source of this
    name, or that bear this whole number elsewhere. Where they are few, each is found by its own
    index, and nothing else is looked at."""
    term = readable(text)
    number = _is(term)
    if number is None:
        return orders
    begins = Q(number__istartswith=term) | Q(number__istartswith=term.removeprefix(SIGN))
    ways = [begins, Q(customer__istartswith=term), Q(source=term)]
    every = SalesOrder.objects.order_by()
    ours, there = [every.filter(way).values_list("pk") for way in ways], _there(number)
    found = narrowing.together(*ours, *there)
    few = narrowing.if_few(*found)
    if few is not None:
        return orders.filter(pk__in=narrowing.these(few))
    named = {pk for part in found[len(ours) :] for pk in part}
    return orders.filter(ways[0] | ways[1] | ways[2] | Q(pk__in=named))


def _is(term: str) -> Q | None:
    bare = term.removeprefix(SIGN).strip()
    return Q(number__iexact=bare) | Q(number__iexact=f"{SIGN}{bare}") if bare else None


def _there(number: Q) -> list[QuerySet[Any]]:
    return [known(number) for known in _elsewhere]
