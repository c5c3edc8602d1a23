"""What one GraphQL request carries through its resolvers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLResolveInfo

from channels.adapters.shopify.sandbox.idempotency import Keys
from channels.adapters.shopify.sandbox.shop import Shop
from channels.adapters.shopify.sandbox.store import Store


@dataclass(slots=True)
class Request:
    """Shared by the resolvers of one execution.

    keys_by_field: the idempotency key of each root field that bears one, by response name.
    busy_keys: keys another request is executing with right now.
    orders_shown: numbers of the orders the answer bears.
    """

    store: Store
    shop: Shop
    keys: Keys
    keys_by_field: Mapping[str, str] = field(default_factory=dict)
    busy_keys: frozenset[str] = frozenset()
    search_warnings: list[dict[str, Any]] = field(default_factory=list)
    replays: int = 0
    lines_written: int = 0
    orders_shown: set[int] = field(default_factory=set)


Info = GraphQLResolveInfo[Request]
"""What resolvers get beside their arguments; `info.context` is the request."""
