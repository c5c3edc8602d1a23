"""Odd addresses and names of the communicated table: refused or written harmless, never a fault."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from inventory.files.writing import harmless
from inventory.models import Product
from tests.pretend import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [" =1+1", "＝1+1", "\n=1+1", "\t=1"])
def test_a_name_that_looks_like_a_formula_is_written_as_text(
    admin_client: Client, world: World, name: str
) -> None:
    Product.objects.filter(pk=world.products[0].pk).update(name=name)

    answer = admin_client.get(reverse("admin:channels_communicated_export", args=["csv"]))

    assert harmless(name) in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", ["p=999999", "p=-1", "foo=1", "channel__id__exact=abc"])
@pytest.mark.parametrize("page", ["export", "changelist"])
def test_an_odd_address_is_no_fault(
    admin_client: Client, world: World, page: str, query: str
) -> None:
    form = ["csv"] if page == "export" else []
    address = reverse(f"admin:channels_communicated_{page}", args=form)

    assert admin_client.get(f"{address}?{query}").status_code in {200, 302}
