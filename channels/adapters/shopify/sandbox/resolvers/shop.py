"""The shop itself, the app's scopes, the API versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from channels.adapters.shopify.sandbox.context import Info, Request
from channels.adapters.shopify.sandbox.gid import gid
from channels.adapters.shopify.sandbox.shop import STABLE_VERSIONS

View = dict[str, Any]
PLAN_NAMES = {"standard": "Basic", "advanced": "Advanced", "plus": "Shopify Plus"}


def shop(_root: None, info: Info) -> View:
    request: Request = info.context
    own = request.shop
    return {
        "id": gid("Shop", 61_000_000_001),
        "name": own.name,
        "myshopifyDomain": own.domain,
        "currencyCode": own.currency,
        "ianaTimezone": own.timezone,
        "plan": {
            "publicDisplayName": PLAN_NAMES[own.plan],
            "shopifyPlus": own.plan == "plus",
        },
    }


def installation(_root: None, info: Info) -> View:
    scopes = info.context.shop.scopes
    return {
        "id": gid("AppInstallation", 520_000_000_001),
        "accessScopes": [
            {"handle": scope, "description": scope.replace("_", " ").capitalize()}
            for scope in scopes
        ],
    }


def version(handle: str) -> View:
    return {"handle": handle, "displayName": handle, "supported": True}


def versions(_root: None, info: Info) -> list[View]:
    is_open = set(info.context.shop.versions())
    return [{**version(handle), "supported": handle in is_open} for handle in STABLE_VERSIONS]


RESOLVERS: dict[str, Callable[..., Any]] = {
    "QueryRoot.shop": shop,
    "QueryRoot.currentAppInstallation": installation,
    "QueryRoot.publicApiVersions": versions,
}
