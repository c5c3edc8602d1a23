"""The GraphQL documents this adapter sends, our own writing, and what each costs.

Every document validates against the Admin schema 2026-10 (a test does it). `cost` is Shopify's
rule applied by hand: scalar 0, object 1, mutation 10, a list or connection by the logarithm of
its `first`; one operation must stay under 1,000 points. It is a first guess only: every answer
tells the real number, which rules from then on.
Plain user errors (activation, item update, fulfilment) have no `code`; asking for it is refused.
Those that read orders stand in `order_documents`, those about notices in `hook_documents`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

WRITE_COST = 15
DEAD_FULFILLMENTS = frozenset({"CANCELLED", "ERROR", "FAILURE"})
"""Statuses of a fulfilment that came to nothing: its units are not shipped."""
QUANTITY_NAMES = '["available", "committed", "on_hand"]'


@dataclass(frozen=True, slots=True)
class Operation:
    """One document. `root` is the field whose value is the answer; `cost` is in points."""

    name: str
    text: str
    root: str
    cost: int

    @property
    def is_mutation(self) -> bool:
        return self.text.startswith("mutation")


SHOP = Operation(
    "ShopInfo",
    """query ShopInfo {
  shop { id name myshopifyDomain ianaTimezone plan { publicDisplayName } }
  currentAppInstallation { id accessScopes { handle } }
  publicApiVersions { handle supported }
}""",
    root="shop",
    cost=10,
)

LOCATIONS = Operation(
    "Locations",
    """query Locations($after: String) {
  locations(first: 250, after: $after, includeInactive: true, includeLegacy: true, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { id name isActive }
  }
}""",
    root="locations",
    cost=15,
)

VARIANTS = Operation(
    "VariantsPage",
    """query VariantsPage($after: String, $query: String) {
  productVariants(first: 250, after: $after, query: $query, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id sku barcode title
      product { id title status hasOnlyDefaultVariant }
      inventoryItem { id tracked }
    }
  }
}""",
    root="productVariants",
    cost=40,
)

TRACKING = Operation(
    "TrackingOfItems",
    """query TrackingOfItems($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on InventoryItem { id tracked trackedEditable { locked reason } }
  }
}""",
    root="nodes",
    cost=25,
)

TRACK_ITEM = Operation(
    "TrackItem",
    """mutation TrackItem($id: ID!, $input: InventoryItemInput!) {
  inventoryItemUpdate(id: $id, input: $input) {
    inventoryItem { id tracked }
    userErrors { field message }
  }
}""",
    root="inventoryItemUpdate",
    cost=WRITE_COST,
)

ACTIVATE_ITEM = Operation(
    "ActivateItem",
    """mutation ActivateItem($itemId: ID!, $locationId: ID!, $key: String!) {
  inventoryActivate(inventoryItemId: $itemId, locationId: $locationId) @idempotent(key: $key) {
    inventoryLevel { id isActive }
    userErrors { field message }
  }
}""",
    root="inventoryActivate",
    cost=WRITE_COST,
)

SET_QUANTITIES = Operation(
    "SetQuantities",
    """mutation SetQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { name item { id } location { id } } }
    userErrors { field message code }
  }
}""",
    root="inventorySetQuantities",
    cost=WRITE_COST,
)

ADJUST_QUANTITIES = Operation(
    "AdjustQuantities",
    """mutation AdjustQuantities($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { name item { id } location { id } } }
    userErrors { field message code }
  }
}""",
    root="inventoryAdjustQuantities",
    cost=WRITE_COST,
)

FULFILLMENTS = Operation(
    "FulfillmentsOfOrder",
    """query FulfillmentsOfOrder($orderId: ID!) {
  order(id: $orderId) {
    id cancelledAt
    fulfillments(first: 100) { id status trackingInfo(first: 5) { number } }
  }
}""",
    root="order",
    cost=40,
)

FULFILLMENT_LINES = Operation(
    "LinesOfFulfillment",
    """query LinesOfFulfillment($id: ID!, $after: String) {
  fulfillment(id: $id) {
    id
    fulfillmentLineItems(first: 250, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { quantity lineItem { id } }
    }
  }
}""",
    root="fulfillment",
    cost=30,
)

FULFILLMENT_ORDERS = Operation(
    "FulfillmentOrdersOf",
    """query FulfillmentOrdersOf($orderId: ID!, $after: String) {
  order(id: $orderId) {
    id
    fulfillmentOrders(first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id status
        assignedLocation { location { id } }
        supportedActions { action }
      }
    }
  }
}""",
    root="order",
    cost=40,
)

FULFILLMENT_ORDER_LINES = Operation(
    "LinesOfFulfillmentOrder",
    """query LinesOfFulfillmentOrder($id: ID!, $after: String) {
  fulfillmentOrder(id: $id) {
    id
    lineItems(first: 250, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id remainingQuantity lineItem { id } }
    }
  }
}""",
    root="fulfillmentOrder",
    cost=30,
)

CREATE_FULFILLMENT = Operation(
    "CreateFulfillment",
    """mutation CreateFulfillment($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status }
    userErrors { field message }
  }
}""",
    root="fulfillmentCreate",
    cost=WRITE_COST,
)

STATIC = (
    SHOP, LOCATIONS, VARIANTS, TRACKING, TRACK_ITEM, ACTIVATE_ITEM, SET_QUANTITIES,
    ADJUST_QUANTITIES, FULFILLMENTS, FULFILLMENT_LINES, FULFILLMENT_ORDERS,
    FULFILLMENT_ORDER_LINES, CREATE_FULFILLMENT,
)  # fmt: skip


@cache
def levels(location_count: int) -> Operation:
    """Reads items at several locations at once: one aliased level `l0`, `l1`, ... per location.

    Its `cost` is for 250 items: each itself, and per location the level and its quantities.
    """
    variables = "".join(f", $l{index}: ID!" for index in range(location_count))
    aliases = "\n".join(
        f"      l{index}: inventoryLevel(locationId: $l{index}, includeInactive: true) {{"
        f" id isActive quantities(names: {QUANTITY_NAMES}) {{ name quantity }} }}"
        for index in range(location_count)
    )
    text = f"""query LevelsForItems($ids: [ID!]!{variables}) {{
  nodes(ids: $ids) {{
    ... on InventoryItem {{
      id tracked
{aliases}
    }}
  }}
}}"""
    return Operation("LevelsForItems", text, root="nodes", cost=11 * (1 + 2 * location_count))
