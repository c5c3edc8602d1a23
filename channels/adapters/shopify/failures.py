"""Tells from a response what happened: the one place where Shopify's refusals get their class.

Pure functions over status, headers and parsed body. Business refusals (`userErrors`) are not
here but in `answers`; the sentences follow the vendor's, whose text is never branched on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from channels.adapters.shopify.budget import Budget, rate_limited
from channels.contract import ChannelError, Code

LONG_PAUSE_SECONDS = 3600.0
_MAX_TEXT = 300
_TRANSIENT_CODES = frozenset({"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"})
_PERMANENT_CODES = {"SHOP_INACTIVE": Code.SHOP_CLOSED, "ACCESS_DENIED": Code.SCOPE_MISSING}
_PERMANENT_STATUSES = {
    401: (Code.UNAUTHORIZED, "Shopify refuses the credentials; enter them anew"),
    402: (Code.SHOP_CLOSED, "The shop is frozen; its owner must settle the bill"),
    403: (Code.SCOPE_MISSING, "The app may not do this; grant the missing access scope"),
    404: (Code.CONFIGURATION, "Shop or API version does not exist; check domain and version"),
    423: (Code.SHOP_CLOSED, "The shop is locked; its owner must ask Shopify"),
}


class TooCostlyError(ChannelError):
    """The query is over the cost limit of a single operation: ask for less at once."""


def of_status(
    status: int, headers: Mapping[str, str], detail: str, budget: Budget
) -> ChannelError | None:
    """The failure an HTTP status alone tells; None for 200. `detail` is the vendor's sentence."""
    if status == 200:
        return None
    retry_after = _seconds(headers.get("Retry-After"))
    if status == 429:
        return rate_limited("Shopify asks to slow down (429)", budget.refused(retry_after))
    if status == 430:
        return rate_limited("Shopify's security refused the request (430)", LONG_PAUSE_SECONDS)
    if status >= 500 or status == 408:
        return _unavailable(_with_detail(f"Shopify answered {status}", detail), retry_after)
    code, message = _PERMANENT_STATUSES.get(status, (Code.BAD_REQUEST, "Shopify refuses the call"))
    return ChannelError(code, _with_detail(f"{message} ({status})", detail), permanent=True)


def of_errors(body: Mapping[str, Any], budget: Budget) -> ChannelError | None:
    """The failure in the top-level `errors` of a 200; None when there is none.

    Shapes seen: a list of `{message, extensions: {code}}`, or a bare sentence.
    """
    errors = body.get("errors")
    if not errors:
        return None
    if isinstance(errors, str):
        return ChannelError(Code.BAD_REQUEST, _short(errors), permanent=True)
    codes = {_code(error) for error in errors}
    if "THROTTLED" in codes:
        cost = (body.get("extensions") or {}).get("cost") or {}
        return rate_limited("Shopify throttled the call", budget.throttled(cost))
    message = _short("; ".join(str(error.get("message", "")) for error in errors))
    if codes & _TRANSIENT_CODES:
        return _unavailable(_with_request_ids(message, errors), None)
    for vendor_code, code in _PERMANENT_CODES.items():
        if vendor_code in codes:
            return ChannelError(code, message, permanent=True)
    return _our_fault(message, codes, body)


def of_search(body: Mapping[str, Any]) -> ChannelError | None:
    """Shopify ignores a search filter it does not know and returns everything; we refuse that."""
    searches = (body.get("extensions") or {}).get("search") or []
    warnings = [warning for search in searches for warning in search.get("warnings") or []]
    if not warnings:
        return None
    message = "; ".join(str(warning.get("message", warning)) for warning in warnings)
    return ChannelError(
        Code.BAD_REQUEST, _short(f"Search filter ignored: {message}"), permanent=True
    )


def unreadable(what: str) -> ChannelError:
    """A 200 that does not hold what it must: Shopify may well have executed the call."""
    return ChannelError(
        Code.OUTCOME_UNKNOWN, f"Shopify's answer {what}", permanent=False, is_outcome_unknown=True
    )


def vanished(what: str) -> ChannelError:
    """What was being read page by page is gone: reading anew tells what is there now."""
    message = f"Deleted at Shopify while it was read ({what})"
    return ChannelError(Code.UNAVAILABLE, message, permanent=False)


def _our_fault(message: str, codes: set[str], body: Mapping[str, Any]) -> ChannelError:
    """A request we must not repeat, unless a field failed midway for a reason we do not know.

    Without `data` nothing ran (GraphQL's own rule for request errors). With it, known
    refusal codes come before execution; any other may have come after it.
    """
    if "MAX_COST_EXCEEDED" in codes:
        return TooCostlyError(Code.BAD_REQUEST, message, permanent=True)
    is_known = all(
        code[:1].islower() or code.startswith(("INVALID_", "MAX_")) or code == "BAD_REQUEST"
        for code in codes
    )
    if "data" not in body or is_known:
        return ChannelError(Code.BAD_REQUEST, message, permanent=True)
    return ChannelError(Code.OUTCOME_UNKNOWN, message, permanent=False, is_outcome_unknown=True)


def _code(error: Mapping[str, Any]) -> str:
    return str((error.get("extensions") or {}).get("code") or "")


def _with_request_ids(message: str, errors: Sequence[Mapping[str, Any]]) -> str:
    ids = [str((error.get("extensions") or {}).get("requestId") or "") for error in errors]
    known = ", ".join(filter(None, ids))
    return f"{message} (request {known})" if known else message


def _unavailable(message: str, retry_after: float | None) -> ChannelError:
    return ChannelError(
        Code.UNAVAILABLE, message, permanent=False, is_outcome_unknown=True, retry_after=retry_after
    )


def _with_detail(message: str, detail: str) -> str:
    return _short(f"{message}: {detail}" if detail else message)


def _short(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 3]}..."


def _seconds(value: str | None) -> float | None:
    """A Retry-After in seconds; None when absent or not a plain number."""
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None
