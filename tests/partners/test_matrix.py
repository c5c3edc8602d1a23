"""Every operation of the schema, by everybody who may not do it or not see it."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.utils import timezone

from inventory.models import Product
from partners import keys, scopes
from partners.models import ApiKey, Partner
from partners.rest.fields import LARGEST
from tests.api import ALL, Api, make_api
from tests.partners.world import (
    LISTENER,
    WORD,
    Operation,
    World,
    furnish,
    ids,
    is_open,
    operations,
    schema,
)
from tests.store import Store

NEVER = 987_654_321_012
"""An id that there never was."""
READS = [name for name in ALL if name.endswith(":read")]


def call(api: Api, operation: Operation, number: int = NEVER, **headers: str) -> tuple[int, bytes]:
    """What is answered to it: status and body."""
    body = operation.body() if operation.method in {"POST", "PATCH"} else None
    if operation.method in {"PATCH", "DELETE"}:
        headers.setdefault("If_Match", "*")
    answer = api.call(operation.method, operation.at(number), body, **headers)
    return answer.status_code, bytes(answer.content)


@pytest.fixture
def world(store: Store, product: Product) -> World:
    return furnish(store, product)


@pytest.fixture
def a(world: World) -> Api:
    """Sees all of it, and has a webhook."""
    api = make_api("A", warehouses=[world.warehouse], channels=[world.channel])
    assert api.post("/webhooks", LISTENER).status_code == 201
    return api


@pytest.fixture
def b(world: World) -> Api:
    """May do everything, and sees none of it."""
    return make_api("B", warehouses=[world.other], channels=[])


def test_the_matrix_has_every_resource_that_keys_have_scopes_for() -> None:
    """Nothing is walked past: each operation is tagged with a scope's resource, and each of these
    has operations."""
    assert {operation.scope.partition(":")[0] for operation in operations()} == set(
        scopes.RESOURCES
    )
    assert {operation.scope for operation in operations()} == set(ALL)


def _expired(key: ApiKey) -> None:
    key.expires_at = timezone.now() - datetime.timedelta(seconds=1)
    key.save()


def _inactive(key: ApiKey) -> None:
    Partner.objects.filter(pk=key.partner_id).update(is_active=False)


@pytest.mark.parametrize("spoil", [_expired, keys.revoke, _inactive])
def test_a_key_that_is_over_opens_nothing(db: None, spoil: Callable[[ApiKey], object]) -> None:
    api = make_api()
    spoil(api.key)
    assert {each.name: call(api, each)[0] for each in operations()} == {
        each.name: 401 for each in operations()
    }


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer sck_00000000_" + "0" * 64, "Basic {text}", "{text}"],
)
def test_without_a_whole_key_nothing_opens(db: None, header: str) -> None:
    api = make_api()
    given = header.format(text=api.text)
    answers = {each.name: call(api, each, Authorization=given) for each in operations()}
    assert {name: status for name, (status, _) in answers.items() if status != 401} == {}
    assert len({body for _, body in answers.values()}) == 1


def test_a_key_cut_or_changed_by_one_character_opens_nothing(db: None) -> None:
    api = make_api()
    other = "0" if api.text[-1] != "0" else "1"
    for text in (api.text[:-1], api.text[:-1] + other, api.text + "0", api.text.upper()):
        assert api.get("/products", Authorization=f"Bearer {text}").status_code == 401


def test_each_operation_needs_its_own_scope_and_names_it(db: None) -> None:
    wrong = {}
    rest = {scope: make_api(allowed=[name for name in ALL if name != scope]) for scope in ALL}
    for each in operations():
        status, body = call(rest[each.scope], each)
        if status != 403 or each.scope not in body.decode() or b"missing_scope" not in body:
            wrong[each.name] = (status, body)
    assert wrong == {}


def test_a_key_without_any_scope_may_do_nothing(db: None) -> None:
    api = make_api(allowed=[])
    assert {each.name for each in operations() if call(api, each)[0] != 403} == set()


def test_a_key_that_reads_may_not_write(db: None) -> None:
    api = make_api(allowed=READS)
    wrong = {
        each.name: status
        for each in operations()
        if (status := call(api, each)[0]) != (403 if each.method != "GET" else status)
        or (each.method == "GET" and status not in {200, 400, 404})
    }
    assert wrong == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_what_another_partner_has_does_not_exist(a: Api, b: Api) -> None:
    """By its id it is answered byte for byte as an id that never was, whatever is tried with it."""
    leaks = {}
    for each in operations():
        if "{id}" not in each.path or is_open(each):
            continue
        theirs = ids(a, each.base)
        assert theirs, f"the world has no {each.base}"
        for number in theirs[:3]:
            same, never = call(b, each, number), call(b, each)
            if same != never or same[0] != 404:
                leaks[f"{each.name} {number}"] = (same, never)
    assert leaks == {}


@pytest.mark.django_db(transaction=True)
def test_lists_tell_nothing_of_what_is_not_seen(a: Api, b: Api) -> None:
    leaks = []
    for each in operations():
        if not each.is_list:
            continue
        theirs = set(ids(a, each.base))
        assert theirs, f"the world has no {each.base}"
        answer = b.get(f"{each.base}?limit=1000")
        own = {row["id"] for row in answer.json()["results"]}
        if (theirs & own and not is_open(each)) or WORD in answer.content.decode().lower():
            leaks.append((each.name, answer.content))
    assert leaks == []


@pytest.mark.django_db(transaction=True)
def test_no_filter_tells_what_is_not_seen(world: World, a: Api, b: Api) -> None:
    """A name or an id out of sight is answered as one that never was."""
    names = ["hush-main", "Hush shop", "HUSH-1", "HUSH-PO-1", "Hush list"]
    names += [str(world.warehouse), str(world.channel), "1"]
    leaks = []
    for each in operations():
        if not each.is_list or is_open(each):
            continue
        for parameter in _texts(each):
            for name in names:
                theirs = b.get(f"{each.base}?{parameter}={name}")
                never = b.get(f"{each.base}?{parameter}={_unlike(name)}")
                told = theirs.content.replace(name.encode(), _unlike(name).encode())
                if (theirs.status_code, told) != (never.status_code, never.content):
                    leaks.append((each.name, parameter, name, theirs.content, never.content))
    assert leaks == []


def _texts(operation: Operation) -> list[str]:
    """Parameters that take a name or an id."""
    return [
        parameter["name"]
        for parameter in operation.told.get("parameters", [])
        if parameter["in"] == "query" and parameter["name"] not in {"limit", "cursor", "fields"}
        if parameter["schema"].get("type") != "boolean" and "enum" not in parameter["schema"]
        if "format" not in parameter["schema"]
    ]


def _unlike(name: str) -> str:
    """Another name of the same form, that there never was."""
    return str(LARGEST - int(name)) if name.isdecimal() else name.lower().replace(WORD, "gone")


NAMES = {
    "warehouse": "hush-main",
    "channel": "Hush shop",
    "order": "HUSH-1",
    "selling_list": "Hush list",
}
"""What bodies name things by, and what is so named here."""


@pytest.mark.django_db(transaction=True)
def test_a_body_can_not_refer_to_what_is_not_seen(a: Api, b: Api) -> None:
    """It is refused with the same words as what never was, and changes nothing."""
    leaks = []
    for each in operations():
        if each.method != "POST" or "{id}" in each.path:
            continue
        if not _names_in(each.body()):
            continue
        theirs = b.post(each.path, _naming(each.body(), NAMES))
        gone = {place: _unlike(name) for place, name in NAMES.items()}
        never = b.post(each.path, _naming(each.body(), gone))
        told = theirs.content.decode()
        for place, name in NAMES.items():
            told = told.replace(name, gone[place])
        if theirs.status_code < 400 or (theirs.status_code, told) != (
            never.status_code,
            never.content.decode(),
        ):
            leaks.append((each.name, theirs.status_code, theirs.content, never.content))
    assert leaks == []


def _names_in(body: object) -> bool:
    return body != _naming(body, dict.fromkeys(NAMES, ""))


def _naming(body: object, names: dict[str, str]) -> object:
    if isinstance(body, dict):
        return {
            name: names[name] if name in names and isinstance(value, str) else _naming(value, names)
            for name, value in body.items()
        }
    return [_naming(each, names) for each in body] if isinstance(body, list) else body


def test_everything_in_the_schema_demands_a_key() -> None:
    assert [each.name for each in operations() if each.told.get("security") != [{"key": []}]] == []
    assert "security" not in schema() or schema()["security"] == [{"key": []}]
