"""The key of a row of the communicated table, found by an index although a view makes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.lookups import Exact, In

LARGEST = 2**63 - 1


class PlaceKey(models.CharField):
    """“listing id:location id”, 0 for no location. No index knows the text, so every search by it
    is also one by the listing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 60} | kwargs)


class _ByListing:
    """Adds the listings that the keys name. What is no key is found nowhere."""

    lhs: Any
    rhs: Any

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, parameters = super().as_sql(compiler, connection)  # type: ignore[misc]
        keys: Iterable[Any] = [self.rhs] if isinstance(self.rhs, str) else self.rhs
        if not isinstance(keys, (list, tuple, set)):
            return sql, parameters  # a query of its own
        column = connection.ops.quote_name("listing_id")
        owner = compiler.quote_name_unless_alias(self.lhs.alias)
        clause = f"({owner}.{column} = ANY(%s::bigint[]) AND {sql})"
        return clause, [[*map(_listing_of, keys)], *parameters]


def _listing_of(key: Any) -> int:
    number = str(key).partition(":")[0]
    is_number = number.isascii() and number.isdecimal()
    return int(number) if is_number and int(number) <= LARGEST else 0


@PlaceKey.register_lookup
class _Exact(_ByListing, Exact):  # type: ignore[misc]
    pass


@PlaceKey.register_lookup
class _In(_ByListing, In):  # type: ignore[misc]
    pass
