"""Rules for what people switch: what is told, where to, and from which warehouses."""

from __future__ import annotations

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import rule

from channels import due, onboarding, unmapped
from channels.admin import switching
from channels.models import Channel, Listing, Location
from tests.chaos.life import ANY_SKU, Life

MAPPINGS: tuple[dict[str, set[str]], ...] = (
    {"Shop": {"main"}, "Depot": set()},
    {"Shop": {"main"}, "Depot": {"back"}},
    {"Shop": {"main", "back"}, "Depot": set()},
    {"Shop": {"back"}, "Depot": {"main"}},
    {"Shop": set(), "Depot": {"main", "back"}},
    {"Shop": set(), "Depot": set()},
)


class Switches(Life):
    """In the admin, and at the store's settings."""

    @rule(sku=ANY_SKU, is_excluded=st.booleans())
    def exclude(self, sku: str, is_excluded: bool) -> None:
        switching.exclude(Listing.objects.filter(product__sku=sku), is_excluded=is_excluded)

    @rule(sku=ANY_SKU, is_ticked=st.booleans())
    def tick(self, sku: str, is_ticked: bool) -> None:
        verb = onboarding.tick if is_ticked else onboarding.untick
        verb(self.world.channel, [self.world.products[sku].pk])

    @rule(mapping=st.sampled_from(MAPPINGS))
    def feed(self, mapping: dict[str, set[str]]) -> None:
        """As the form of the mapping does: all locations at once, then every level is due."""
        with transaction.atomic():
            for name, codes in mapping.items():
                location = Location.objects.get(channel=self.world.channel, name=name)
                location.warehouses.set(self.world.warehouses[code] for code in sorted(codes))
            due.by_channel(self.world.channel)
        self.feeds = {name: set(codes) for name, codes in mapping.items()}

    @rule(is_zeroed=st.booleans())
    def zero_unmapped(self, is_zeroed: bool) -> None:
        channel = self.world.channel
        channel.refresh_from_db()
        unmapped.switch(channel, is_zeroed=is_zeroed)

    @rule(is_mended=st.booleans())
    def decide_on_drift(self, is_mended: bool) -> None:
        policy = Channel.DriftPolicy.MEND if is_mended else Channel.DriftPolicy.REPORT
        Channel.objects.update(drift_policy=policy)

    @rule(name=st.sampled_from(("Shop", "Depot")), is_enabled=st.booleans())
    def use_location(self, name: str, is_enabled: bool) -> None:
        with transaction.atomic():
            Location.objects.filter(name=name).update(is_enabled=is_enabled)
            due.by_channel(self.world.channel)

    @rule(name=st.sampled_from(("Depot", "Popup")), is_active=st.booleans())
    def change_location_there(self, name: str, is_active: bool) -> None:
        """The store opens a new location, closes one, opens it again."""
        place = {"name": name, "is_active": is_active}
        self.world.store.post("locations", locations=[place])

    def switch_all_on(self) -> None:
        """Everything is communicated again, somewhere."""
        for name in ("Depot", "Popup"):
            self.change_location_there(name, is_active=True)
        self.decide_on_drift(is_mended=True)
        for name in ("Shop", "Depot"):
            self.use_location(name, is_enabled=True)
        for sku in self.world.products:
            self.exclude(sku, is_excluded=False)
            self.tick(sku, is_ticked=True)
        if not any(self.feeds.values()):
            self.feed(MAPPINGS[0])
