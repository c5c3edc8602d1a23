"""Listings Items 2021-08-01: read one item, patch one item."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from channels.adapters.amazon.sandbox import attributes, catalogue, items, submissions
from channels.adapters.amazon.sandbox.application import Sandbox
from channels.adapters.amazon.sandbox.calls import Call, Json, Reply, denied, invalid, not_found
from channels.adapters.amazon.sandbox.regions import REGIONS
from channels.adapters.amazon.sandbox.store import Row

PREVIEW = "VALIDATION_PREVIEW"


def marketplaces(sandbox: Sandbox, call: Call, limit: int = 0) -> list[str]:
    """The marketplaces asked about, all of this seller's region."""
    region = REGIONS[sandbox.account.region]
    return call.query.list("marketplaceIds", region, limit, is_required=True)


def check_seller(sandbox: Sandbox, call: Call) -> None:
    if call.args["seller"] != sandbox.account.seller_id:
        raise denied("The seller is not the one who authorized this application.")


def _offers(sandbox: Sandbox, call: Call) -> tuple[Row, list[Row]]:
    check_seller(sandbox, call)
    sku, asked = call.args["sku"], marketplaces(sandbox, call)
    listing = catalogue.listing(sandbox, sku)
    offers = catalogue.offers(sandbox, [sku], asked).get(sku, [])
    if listing is None or not offers:
        raise not_found(f"SKU '{sku}' not found in marketplace {', '.join(asked)}")
    return listing, offers


def get_item(sandbox: Sandbox, call: Call) -> Reply:
    """GET /listings/2021-08-01/items/{sellerId}/{sku}"""
    included = call.query.list("includedData", items.INCLUDED) or ["summaries"]
    listing, offers = _offers(sandbox, call)
    return Reply(200, items.item(sandbox, listing, offers, included))


def bucket_of_patch(call: Call) -> str:
    """A preview spends a budget of its own."""
    is_preview = call.query.text("mode") == PREVIEW
    return "patchListingsItem.preview" if is_preview else "patchListingsItem"


def patch_item(sandbox: Sandbox, call: Call) -> Reply:
    """PATCH /listings/2021-08-01/items/{sellerId}/{sku}"""
    is_preview = call.query.choice("mode", [PREVIEW]) == PREVIEW
    included = call.query.list("includedData", ["issues", "identifiers"]) or ["issues"]
    if "identifiers" in included and not is_preview:
        raise invalid("'identifiers' is included in a validation preview only.")
    patches = checked_patches(call.body)
    check_seller(sandbox, call)
    sku, asked = call.args["sku"], marketplaces(sandbox, call)
    offers = catalogue.offers(sandbox, [sku], asked).get(sku, [])
    issues = attributes.check(patches)
    if not offers and sandbox.habits.is_unknown_refused:
        issues.append(attributes.unlisted(sku))
    for issue in issues:
        issue["marketplaceIds"] = asked
    if offers and not issues and not is_preview:
        submissions.accept(sandbox, offers, patches)
    accepted = "VALID" if is_preview else "ACCEPTED"
    answer: Json = {
        "sku": sku,
        "status": "INVALID" if issues else accepted,
        "submissionId": uuid.uuid4().hex,
        "issues": issues,
    }
    if "identifiers" in included:
        answer["identifiers"] = _identifiers(sandbox, sku, offers)
    return Reply(200, answer)


def _identifiers(sandbox: Sandbox, sku: str, offers: Sequence[Row]) -> list[Json]:
    listing = catalogue.listing(sandbox, sku)
    return [
        {"marketplaceId": offer["marketplace_id"], "asin": listing["asin"]}
        for offer in offers
        if listing is not None
    ]


def checked_patches(body: Any) -> Sequence[Json]:
    """The patches of a request that is as the model has it. Raises ApiError (400)."""
    if not isinstance(body, dict):
        raise invalid("The body is not an object.")
    product_type = body.get("productType")
    if not isinstance(product_type, str) or not product_type:
        raise invalid("'productType' is missing.")
    patches = body.get("patches")
    if not isinstance(patches, list) or not patches:
        raise invalid("'patches' must be a list that is not empty.")
    for patch in patches:
        problem = problem_of(patch)
        if problem:
            raise invalid(problem)
    return patches


def problem_of(patch: Any) -> str:
    """What is malformed about a patch; empty when nothing is."""
    if not isinstance(patch, dict):
        return "A patch is not an object."
    if patch.get("op") not in attributes.OPS:
        return f"'op' can not be '{patch.get('op')}'."
    if not isinstance(patch.get("path"), str):
        return "'path' must be a text."
    value = patch.get("value", [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return "'value' must be a list of objects."
    return ""
