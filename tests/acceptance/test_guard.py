"""Addresses that lead nowhere good: each is answered with words and a way back."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from channels.models import Channel, Communicated
from desk.cells import page_of
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
NUL = quote("\0")
WAY_BACK = 'href="/admin/"'


@pytest.mark.parametrize(
    "address",
    [
        reverse("admin:orders_salesorder_changelist") + f"?status={NUL}",
        reverse("admin:channels_communicated_changelist") + f"?q=a{NUL}b",
        reverse("admin:autocomplete") + f"?app_label=inventory&term={NUL}",
        f"/admin/inventory/product/{NUL}/change/",
    ],
)
def test_a_nul_in_an_address_is_refused_with_words(admin_client: Client, address: str) -> None:
    response = admin_client.get(address)

    assert response.status_code == 400
    assert "can not be read" in response.text
    assert WAY_BACK in response.text


def test_a_page_that_is_not_there_and_one_that_is_forbidden_show_a_way_back(client: Client) -> None:
    client.force_login(person("ana"))

    missing = client.get("/nothing/here/")
    forbidden = client.get(reverse("admin:inventory_product_changelist"))

    assert (missing.status_code, forbidden.status_code) == (404, 403)
    assert "There is nothing here" in missing.text
    assert "You may not do this" in forbidden.text
    assert all(WAY_BACK in page.text for page in (missing, forbidden))


def test_the_page_of_a_fault_needs_nothing_but_itself() -> None:
    page = render_to_string("500.html")

    assert "A fault of ours" in page
    assert 'rel="icon"' in page
    assert "/static/" not in page


def test_browsers_find_an_icon_where_they_look_for_it(client: Client) -> None:
    response = client.get("/favicon.ico")

    assert response.headers["Location"].endswith("stockcast/favicon.svg")


def test_a_dialog_opened_as_a_page_leads_to_its_object(admin_client: Client, world: World) -> None:
    dialog = reverse("admin:channels_channel_check_connection", args=[world.channel.pk])

    opened = admin_client.get(dialog, headers={"accept": BROWSER})
    asked = admin_client.get(dialog, headers={"accept": BROWSER, "hx-request": "true"})

    assert (opened.status_code, opened.headers["Location"]) == (302, page_of(world.channel))
    assert asked.status_code == 200
    assert 'id="dialog"' in asked.text


def test_a_page_that_is_no_dialog_opens_as_a_page(admin_client: Client, world: World) -> None:
    for thing in (Channel.objects.get(), Communicated.objects.all()[0]):
        assert admin_client.get(page_of(thing), headers={"accept": BROWSER}).status_code == 200
