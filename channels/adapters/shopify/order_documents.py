"""The GraphQL documents that read orders, our own writing, and what each costs.

An order is read in one of two depths. *Plain* brings its lines and where they are to be shipped
from: all there is to say of an order nothing has happened to yet. *Whole* brings what was shipped
and refunded as well, which costs nearly three times as much. Both tell every number of an order in
one answer: numbers of two moments would not add up.
"""

from __future__ import annotations

from functools import cache

from channels.adapters.shopify.documents import Operation

ORDERS_PER_PAGE = 50
WHOLE_AT_ONCE = 10
PLAIN_AT_ONCE = 250
LISTED = 250
"""How many fulfilments or refunds of one order can be read: these lists know no next page."""
CAME_ALONG = 5
"""How many fulfilments and refunds come with an order read whole."""

_WEIGHTS = {1: 1, 10: 4, 50: 7, 250: 11}
"""Shopify's weight of a list by its size: ⌊2·ln(max(2, size))⌋."""
_ALONE_COST, _PLACES_COST, _DONE_COST = 30, 25, 93

LINE_FIELDS = "id sku quantity currentQuantity unfulfilledQuantity variant { inventoryItem { id } }"
_HEAD = "id name createdAt updatedAt cancelledAt test"
_LINES = f"""lineItems(first: 100) {{
        pageInfo {{ hasNextPage }}
        nodes {{ {LINE_FIELDS} }}
      }}"""
_PLACES = """fulfillmentOrders(first: 2) {
        pageInfo { hasNextPage }
        nodes {
          id status
          assignedLocation { location { id } }
          lineItems(first: 100) {
            pageInfo { hasNextPage }
            nodes { remainingQuantity lineItem { id } }
          }
        }
      }"""


def _done(count: int, line_count: int) -> str:
    """What was shipped and refunded, up to `count` of each with up to `line_count` lines."""
    return f"""fulfillments(first: {count}) {{
        id status
        location {{ id }}
        fulfillmentLineItems(first: {line_count}) {{
          pageInfo {{ hasNextPage }}
          nodes {{ quantity lineItem {{ id }} }}
        }}
      }}
      refunds(first: {count}) {{
        id
        refundLineItems(first: {line_count}) {{
          pageInfo {{ hasNextPage }}
          nodes {{ quantity restockType lineItem {{ id }} }}
        }}
      }}"""


@cache
def orders(*, has_places: bool) -> Operation:
    """A page of orders, plain; `has_places` false leaves out what needs a scope of its own."""
    name = "OrdersUpdatedSince" if has_places else "OrdersUpdatedSinceAlone"
    places = _PLACES if has_places else ""
    text = f"""query {name}($after: String, $query: String) {{
  orders(first: {ORDERS_PER_PAGE}, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      {_HEAD}
      {_LINES}
      {places}
    }}
  }}
}}"""
    cost = _ALONE_COST + _PLACES_COST * has_places
    return Operation(name, text, root="orders", cost=2 + _WEIGHTS[ORDERS_PER_PAGE] * cost)


@cache
def by_id(count: int, *, has_places: bool, is_whole: bool) -> Operation:
    """Up to `count` orders by their ids, named and priced by the size it is made for, so that one
    order does not reserve the points of 250."""
    size = next(size for size in _WEIGHTS if count <= size)
    depth = "WholeOrders" if is_whole else "Orders"
    name = f"{depth}{'' if has_places else 'Alone'}OfUpTo{size}"
    parts = [
        _HEAD,
        _LINES,
        _PLACES if has_places else "",
        _done(CAME_ALONG, 25) if is_whole else "",
    ]
    fields = "\n      ".join(filter(None, parts))
    text = f"""query {name}($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      {fields}
    }}
  }}
}}"""
    cost = _ALONE_COST + _PLACES_COST * has_places + _DONE_COST * is_whole
    return Operation(name, text, root="nodes", cost=_WEIGHTS[size] * cost)


LINES = Operation(
    "OrderLinesPage",
    f"""query OrderLinesPage($id: ID!, $after: String) {{
  order(id: $id) {{
    id
    lineItems(first: 250, after: $after) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ {LINE_FIELDS} }}
    }}
  }}
}}""",
    root="order",
    cost=40,
)

DONE = Operation(
    "DoneWithOrder",
    f"""query DoneWithOrder($id: ID!) {{
  order(id: $id) {{
      id
      {_done(LISTED, 250)}
  }}
}}""",
    root="order",
    cost=562,
)

REFUND_LINES = Operation(
    "LinesOfRefund",
    """query LinesOfRefund($id: ID!, $after: String) {
  node(id: $id) {
    ... on Refund {
      id
      refundLineItems(first: 250, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { quantity restockType lineItem { id } }
      }
    }
  }
}""",
    root="node",
    cost=30,
)

STATIC = (
    *(orders(has_places=has_places) for has_places in (True, False)),
    *(
        by_id(count, has_places=has_places, is_whole=is_whole)
        for count, is_whole in ((1, True), (WHOLE_AT_ONCE, True), (PLAIN_AT_ONCE, False))
        for has_places in (True, False)
    ),
    LINES,
    DONE,
    REFUND_LINES,
)
