"""Who the seller is, and how the rehearsed Amazon behaves towards him."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from channels.adapters.amazon.sandbox.store import Store


@dataclass(slots=True)
class Account:
    """One seller's authorisation of one application. is_revoked: he took it back."""

    seller_id: str = "A1SANDBOXSELLER"
    region: str = "EU"
    client_id: str = "amzn1.application-oa2-client.sandbox"
    client_secret: str = "amzn1.oa2-cs.v1.sandbox"  # noqa: S105 - opens nothing but this server
    refresh_token: str = "Atzr|sandbox"  # noqa: S105
    is_revoked: bool = False
    is_client_authorized: bool = True


@dataclass(slots=True)
class Habits:
    """Delays, in seconds of the sandbox's clock, and bad manners.

    apply_seconds: from ACCEPTED to applied. feed_queue_seconds, feed_processing_seconds: how long a
    feed waits at least, and is worked on. settle_seconds: a list of orders ends so long ago.
    list_lag_seconds: a new order is missing from lists for so long. order_copies: how often a list
    names each order. is_order_shuffled, is_stale_repeated: a list comes in no order, and repeats
    what orders were before. is_sku_hidden: orders come without the seller's SKU. is_cancel_zeroed:
    items of cancelled orders show quantity 0. is_cancel_returned: cancelled units are sold again.
    is_unknown_refused: what is told to a SKU that is not listed is refused, where Amazon accepts it
    and shows nothing of it. is_submission_lost: what is accepted is never applied.
    is_report_gzip: reports come compressed. is_limited: request budgets are kept.
    """

    apply_seconds: float = 60.0
    feed_queue_seconds: float = 120.0
    feed_processing_seconds: float = 120.0
    settle_seconds: float = 120.0
    list_lag_seconds: float = 0.0
    order_copies: int = 1
    is_order_shuffled: bool = False
    is_stale_repeated: bool = False
    is_sku_hidden: bool = False
    is_cancel_zeroed: bool = True
    is_cancel_returned: bool = True
    is_unknown_refused: bool = False
    is_report_gzip: bool = True
    is_submission_lost: bool = False
    is_limited: bool = True


Settings = TypeVar("Settings", Account, Habits)


def names(kind: type[Account | Habits]) -> set[str]:
    return {entry.name for entry in fields(kind)}


def load(store: Store, kind: type[Settings]) -> Settings:
    """The settings as they were saved; defaults for the rest."""
    saved: dict[str, Any] = store.setting(kind.__name__, {})
    return kind(**{name: value for name, value in saved.items() if name in names(kind)})


def save(store: Store, settings: Account | Habits) -> None:
    store.set_setting(type(settings).__name__, asdict(settings))
