"""Answers the endpoint gives, and the pieces they are made of."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from channels.adapters.shopify.sandbox.faults import Fault

logger = logging.getLogger(__name__)
Json = dict[str, Any]


@dataclass(slots=True)
class Answer:
    """What goes over the wire. `is_cut`: nothing does, the connection is closed instead."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False


def internal_error() -> Json:
    return {
        "message": "Internal error. Looks like something went wrong on our end.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": str(uuid.uuid4())},
    }


def throttled_error() -> Json:
    return {
        "message": "Throttled",
        "extensions": {
            "code": "THROTTLED",
            "documentation": "https://shopify.dev/api/usage/rate-limits",
        },
    }


def too_many_error(length: int) -> Json:
    return {
        "message": f"The input array size of {length} is greater than the maximum allowed of 250.",
        "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"},
    }


def too_dear_error(cost: int, maximum: int) -> Json:
    return {
        "message": f"Query cost is {cost}, which exceeds the single query max cost limit "
        f"({maximum}).",
        "extensions": {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": maximum},
    }


def failing(fault: Fault) -> Answer:
    """The plain HTTP answer of a shop in trouble."""
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:.1f}"}
    text = "Service Unavailable" if fault.status >= 500 else f"HTTP {fault.status}"
    if fault.status == 429:
        text = "Exceeded the rate limit of this API client. Slow your requests."
    return Answer(fault.status, {"errors": text}, headers)


def is_defect(error: GraphQLError) -> bool:
    """Whether an error is the sandbox's own fault, not an answer to the client."""
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError)


def defect(error: GraphQLError) -> GraphQLError:
    """A defect of the sandbox, logged for its developer and told to the client as Shopify does."""
    logger.error("a resolver failed: %s", error, exc_info=error.original_error)
    details = {"code": "INTERNAL_SERVER_ERROR", "requestId": str(uuid.uuid4())}
    return GraphQLError(f"Internal error: {error.message}", path=error.path, extensions=details)


def codes_of(errors: Sequence[Json], data: Json | None) -> list[str]:
    """The error codes of an answer, top level and business alike, without repeats."""
    codes = {error["extensions"]["code"] for error in errors}
    for payload in (data or {}).values():
        if isinstance(payload, dict):
            refused = payload.get("userErrors") or payload.get("orderCancelUserErrors") or ()
            codes |= {error.get("code") or error.get("message") or "" for error in refused}
    return sorted(codes)
