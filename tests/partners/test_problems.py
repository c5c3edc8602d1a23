"""Whatever goes wrong under /api/ is a problem, whoever refuses it: never a page for people."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from typing import Any

import pytest
from django.test import Client

from inventory.api.products import Products
from tests.api import Api

JSON = "application/json"


def told(answer: Any) -> tuple[int, str]:
    """Status and code of a problem that is whole."""
    assert answer.headers["Content-Type"].startswith("application/problem+json"), answer.content
    body = json.loads(answer.content)
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:stockcast:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    return answer.status_code, body["code"]


def send(
    api: Api, method: str, path: str, data: bytes = b"", kind: str = JSON, **extra: Any
) -> Any:
    key = str(uuid.uuid4())
    headers = {"Authorization": f"Bearer {api.text}", "Idempotency-Key": key, "If-Match": "*"}
    return api.client.generic(method, path, data, content_type=kind, headers=headers, **extra)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", JSON, 400),
        (b"null", JSON, 400),
        (b"[]", JSON, 400),
        (b"5", JSON, 400),
        (b'"text"', JSON, 400),
        (b'{"sku": ', JSON, 400),
        (b"{'sku': 'A'}", JSON, 400),
        (b'{"sku": NaN}', JSON, 400),
        (b'{"sku": Infinity}', JSON, 400),
        (b'{"sku": "\xff"}', JSON, 400),
        (b'{"sku": "\\ud800", "name": "half"}', JSON, 400),
        (b'{"sku": "A\\u0000", "name": "nul"}', JSON, 400),
        (b'{"sku": 1' + b"0" * 5000 + b"}", JSON, 400),
        (b"[" * 200_000, JSON, 400),
        (b'{"a":' * 100_000, JSON, 400),
        (b"{}", "application/json; charset=utf-16", 415),
        (b"{}", "application/json; charset=bz2", 415),
        (b"{}", "application/json; charset=nonsense", 415),
        (b"sku=A&name=B", "application/x-www-form-urlencoded", 415),
        (b"sku: A", "application/yaml", 415),
        (b"{}", "nonsense", 415),
        (b"x" * (8 * 1024 * 1024 + 1), JSON, 413),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_body_that_can_not_be_read(
    api: Api, product: Any, method: str, body: bytes, kind: str, status: int
) -> None:
    if method == "PATCH" and body == b"":
        return  # nothing is changed, which is no error
    path = "/api/v1/products" + (f"/{product.pk}" if method == "PATCH" else "")
    assert told(send(api, method, path, body, kind))[0] == status


def test_utf_8_may_be_named(api: Api) -> None:
    body = '{"sku": "Ä-1", "name": "Tasse 🍵"}'.encode()
    for number, kind in enumerate(
        ["application/json; charset=UTF-8", 'application/json;charset="utf-8"']
    ):
        answer = send(
            api, "POST", "/api/v1/products", body.replace(b"1", str(number).encode()), kind
        )
        assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(
    "query",
    [
        "sku=%ff",
        "sku=%00",
        "sku=a%00b",
        "%00=1",
        "sku=",
        "sku=%20",
        "sku=a&sku=b",
        "limit=0",
        "limit=1001",
        "limit=0100",
        "limit=0000000011999",
        "limit=%D9%A1%D9%A0",
        "limit=-1",
        "limit=1e3",
        "limit=" + "9" * 5000,
        "cursor=%C3%A4",
        "cursor=!",
        "is_active=maybe",
        "created_after=2026-01-31",
        "created_after=2026-01-31T09:00:00",
        "created_after=1969-12-31T09:00:00Z",
        "created_after=2026-02-31T09:00:00Z",
        "fields=",
        "fields=sku,secret",
        "unknown=1",
        "&".join(f"a{number}=1" for number in range(1100)),
    ],
)
def test_a_query_that_can_not_be_taken(api: Api, query: str) -> None:
    assert told(send(api, "GET", f"/api/v1/products?{query}")) == (400, "invalid")


def test_a_cursor_that_is_no_page_is_not_found(api: Api) -> None:
    """It has the form of one, so it is as an id of which there is nothing."""
    for position in ("p=nonsense", "p=1.5", "o=-1", "r=x"):
        cursor = b64encode(position.encode()).decode()
        answer = send(api, "GET", f"/api/v1/products?cursor={cursor}")
        assert told(answer) == (404, "no_page"), position


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "QUERY", "NONSENSE"])
def test_a_method_that_there_is_not(api: Api, method: str) -> None:
    answer = send(api, method, "/api/v1/products")
    assert told(answer) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= {each.strip() for each in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v2/products", "/api/v1/nothing", "/api/v1/products/", "/api/v1/products/x"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_there_is_not(api: Api, method: str, path: str) -> None:
    checking = Client(enforce_csrf_checks=True)
    answer = checking.generic(method, path, headers={"Authorization": f"Bearer {api.text}"})
    assert told(answer) == (404, "not_found")


def test_a_slash_too_many_is_said_so(api: Api) -> None:
    for path, is_slash in (("/api/v1/products/", True), ("/api/v1/nothing", False)):
        detail = send(api, "GET", path).json()["detail"]
        assert ("write it without the slash at its end" in detail) == is_slash


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_told_which_to_send(api: Api, kind: str) -> None:
    answer = send(api, "POST", "/api/v1/products", b"sku=A", kind)
    assert told(answer) == (415, "unsupported_media_type")
    assert "send application/json" in answer.json()["detail"]


def test_a_nul_character_in_the_path(api: Api) -> None:
    assert told(send(api, "GET", "/api/v1/products/%00")) == (400, "invalid")


def test_a_host_that_is_not_ours(api: Api) -> None:
    answer = send(api, "GET", "/api/v1/products", SERVER_NAME="evil.example.com")
    assert told(answer) == (400, "invalid")


def test_a_fault_of_ours(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> Any:
        raise RuntimeError("the shelf broke")

    monkeypatch.setattr(Products, "make", fail)
    api.client.raise_request_exception = False
    body = b'{"sku": "A", "name": "B"}'
    assert told(send(api, "POST", "/api/v1/products", body)) == (500, "server_error")


def test_people_still_get_pages(client: Client) -> None:
    assert client.get("/nothing-here").headers["Content-Type"].startswith("text/html")
    assert client.get("/admin/%00").headers["Content-Type"].startswith("text/html")
