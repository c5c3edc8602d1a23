"""How a batch tells, what became of a line, why, and the one error."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """How a batch tells its numbers."""

    DELTA = "delta"  # the difference, guarded by compare-and-set: automatic writeback
    ABSOLUTE = "absolute"  # the number itself: bulk and hard sync
    BULK = "bulk"  # many absolute numbers in one message that is answered much later


class Outcome(StrEnum):
    """What became of one line of a batch."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"  # the vendor refuses this line; `code` says why
    STALE = "stale"  # compare-and-set failed: the vendor's number is not what we believed
    NOT_APPLIED = "not_applied"  # fine by itself, but the batch was refused for another line


class Code(StrEnum):
    """Reason codes: the one vocabulary of process logs, publications and listing states."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    STALE = "stale"
    NOT_MATCHED = "not_matched"
    AMBIGUOUS_MATCH = "ambiguous_match"
    PRODUCT_INACTIVE = "product_inactive"
    REMOTE_INACTIVE = "remote_inactive"
    EXCLUDED = "excluded"
    SYNC_DISABLED = "sync_disabled"
    UNTRACKED = "untracked"
    TRACKING_ENABLED = "tracking_enabled"
    ITEM_MISSING = "item_missing"
    ITEM_NOT_WRITABLE = "item_not_writable"
    NOT_APPLIED = "not_applied"
    UNPAID = "unpaid"
    LOCATION_MISSING = "location_missing"
    LOCATION_ACTIVATED = "location_activated"
    STOCK_UNKNOWN = "stock_unknown"
    QUANTITY_REFUSED = "quantity_refused"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"
    IN_PROGRESS = "in_progress"
    KEY_EXPIRED = "key_expired"
    KEY_MISMATCH = "key_mismatch"
    UNAUTHORIZED = "unauthorized"
    SCOPE_MISSING = "scope_missing"
    SHOP_CLOSED = "shop_closed"
    CONFIGURATION = "configuration"
    BATCH_REFUSED = "batch_refused"
    BAD_REQUEST = "bad_request"
    INTERNAL = "internal"
    ORDER_REFUSED = "order_refused"
    SHIPPED_THERE = "shipped_there"
    VERSION_MISMATCH = "version_mismatch"
    BREAKER = "breaker"
    FORGED = "forged"
    CHANGED_THERE = "changed_there"
    NOT_FED = "not_fed"
    SUBSCRIBED = "subscribed"
    TRACKING_MISSING = "tracking_missing"


OF_THE_ACCOUNT = frozenset(
    {
        Code.UNAUTHORIZED,
        Code.SCOPE_MISSING,
        Code.SHOP_CLOSED,
        Code.CONFIGURATION,
        Code.VERSION_MISMATCH,
    }
)
"""Refusals that have nothing to do with one message: all wait until a person mended them."""


class ChannelError(Exception):
    """The one error an adapter raises.

    permanent        repeating the same call cannot help; a person or a changed payload must.
    is_outcome_unknown  the vendor may have executed the call (timeout, cut, 5xx): repeat the same
                     payload under the same key, or read and decide. Never a new key.
    retry_after      seconds to wait before the next call, when the vendor or its budget says so.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        permanent: bool,
        is_outcome_unknown: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.permanent = permanent
        self.is_outcome_unknown = is_outcome_unknown
        self.retry_after = retry_after
