"""Who the shop is: name, plan, credentials, granted scopes, open API versions."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields

from channels.adapters.shopify.sandbox.store import Store

STABLE_VERSIONS = ("2026-04", "2026-07", "2026-10")
"""Versions this sandbox answers. They share one behaviour on the surface rehearsed here."""

SCOPES = (
    "read_products",
    "write_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_orders",
    "write_orders",
    "read_fulfillments",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
)

PLANS = {"standard": (2_000, 100), "advanced": (4_000, 200), "plus": (20_000, 1_000)}
"""Bucket size and points restored each second, by plan."""


@dataclass(slots=True)
class Shop:
    """Settings of the one shop a server plays; `name` is the part before .myshopify.com."""

    name: str = "stockcast-sandbox"
    plan: str = "standard"
    token: str = "shpat_sandbox"  # noqa: S105 - a rehearsal's token, good for this server alone
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105
    currency: str = "EUR"
    timezone: str = "Europe/Bucharest"
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    oldest_version: str = STABLE_VERSIONS[0]
    bucket_maximum: int | None = None
    restore_rate: int | None = None
    """Points of the cost bucket and points a second it regains, where not the plan's own."""

    def bucket_size(self) -> tuple[int, int]:
        """(points at most, points restored each second)."""
        maximum, rate = PLANS[self.plan]
        return (
            maximum if self.bucket_maximum is None else self.bucket_maximum,
            rate if self.restore_rate is None else self.restore_rate,
        )

    @property
    def domain(self) -> str:
        return f"{self.name}.myshopify.com"

    def versions(self) -> list[str]:
        """The versions still open, oldest first."""
        return [version for version in STABLE_VERSIONS if version >= self.oldest_version]

    def answering_version(self, asked: str) -> str | None:
        """The version that answers: a retired one falls forward to the oldest still open.

        None when there never was such a version.
        """
        year, dash, month = asked.partition("-")
        if not (dash and year.isdecimal() and len(year) == 4):
            return None
        if month not in ("01", "04", "07", "10") or asked > STABLE_VERSIONS[-1]:
            return None
        return asked if asked in self.versions() else self.oldest_version

    def save(self, store: Store) -> None:
        store.set_setting("shop", asdict(self))


def load(store: Store) -> Shop:
    """The shop as it was saved, or a new one with the defaults."""
    known = {entry.name for entry in fields(Shop)}
    saved = store.setting("shop", {})
    return Shop(**{name: value for name, value in saved.items() if name in known})


def is_token_good(store: Store, shop: Shop, token: str) -> bool:
    """The static token, or one from the client-credentials grant that has not expired."""
    if token == shop.token:
        return True
    row = store.one("SELECT expires_at FROM tokens WHERE token = ?", (token,))
    return row is not None and row["expires_at"] > store.clock.now()
