"""The operations used, each with its own bucket of calls at Amazon.

Rates and bursts are the published ones. Orders operations may be granted more to large sellers; for
`getListingsItem` two sources differ and the lower is taken. JSON_LISTINGS_FEED, the only feed told
here, has a bucket of its own: 5 feeds in 5 minutes (per seller presumably, unproven).
"""

from __future__ import annotations

from dataclasses import dataclass

LISTINGS = "Product Listing"
ORDERS = "Inventory and Order Tracking"


@dataclass(frozen=True, slots=True)
class Operation:
    """rate: calls per second that flow back; burst: calls at once. role: what the app must be
    granted. is_change: whether calling it changes anything that matters when it may have run."""

    name: str
    method: str
    rate: float
    burst: float
    role: str
    is_change: bool = False


GET_ITEM = Operation("getListingsItem", "GET", 5, 5, LISTINGS)
SEARCH_ITEMS = Operation("searchListingsItems", "GET", 5, 5, LISTINGS)
PATCH_ITEM = Operation("patchListingsItem", "PATCH", 5, 5, LISTINGS, is_change=True)
CREATE_DOCUMENT = Operation("createFeedDocument", "POST", 0.5, 15, LISTINGS)
CREATE_FEED = Operation("createFeed", "POST", 5 / 300, 5, LISTINGS, is_change=True)
GET_FEED = Operation("getFeed", "GET", 2, 15, LISTINGS)
GET_FEEDS = Operation("getFeeds", "GET", 0.0222, 10, LISTINGS)
CANCEL_FEED = Operation("cancelFeed", "DELETE", 2, 15, LISTINGS)
GET_DOCUMENT = Operation("getFeedDocument", "GET", 0.0222, 10, LISTINGS)
SEARCH_ORDERS = Operation("searchOrders", "GET", 0.0056, 20, ORDERS)
GET_ORDER = Operation("getOrder", "GET", 0.5, 30, ORDERS)
CONFIRM_SHIPMENT = Operation("confirmShipment", "POST", 2, 10, ORDERS, is_change=True)
