"""One rehearsed shop: its memory, its endpoint, its faults and its journal."""

from __future__ import annotations

import secrets
from typing import Any

from channels.adapters.shopify.sandbox import shop as shops
from channels.adapters.shopify.sandbox.deliveries import Deliverer
from channels.adapters.shopify.sandbox.endpoint import Endpoint, new_bucket
from channels.adapters.shopify.sandbox.faults import Fault
from channels.adapters.shopify.sandbox.journal import Journal
from channels.adapters.shopify.sandbox.shop import Shop
from channels.adapters.shopify.sandbox.store import Store
from channels.rehearsing.faults import Faults

TOKEN_SECONDS = 24 * 3600 - 1


class Sandbox:
    """Everything behind the HTTP server. `state_file` empty keeps the shop in memory."""

    def __init__(self, state_file: str = "", **settings: Any) -> None:
        """`settings` override the stored shop's fields (`name`, `token`, `plan`, …)."""
        self.store = Store(state_file)
        self.faults = Faults(Fault)
        self.journal = Journal()
        self.shop = shops.load(self.store)
        for name, value in settings.items():
            setattr(self.shop, name, value)
        self.shop.save(self.store)
        self.endpoint = self._new_endpoint()
        self.deliverer = Deliverer(self.store, self.shop)

    def close(self) -> None:
        self.faults.close()
        self.deliverer.stop()
        self.store.close()

    def reshape(self, shop: Shop) -> None:
        """Take over changed settings. The bucket starts full when its size is among them."""
        is_resized = shop.bucket_size() != self.shop.bucket_size()
        shop.save(self.store)
        self.shop = shop
        self.endpoint.shop = shop
        self.deliverer.shop = shop
        if is_resized:
            self.endpoint.bucket = new_bucket(self.store, shop)

    def reset(self) -> None:
        """Forget stock, orders, keys, faults, log and clock; who the shop is stays."""
        self.store.clear()
        self.faults.clear()
        self.journal.clear()
        self.deliverer.clear()
        self.reshape(self.shop)
        self.endpoint = self._new_endpoint()

    def issue_token(self) -> str:
        """A token of the client-credentials grant, good for 24 hours of the shop's clock."""
        token = f"shpat_{secrets.token_hex(16)}"
        with self.store.transaction():
            self.store.run(
                "INSERT INTO tokens (token, expires_at) VALUES (?, ?)",
                (token, self.store.clock.now() + TOKEN_SECONDS),
            )
        return token

    def _new_endpoint(self) -> Endpoint:
        return Endpoint(self.store, self.shop, self.faults, self.journal)
