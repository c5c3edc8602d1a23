"""A key is written nowhere: not by us, not by the framework, not by the web server."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from inventory.api.products import Products
from tests.api import Api, make_api


class Everything(logging.Handler):
    """Keeps all that is logged, as text with its traceback, its arguments and its extras."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        extras = {name: repr(value) for name, value in vars(record).items()}
        self.lines.append(f"{self.format(record)}\n{extras}")

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def log() -> Iterator[Everything]:
    handler, root = Everything(), logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


def secrets_of(api: Api) -> list[str]:
    """What must not be read anywhere: the key, its secret part, its digest."""
    return [api.text, api.text.rpartition("_")[2], api.key.digest]


def found_in(text: str, *apis: Api) -> list[str]:
    return [secret[:12] for api in apis for secret in secrets_of(api) if secret in text]


def test_no_call_good_or_bad_logs_a_key(
    log: Everything, db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    good, narrow, slow = make_api(), make_api(allowed=[]), make_api(requests_per_minute=1)
    cut = make_api()
    good.client.raise_request_exception = False
    answers = [
        good.get("/products"),
        good.post("/products", {"sku": "A", "name": "B"}),
        good.post("/products", {"sku": 5}),
        good.get("/products?sku=%00"),
        good.get("/nothing"),
        narrow.get("/products"),
        slow.get("/products"),
        slow.get("/products"),
        cut.get("/products", Authorization=f"Bearer {cut.text}0"),
        cut.get("/products", Authorization=f"Basic {cut.text}"),
        cut.get("/products", Authorization=cut.text),
    ]

    def fail(*_args: Any, **_kwargs: Any) -> Any:
        raise RuntimeError("the shelf broke")

    monkeypatch.setattr(Products, "make", fail)
    answers.append(good.post("/products", {"sku": "C", "name": "D"}))
    monkeypatch.setattr(Products, "get_queryset", fail)
    answers.append(good.get("/products"))
    assert {answer.status_code for answer in answers} >= {200, 201, 400, 401, 403, 404, 429, 500}
    assert "the shelf broke" in log.text
    assert found_in(log.text, good, narrow, slow, cut) == []
    assert found_in(caplog.text, good, narrow, slow, cut) == []
    for answer in answers:
        whole = answer.content.decode() + str(dict(answer.headers))
        assert found_in(whole, good, narrow, slow, cut) == []


def test_the_web_servers_access_log_has_no_place_for_a_key(db: None) -> None:
    """Gunicorn's format, as it is unless somebody names another, over a request with a key."""
    api = make_api()
    settings = Config()
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/api/v1/products",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_AUTHORIZATION": f"Bearer {api.text}",
        "HTTP_USER_AGENT": "curl/8",
    }

    class Answer:
        status, sent = "200 OK", 5
        headers: list[tuple[str, str]] = []

    class Request:
        headers = [("AUTHORIZATION", f"Bearer {api.text}")]

    atoms = Logger(settings).atoms(Answer(), Request(), environ, datetime.timedelta(seconds=1))
    line = settings.access_log_format % Logger(settings).atoms_wrapper_class(atoms)
    assert "/api/v1/products" in line
    assert found_in(line, api) == []


def test_a_key_in_the_address_is_not_taken(db: None) -> None:
    """So nobody writes one there, where each server on the way would log it."""
    api = make_api()
    for name in ("key", "api_key", "token", "access_token"):
        answer = api.get(f"/products?{name}={api.text}", Authorization="")
        assert answer.status_code == 401
        assert found_in(answer.content.decode(), api) == []
