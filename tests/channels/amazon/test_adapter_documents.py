"""Files of feeds: which hosts are believed, and what comes out of them."""

from __future__ import annotations

import gzip

import pytest

from channels.adapters.amazon import documents
from channels.adapters.amazon.documents import Documents
from channels.contract import ChannelError, Code
from channels.http import HttpClient, Reply


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/feed",
        "https://amazonaws.com.example.com/feed",
        "https://notamazonaws.com/feed",
        "http://bucket.s3.amazonaws.com/feed",
        "http://127.0.0.1:9/feed",
        "/feed",
    ],
)
def test_a_file_store_that_is_not_amazons_gets_nothing(url: str) -> None:
    with pytest.raises(ChannelError, match="file store") as caught:
        Documents(is_sandbox=False).put(url, b"{}")
    assert (caught.value.code, caught.value.permanent) == (Code.CONFIGURATION, True)


def test_a_sandbox_may_name_this_machine_and_its_absence_changes_nothing_there() -> None:
    with pytest.raises(ChannelError) as caught:
        Documents(is_sandbox=True).put("http://127.0.0.1:9/feed", b"{}")
    assert (caught.value.code, caught.value.is_outcome_unknown) == (Code.UNAVAILABLE, False)


def fetched(monkeypatch: pytest.MonkeyPatch, body: bytes, status: int = 200) -> bytes:
    def request(*_: object, **__: object) -> Reply:
        return Reply(status, {}, body)

    monkeypatch.setattr(HttpClient, "request", request)
    return Documents(is_sandbox=False).fetch("https://x.s3.amazonaws.com/report?sig=1", "GZIP")


def test_a_packed_report_is_unpacked_also_when_the_transfer_did_so_already(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert fetched(monkeypatch, gzip.compress(b"{}")) == b"{}"
    assert fetched(monkeypatch, b"{}") == b"{}"


def test_a_report_that_is_cut_or_broken_or_too_large_is_never_half_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = gzip.compress(b"0" * 1000)
    for body in (whole[:-8], b"\x1f\x8b broken"):
        with pytest.raises(ChannelError, match="report"):
            fetched(monkeypatch, body)
    monkeypatch.setattr(documents, "MAX_BODY_BYTES", 999)
    with pytest.raises(ChannelError, match="larger"):
        fetched(monkeypatch, whole)


def test_an_address_that_expired_is_asked_for_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ChannelError) as caught:
        fetched(monkeypatch, b"<Error><Code>AccessDenied</Code></Error>", 403)
    assert (caught.value.code, caught.value.permanent) == (Code.UNAVAILABLE, False)
