"""A partner and its key, calling the API as a program would."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

import pytest
from django.test import Client
from rest_framework.renderers import JSONRenderer

from partners import keys, scopes
from partners.models import ApiKey, Partner

ALL = [name for name, _ in scopes.choices()]


class Api:
    """Calls with a key. Every POST gets a key of its own unless one is given."""

    def __init__(self, key: ApiKey, text: str) -> None:
        self.key, self.text, self.client = key, text, Client(raise_request_exception=True)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.text}"}
        if method == "POST":
            given["Idempotency-Key"] = str(uuid.uuid4())
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            f"/api/v1{path}",
            b"" if body is None else _json(body),
            content_type="application/json",
            headers=given,
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """With the state's own tag unless one is given."""
        headers.setdefault("If_Match", self.get(path).headers.get("ETag", "*"))
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        headers.setdefault("If_Match", self.get(path).headers.get("ETag", "*"))
        return self.call("DELETE", path, **headers)


def _json(body: Any) -> bytes:
    return bytes(JSONRenderer().render(body))


def make_api(
    name: str = "Acme Logistics",
    allowed: Collection[str] = ALL,
    warehouses: Collection[int] | None = None,
    channels: Collection[int] | None = None,
    requests_per_minute: int = 1_000_000,
) -> Api:
    """A partner with one key. warehouses, channels: the ids that it sees; None means all."""
    partner, _ = Partner.objects.get_or_create(
        name=name,
        defaults={
            "warehouse_ids": None if warehouses is None else list(warehouses),
            "channel_ids": None if channels is None else list(channels),
        },
    )
    return Api(*keys.issue(partner, "test", allowed, requests_per_minute=requests_per_minute))


@pytest.fixture
def api(db: None) -> Api:
    """A partner that may do and see everything."""
    return make_api()
