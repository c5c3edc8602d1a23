"""The judge of exchanges lets Amazon's own examples pass and finds what is planted."""

from __future__ import annotations

import json
from dataclasses import replace
from email.message import Message
from typing import Any

import pytest

from tests.channels.amazon import models
from tests.channels.amazon.oracle import Judge
from tests.channels.amazon.recording import Exchange

pytestmark = pytest.mark.skipif(
    not models.SPECS.exists(), reason=f"no models at {models.SPECS}; set STOCKCAST_SPECS"
)

ELEMENT = {"fulfillment_channel_code": "DEFAULT", "quantity": 12}
PATCH = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": [ELEMENT]}
ACCEPTED = {"sku": "A/B C#1", "status": "ACCEPTED", "submissionId": "f1dc", "issues": []}


def headers(**values: str) -> Message:
    message = Message()
    for name, value in values.items():
        message[name.replace("_", "-")] = value
    return message


SENT = headers(x_amz_access_token="Atza|1", User_Agent="A/1", Content_Type="application/json")
GOOD = Exchange(
    "PATCH",
    "/listings/2021-08-01/items/A1SELLER/A%2FB%20C%231",
    "marketplaceIds=ATVPDKIKX0DER&issueLocale=en_US",
    SENT,
    json.dumps({"productType": "PRODUCT", "patches": [PATCH]}).encode(),
    200,
    headers(x_amzn_RequestId="r1"),
    json.dumps(ACCEPTED).encode(),
)


def patched(**element: Any) -> bytes:
    """The good body with another element in it."""
    return json.dumps(
        {"productType": "PRODUCT", "patches": [{**PATCH, "value": [{**ELEMENT, **element}]}]}
    ).encode()


def test_a_patch_as_documented_has_no_faults() -> None:
    judge = Judge()
    assert judge.faults([GOOD]) == []
    assert judge.operations == {"patchListingsItem": 1}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"body": patched(quantity=-5)}, "minimum"),
        ({"body": patched(quantity=None)}, "not of type 'integer'"),
        ({"body": patched(marketplace_id="ATVPDKIKX0DER")}, "marketplace_id"),
        ({"body": b'{"patches": []}'}, "'productType' is a required property"),
        ({"query": "issueLocale=en_US"}, "marketplaceIds is required"),
        ({"query": "marketplaceIds=A&marketplaceIds=B"}, "joined by commas"),
        ({"query": "marketplaceIds=A&mode=PREVIEW"}, "'PREVIEW' is not one of"),
        ({"query": "marketplaceIds=A&quantity=1"}, "quantity is unknown"),
        ({"path": "/listings/2021-08-01/items/A1SELLER/B+C#1"}, "percent-encoded"),
        ({"path": "/listings/2021-08-01/items/A1SELLER/A/1"}, "no model knows"),
        ({"headers": headers(User_Agent="A/1")}, "no access token"),
        ({"reply": json.dumps({**ACCEPTED, "status": "OK"}).encode()}, "'OK' is not one of"),
        ({"reply": json.dumps({**ACCEPTED, "state": "?"}).encode()}, "'state' was unexpected"),
        ({"reply_headers": headers()}, "x-amzn-RequestId"),
        ({"status": 418}, "no such status"),
    ],
)
def test_what_is_planted_is_found(change: dict[str, Any], fault: str) -> None:
    assert fault in " ".join(Judge().faults([replace(GOOD, **change)]))


def test_a_moment_without_an_offset_is_found() -> None:
    search = replace(
        GOOD, method="GET", path="/orders/2026-01-01/orders", reply=b'{"orders": []}', body=b""
    )
    good = replace(search, query="lastUpdatedAfter=2026-11-20T00%3A00%3A00Z")
    bad = replace(search, query="lastUpdatedAfter=2026-11-20T00%3A00%3A00")
    assert Judge().faults([good]) == []
    assert "is not a 'date-time'" in " ".join(Judge().faults([bad]))


def test_amazons_own_example_of_a_feed_and_its_report_pass() -> None:
    feeds = models.SPECS / "schemas" / "feeds"
    for name in ("listings-feed-schema-v2", "listings-feed-processing-report-schema-v2"):
        example = json.loads((feeds / f"{name}.example.json").read_text())
        assert models.against(f"schemas/feeds/{name}.json", example) == []
        assert models.against(f"schemas/feeds/{name}.json", {**example, "header": []}) != []
