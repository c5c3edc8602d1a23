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
    selling_list,
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
    "selling_list",
]
