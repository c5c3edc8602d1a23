"""Notices: proven by their signature over the raw body, and said what they are about."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.adapters.shopify import notices
from channels.adapters.shopify.adapter import ShopifyAdapter
from channels.contract import (
    ChannelError,
    Code,
    Concern,
    Connection,
    LevelRef,
    Notice,
    previous,
)

SPECS = Path(os.environ.get("STOCKCAST_SPECS") or Path(__file__).parents[4] / "shared" / "specs")
SAMPLES = SPECS / "shopify" / "webhooks"
DOMAIN = "my-shop.myshopify.com"
SECRET = "hush"
ORDER = "gid://shopify/Order/820982911946154508"
ORDER_BODY = b'{"id": 820982911946154508,  "note": "caf\xc3\xa9 \\u2713"}'


def signed(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(body: bytes, topic: str = "orders/create", **changes: str) -> dict[str, str]:
    given = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signed(body),
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Triggered-At": "2026-11-21T18:00:27.877041743Z",
    }
    return given | {f"X-Shopify-{name.replace('_', '-')}": one for name, one in changes.items()}


def adapter(**changes: str) -> ShopifyAdapter:
    values = {"shop_domain": DOMAIN, "access_token": "shpat_x", "client_secret": SECRET}
    return ShopifyAdapter(Connection(values | changes))


def opened(said: Any, topic: str) -> Notice:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return adapter().open_notice(headers(body, topic), body)


def refused(
    given: dict[str, str], body: bytes = ORDER_BODY, *, code: Code = Code.FORGED, **values: str
) -> str:
    with pytest.raises(ChannelError) as caught:
        adapter(**values).open_notice(given, body)
    assert (caught.value.code, caught.value.permanent) == (code, True)
    assert SECRET not in caught.value.message
    return caught.value.message


def test_an_order_notice_tells_which_order_and_when() -> None:
    notice = opened(ORDER_BODY, "orders/create")
    assert notice == Notice(
        external_id="b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        topic="orders/create",
        concern=Concern.ORDER,
        raised_at=datetime(2026, 11, 21, 18, 0, 27, 877041, tzinfo=UTC),
        order_id=ORDER,
    )


def test_a_signature_over_other_bytes_is_forged_even_when_they_mean_the_same() -> None:
    adapter().open_notice(headers(ORDER_BODY), ORDER_BODY)
    dumped = json.dumps(json.loads(ORDER_BODY)).encode()
    assert "X-Shopify-Hmac-Sha256" in refused(headers(ORDER_BODY), dumped)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "no base64",
        "AAAA",
        "é",
        signed(ORDER_BODY, "other"),
        signed(ORDER_BODY)[:-4],
        f"!{signed(ORDER_BODY)}",
        hmac.new(SECRET.encode(), ORDER_BODY, hashlib.sha256).hexdigest(),
    ],
)
def test_a_missing_or_wrong_signature_is_forged(signature: str) -> None:
    assert "enter it anew" in refused(headers(ORDER_BODY, Hmac_Sha256=signature))


def test_a_delivery_without_headers_is_forged() -> None:
    assert "X-Shopify-Hmac-Sha256 is missing" in refused({})


def test_the_secret_before_is_honoured_as_long_as_the_connection_holds_it() -> None:
    old = headers(ORDER_BODY, Hmac_Sha256=signed(ORDER_BODY, "before"))
    refused(old)
    kept = adapter(**{previous("client_secret"): " before "})
    for given in (old, headers(ORDER_BODY)):
        assert kept.open_notice(given, ORDER_BODY).order_id == ORDER


@pytest.mark.parametrize("empty", ["", "  "])
def test_without_a_client_secret_nothing_is_proven_and_the_remedy_is_told(empty: str) -> None:
    # An empty key would be one that everybody knows.
    for secret in ("", empty):
        given = headers(ORDER_BODY, Hmac_Sha256=signed(ORDER_BODY, secret))
        message = refused(given, client_secret=empty)
        assert "Client secret" in message
        assert "API secret key" in message


def test_a_notice_of_another_shop_is_forged() -> None:
    assert DOMAIN in refused(headers(ORDER_BODY, Shop_Domain="other.myshopify.com"))
    assert "missing" in refused(headers(ORDER_BODY, Shop_Domain=""))
    given = headers(ORDER_BODY, Shop_Domain=DOMAIN.upper())
    assert adapter().open_notice(given, ORDER_BODY).order_id == ORDER


@pytest.mark.parametrize("spelled", [str.lower, str.upper, lambda name: name.removeprefix("X-")])
def test_headers_are_found_however_they_are_spelled(spelled: Any) -> None:
    given = {spelled(name): value for name, value in headers(ORDER_BODY).items()}
    assert adapter().open_notice(given, ORDER_BODY) == opened(ORDER_BODY, "orders/create")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-11-21T18:00:27Z", datetime(2026, 11, 21, 18, 0, 27, tzinfo=UTC)),
        ("2026-11-21T13:00:27-05:00", datetime(2026, 11, 21, 18, 0, 27, tzinfo=UTC)),
        ("2026-11-21T18:00:27", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_moment_is_aware_or_unknown(told: str, expected: datetime | None) -> None:
    notice = adapter().open_notice(headers(ORDER_BODY, Triggered_At=told), ORDER_BODY)
    assert notice.raised_at == expected


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ({"id": 1, "admin_graphql_api_id": ORDER}, "orders/updated"),
        ({"id": 820982911946154508}, "orders/delete"),
        ({"id": "820982911946154508"}, "Orders/Cancelled"),
        ({"id": 820982911946154508, "admin_graphql_api_id": None}, "orders/fulfilled"),
        ({"order_edit": {"id": 5, "order_id": 820982911946154508}}, "orders/edited"),
        ({"id": 5, "order_id": 820982911946154508}, "refunds/create"),
        ({"id": 5, "order_id": 820982911946154508}, "fulfillments/update"),
    ],
)
def test_every_topic_of_orders_names_the_order_and_not_what_happened_to_it(
    said: dict[str, Any], topic: str
) -> None:
    notice = opened(said, topic)
    assert (notice.concern, notice.order_id, notice.topic) == (Concern.ORDER, ORDER, topic.lower())


@pytest.mark.parametrize(("available", "rest"), [(7, {}), (-2, {}), (None, {}), (0, {"x": 1})])
def test_a_level_notice_tells_the_level_and_its_number(
    available: int | None, rest: dict[str, Any]
) -> None:
    said = {"inventory_item_id": 271878346596884015, "location_id": 24826418, **rest}
    notice = opened({**said, "available": available}, "inventory_levels/update")
    ref = LevelRef(
        "gid://shopify/InventoryItem/271878346596884015", "gid://shopify/Location/24826418"
    )
    assert (notice.concern, notice.ref) == (Concern.LEVEL, ref)
    assert notice.available == available
    assert opened(said, "inventory_levels/disconnect").available is None


@pytest.mark.parametrize(
    ("topic", "concern"),
    [
        ("locations/deactivate", Concern.LOCATION),
        ("app/uninstalled", Concern.ACCOUNT),
        ("app/scopes_update", Concern.OTHER),
        ("products/update", Concern.OTHER),
        ("orders", Concern.OTHER),
    ],
)
def test_other_topics_have_their_concern(topic: str, concern: Concern) -> None:
    notice = opened({"id": 1}, topic)
    assert (notice.concern, notice.order_id, notice.ref) == (concern, "", None)


@pytest.mark.parametrize(
    ("body", "topic", "named"),
    [
        (b"", "orders/create", "no JSON"),
        (b"\xff{", "orders/create", "no JSON"),
        (b"[1]", "orders/create", "object"),
        (b"{}", "orders/create", "id is missing"),
        (b'{"id": null}', "orders/create", "id is missing"),
        (b'{"id": 1.5}', "orders/create", "id is missing"),
        (b'{"id": true}', "orders/create", "id is missing"),
        (b'{"id": -1}', "orders/create", "id is missing"),
        (b'{"id": "1 OR 1"}', "orders/create", "id is missing"),
        (b'{"id": 5}', "refunds/create", "order_id is missing"),
        (b'{"id": 5}', "orders/edited", r"order_edit.order_id is missing"),
        (b'{"order_edit": 5}', "orders/edited", r"order_edit.order_id is missing"),
        (b'{"location_id": 1}', "inventory_levels/update", "inventory_item_id is missing"),
        (b'{"inventory_item_id": 1}', "inventory_levels/update", "location_id is missing"),
        (
            b'{"inventory_item_id": 1, "location_id": 1, "available": "7"}',
            "inventory_levels/update",
            "available",
        ),
    ],
)
def test_a_signed_body_without_sense_names_what_is_missing(
    body: bytes, topic: str, named: str
) -> None:
    assert named in refused(headers(body, topic), body, code=Code.BAD_REQUEST)


@pytest.mark.parametrize("name", ["Topic", "Webhook_Id"])
def test_a_header_that_is_needed_is_named_when_missing(name: str) -> None:
    given = headers(ORDER_BODY, **{name: ""})
    told = refused(given, code=Code.BAD_REQUEST)
    assert f"X-Shopify-{name.replace('_', '-')} is missing" in told


CONCERNS = {
    "orders": Concern.ORDER, "refunds": Concern.ORDER, "fulfillments": Concern.ORDER,
    "inventory_levels": Concern.LEVEL, "app": Concern.ACCOUNT,
}  # fmt: skip


@pytest.mark.skipif(not SAMPLES.exists(), reason=f"no samples at {SAMPLES}; set STOCKCAST_SPECS")
def test_every_published_sample_is_understood() -> None:
    paths = sorted(SAMPLES.glob("*.json"))
    assert len(paths) > 10
    for path in paths:
        sample = json.loads(path.read_text())
        notice = opened(sample["metadata"]["response"], sample["topic"])
        assert notice.concern is CONCERNS.get(sample["topic"].partition("/")[0], Concern.OTHER)
        if notice.concern is Concern.ORDER:
            # Some samples were rounded by whoever published them; the ids that were not are whole.
            assert notice.order_id in {ORDER, "gid://shopify/Order/820982911946154500"}
        if notice.concern is Concern.LEVEL:
            assert notice.ref is not None
            assert notice.ref.location_id == "gid://shopify/Location/24826418"


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "soon", "", "2026-11-21"]
)
def test_a_moment_that_is_none_is_left_out(moment: str) -> None:
    """The header is not signed: whatever stands there must not stop what comes after it."""
    assert notices._moment(moment) is None
