"""Accounts, what they list, what they believe, and the receipts of what they were told."""

from channels.models.binding import ChannelOrder, ChannelOrderLine, Transmission
from channels.models.channel import Channel
from channels.models.communicated import Communicated
from channels.models.listing import Listing, ListingLevel
from channels.models.location import Feed, FeedPeriod, Location
from channels.models.notice import Notice
from channels.models.profile import (
    MembershipPeriod,
    Profile,
    ProfilePeriod,
    ProfileVersion,
    SellingList,
)
from channels.models.publication import Batch, Observation, Publication
from channels.models.tally import Entry, Tally

__all__ = [
    "Batch",
    "Channel",
    "ChannelOrder",
    "ChannelOrderLine",
    "Communicated",
    "Entry",
    "Feed",
    "FeedPeriod",
    "Listing",
    "ListingLevel",
    "Location",
    "MembershipPeriod",
    "Notice",
    "Observation",
    "Profile",
    "ProfilePeriod",
    "ProfileVersion",
    "Publication",
    "SellingList",
    "Tally",
    "Transmission",
]
