"""One rehearsed seller account: its memory, its budgets, its faults and its journal."""

from __future__ import annotations

from typing import Any

from channels.adapters.amazon.sandbox import account as accounts
from channels.adapters.amazon.sandbox.account import Account, Habits
from channels.adapters.amazon.sandbox.faults import Fault
from channels.adapters.amazon.sandbox.journal import Journal
from channels.adapters.amazon.sandbox.limits import Limits
from channels.adapters.amazon.sandbox.regions import REGIONS
from channels.adapters.amazon.sandbox.store import Store
from channels.rehearsing.faults import Faults


class Sandbox:
    """Everything behind the HTTP server. `state_file` empty keeps it in memory."""

    def __init__(self, state_file: str = "", **settings: Any) -> None:
        """`settings` override stored fields of Account (`seller_id`, `region`, `client_id`,
        `client_secret`, `refresh_token`, …) and of Habits (`apply_seconds`, …).

        Raises ValueError for a setting or region there is not."""
        self.store = Store(state_file)
        self.faults = Faults(Fault)
        self.journal = Journal()
        self.limits = Limits(self.store)
        self.account = accounts.load(self.store, Account)
        self.habits = accounts.load(self.store, Habits)
        self.progressed_at = 0.0
        self.reshape(**settings)

    def reshape(self, **settings: Any) -> None:
        """Take over changed settings. Raises ValueError for one there is not."""
        for name, value in settings.items():
            owner = self.account if name in accounts.names(Account) else self.habits
            if name not in accounts.names(type(owner)):
                raise ValueError(f"no setting {name!r}")
            if name == "region" and value not in REGIONS:
                raise ValueError(f"no region {value!r}: use one of {', '.join(REGIONS)}")
            setattr(owner, name, value)
        self.save()

    def save(self) -> None:
        with self.store.transaction():
            accounts.save(self.store, self.account)
            accounts.save(self.store, self.habits)

    def now(self) -> float:
        return self.store.clock.now()

    def close(self) -> None:
        self.faults.close()
        self.store.close()

    def reset(self) -> None:
        """Forget listings, orders, feeds, faults, habits, log and clock; the seller stays."""
        self.store.clear()
        self.faults.clear()
        self.journal.clear()
        self.limits = Limits(self.store)
        self.habits = Habits()
        self.progressed_at = 0.0
        self.save()
