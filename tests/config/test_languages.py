"""Which language an answer speaks: a person's own in the admin, English for programs, always."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

pytestmark = pytest.mark.django_db

ROMANIAN = {"Accept-Language": "ro-RO,ro;q=0.9"}


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next request chooses anew."""
    yield
    translation.activate("en")


def choose(client: Client, language: str) -> None:
    client.post(reverse("set_language"), {"language": language, "next": "/admin/"})


def test_a_page_speaks_the_browsers_language(client: Client) -> None:
    page = client.get(reverse("admin:login"), headers=ROMANIAN)

    assert page.headers["Content-Language"] == "ro"
    assert "Autentificare" in page.content.decode()
    assert '<html lang="ro"' in page.content.decode()


def test_a_language_that_is_not_shipped_is_answered_in_english(client: Client) -> None:
    page = client.get(reverse("admin:login"), headers={"Accept-Language": "fi"})

    assert page.headers["Content-Language"] == "en"


def test_a_persons_choice_goes_before_the_browsers(admin_client: Client) -> None:
    choose(admin_client, "ro")

    page = admin_client.get(reverse("admin:index"), headers={"Accept-Language": "en"})

    assert page.headers["Content-Language"] == "ro"
    assert "Panou de control" in page.content.decode()


def test_the_choice_is_offered_on_every_page_and_leads_back_to_it(admin_client: Client) -> None:
    there = reverse("admin:inventory_product_changelist")

    page = admin_client.get(there).content.decode()
    answer = admin_client.post(
        reverse("set_language"), {"language": "ro"}, headers={"Referer": there}
    )

    assert "Română" in page
    assert "English" in page
    assert answer.headers["Location"] == there


def test_a_choice_made_by_a_link_changes_nothing(client: Client) -> None:
    client.get(reverse("set_language"), {"language": "ro"})

    assert not client.cookies


def test_a_choice_never_leads_to_another_site(client: Client) -> None:
    data = {"language": "ro", "next": "https://elsewhere.example/"}

    answer = client.post(reverse("set_language"), data)

    assert answer.headers["Location"] == "/"


def test_caches_know_that_a_page_differs_by_person(client: Client) -> None:
    page = client.get(reverse("admin:login"))

    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))


@pytest.mark.parametrize(
    "address", ["/api/v1/products", "/api/v1/nothing", "/api/docs", "/hooks/nobody/", "/live"]
)
def test_programs_hear_english_whatever_they_ask_for(client: Client, address: str) -> None:
    plain = client.get(address)
    choose(client, "ro")

    asked = client.get(address, headers=ROMANIAN)

    assert asked.content == plain.content
    assert asked.status_code == plain.status_code
    assert "Accept-Language" not in asked.headers.get("Vary", "")
    assert "Content-Language" not in asked.headers


def test_the_language_of_a_page_does_not_stay_for_the_program_after_it(client: Client) -> None:
    plain = client.get("/api/v1/products").content
    client.get(reverse("admin:login"), headers=ROMANIAN)

    assert client.get("/api/v1/products").content == plain


@pytest.mark.parametrize("address", ["/nothing-here", "/admin/%00"])
def test_problem_pages_speak_it_too(client: Client, address: str) -> None:
    page = client.get(address, headers=ROMANIAN)

    assert page.headers["Content-Language"] == "ro"
    assert '<html lang="ro">' in page.content.decode()
    assert "La panoul de control" in page.content.decode()
