"""Credentials change keys: all of them, each once, none lost."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from channels.models import Channel
from partners.models import Partner, Webhook, encrypted

pytestmark = pytest.mark.django_db

CREDENTIALS = {"token": "shpat_1"}
SECRET = {"current": "whsec_1"}


def make(number: int = 3) -> None:
    for each in range(number):
        Channel.objects.create(kind="pretend", name=f"Shop {each}", credentials=CREDENTIALS)
    partner = Partner.objects.create(name="Acme")
    Webhook.objects.create(partner=partner, url="https://example.com", topics=[], secret=SECRET)


def rotate() -> list[str]:
    out = StringIO()
    call_command("rotate_credentials", stdout=out)
    return sorted(line for line in out.getvalue().splitlines() if ":" in line)


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM channels_channel ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_every_encrypted_column_is_found() -> None:
    found = {f"{model.__name__}.{column}" for model, column in encrypted.encrypted_columns()}

    assert found == {"Channel.credentials", "Webhook.secret"}


def test_all_are_encrypted_anew_and_open_without_the_old_key(settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ["old"]
    make()

    settings.CREDENTIAL_KEYS = ["new", "old"]
    lines = rotate()

    assert lines[0].startswith("All are encrypted with the first")
    assert lines[1:] == [
        "Channel.credentials: 3 encrypted anew, 0 were already.",
        "Webhook.secret: 1 encrypted anew, 0 were already.",
    ]
    settings.CREDENTIAL_KEYS = ["new"]
    assert [channel.credentials for channel in Channel.objects.all()] == [CREDENTIALS] * 3
    assert Webhook.objects.get().secret == SECRET


def test_doing_it_again_writes_nothing(settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ["new", "old"]
    make()
    before = stored()

    lines = rotate()

    assert "Channel.credentials: 0 encrypted anew, 3 were already." in lines
    assert stored() == before


def test_more_than_a_batch_are_all_reached(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encrypted, "BATCH", 2)
    settings.CREDENTIAL_KEYS = ["old"]
    make(5)
    settings.CREDENTIAL_KEYS = ["new", "old"]

    assert "Channel.credentials: 5 encrypted anew, 0 were already." in rotate()


def test_what_no_key_opens_is_named_and_left_and_the_rest_goes_on(settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ["forgotten"]
    lost = Channel.objects.create(kind="pretend", name="Lost", credentials=CREDENTIALS)
    before = stored()
    settings.CREDENTIAL_KEYS = ["old"]
    make(2)

    settings.CREDENTIAL_KEYS = ["new", "old"]
    with pytest.raises(CommandError, match=rf"Channel\.credentials of number {lost.pk}\."):
        rotate()

    assert stored()[0] == before[0]
    settings.CREDENTIAL_KEYS = ["new"]
    assert Channel.objects.get(name="Shop 1").credentials == CREDENTIALS
    with pytest.raises(InvalidToken):
        Channel.objects.get(pk=lost.pk)
