"""The back office of channels. Importing this registers every page."""

from channels.admin import (
    binding,
    channel,
    communicated,
    listing,
    location,
    notice,
    partner,
    product,
    profile,
    publication,
    sales_order,
    selling_list,
    warehouse,
)

__all__ = [
    "binding",
    "channel",
    "communicated",
    "listing",
    "location",
    "notice",
    "partner",
    "product",
    "profile",
    "publication",
    "sales_order",
    "selling_list",
    "warehouse",
]
