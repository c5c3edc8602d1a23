"""What partners ask about channels, and decide there."""

from channels.api.channels import Channels
from channels.api.communicated import CommunicatedInventory
from channels.api.listings import Listings
from channels.api.profiles import Profiles
from channels.api.publications import Publications
from channels.api.selling_lists import SellingLists
from partners.rest.views import Resource

RESOURCES: list[tuple[str, type[Resource]]] = [
    ("channels", Channels),
    ("listings", Listings),
    ("profiles", Profiles),
    ("selling-lists", SellingLists),
    ("communicated-inventory", CommunicatedInventory),
    ("publications", Publications),
]
