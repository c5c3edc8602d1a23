"""Who guesses passwords is stopped; others are not."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from config.login import client_address

pytestmark = pytest.mark.django_db

LOGIN = reverse("admin:login")
PASSWORD, WRONG = "a good password", "a guess"
QUARTER = datetime.timedelta(minutes=15)


@pytest.fixture
def ana() -> User:
    return User.objects.create_user("ana", password=PASSWORD, is_staff=True)


def attempt(name: str = "ana", password: str = WRONG, **options: Any) -> Any:
    """From a browser without history: only the database can know what went before."""
    return Client(**options).post(LOGIN, {"username": name, "password": password})


def fail(times: int, **options: Any) -> list[int]:
    return [attempt(**options).status_code for _ in range(times)]


def test_five_failures_lock_a_name_at_its_address_and_say_until_when(ana: User) -> None:
    assert fail(5) == [200, 200, 200, 200, 429]

    refused = attempt(password=PASSWORD)

    assert refused.status_code == 429
    until = timezone.localtime(AccessAttempt.objects.get().attempt_time + QUARTER)
    assert f">{until:%H:%M}<" in refused.text
    assert "in 15 minutes" in refused.text
    assert 890 <= int(refused.headers["Retry-After"]) <= 900
    assert "no-store" in refused.headers["Cache-Control"]


def test_the_lock_ends_by_itself_and_is_not_drawn_out_by_trying(ana: User) -> None:
    fail(7)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - QUARTER)

    assert attempt(password=PASSWORD).status_code == 302


def test_neither_another_name_nor_another_address_is_locked(ana: User) -> None:
    User.objects.create_user("ben", password=PASSWORD, is_staff=True)
    fail(5)

    assert attempt("ben", PASSWORD).status_code == 302
    assert attempt(password=PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_changing_the_browsers_name_helps_nobody(ana: User) -> None:
    names = [attempt(HTTP_USER_AGENT=f"guesser {number}").status_code for number in range(5)]

    assert names[-1] == 429


def test_a_login_forgets_the_failures_before_it(ana: User) -> None:
    fail(4)
    attempt(password=PASSWORD)

    assert fail(4) == [200] * 4


def test_failures_are_kept_no_longer_than_they_count_and_without_the_password(ana: User) -> None:
    attempt(password="my-dog-Rex", REMOTE_ADDR="192.0.2.7")
    kept = AccessAttempt.objects.get()
    assert "Rex" not in f"{kept.post_data} {kept.get_data}"
    AccessAttempt.objects.update(attempt_time=timezone.now() - QUARTER * 2)

    attempt(password=PASSWORD)

    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "passed", "seen"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "nonsense", None),
    ],
)
def test_only_trusted_proxies_say_where_a_request_came_from(
    settings: Settings, proxies: int, passed: str, seen: str | None
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=passed)

    assert client_address(request) == seen


def test_behind_a_socket_file_without_a_proxys_word_names_are_locked_alone(ana: User) -> None:
    assert fail(5, REMOTE_ADDR="")[-1] == 429


def test_behind_our_proxy_guessers_are_told_apart(ana: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        attempt(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 203.0.113.9")

    guesser = attempt(password=PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.9")
    elsewhere = attempt(password=PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.10")

    assert (guesser.status_code, elsewhere.status_code) == (429, 302)


def test_a_program_that_asks_without_a_request_is_not_throttled(ana: User, client: Client) -> None:
    assert authenticate(username="ana", password=PASSWORD) == ana
    assert client.login(username="ana", password=PASSWORD)
    assert client.get(reverse("admin:index")).status_code == 200
