"""Who keeps quantity rules, where they go, and what keeps them: channels, roles, explanations."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from channels import selling
from channels.models import Channel, ListingLevel, Profile, ProfileVersion, SellingList
from desk.cells import page_of
from tests.channels.profiled import CONFIRMED, form, make, use
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

LIST = reverse("admin:channels_profile_changelist")
ADD = reverse("admin:channels_profile_add")


@pytest.fixture
def used(world: World) -> Profile:
    return use(world)


@pytest.mark.parametrize("where", ["channel", "list", "before"])
def test_a_profile_in_use_is_not_deleted_and_says_why(
    admin_client: Client, world: World, where: str
) -> None:
    profile = make()
    if where == "list":
        SellingList.objects.create(channel=world.channel, name="Gifts", profile=profile)
    else:
        selling.set_profile(world.channel, profile)
    if where == "before":
        selling.set_profile(world.channel, None)

    page = reverse("admin:channels_profile_delete", args=[profile.pk])
    response = admin_client.post(page, {"post": "yes"}, follow=True)

    assert Profile.objects.filter(pk=profile.pk).exists()
    reason = "was in use before" if where == "before" else "Give them another profile first."
    assert reason in response.text


def test_a_profile_that_nobody_ever_used_is_deleted_by_who_may(
    client: Client, world: World
) -> None:
    client.force_login(person("csm", group="CSM"))
    profile = make()

    client.post(reverse("admin:channels_profile_delete", args=[profile.pk]), {"post": "yes"})

    assert not Profile.objects.exists()


def test_profiles_are_not_deleted_in_bulk(admin_client: Client, world: World) -> None:
    profile = make()

    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [profile.pk]})

    assert Profile.objects.exists()


@pytest.mark.parametrize(
    ("group", "seen", "changed"),
    [
        ("Warehouse manager", 200, 403),
        ("Stock communicator", 200, 403),
        ("Partner", 403, 403),
        ("CSM", 200, 302),
    ],
)
def test_csms_keep_the_rules_and_warehouse_managers_look(
    client: Client, world: World, used: Profile, group: str, seen: int, changed: int
) -> None:
    client.force_login(person("somebody", group=group))

    assert client.get(LIST).status_code == seen
    page = client.get(page_of(used))
    assert page.status_code == seen
    assert client.post(page_of(used), form() | CONFIRMED).status_code == changed
    assert client.post(ADD, form(name="Other") | CONFIRMED).status_code == changed
    gone = reverse("admin:channels_profile_delete", args=[used.pk])
    assert client.post(gone, {"post": "yes"}).status_code == changed
    if (seen, changed) == (200, 403):
        assert "Shows the quantity at hand" in page.text
        assert "Preview and save" not in page.text


CHOOSE = "admin:channels_channel_choose_profile"


def test_a_channel_gets_a_profile_after_a_preview(admin_client: Client, world: World) -> None:
    profile = make(quantity=3)
    world.tell(world.products[0])
    page = reverse(CHOOSE, args=[world.channel.pk])

    assert "never more than 3" in admin_client.get(page).text
    asked = admin_client.post(page, {"profile": profile.pk})
    assert [(each.sku, each.after) for each in asked.context["preview"].changes][:1] == [
        ("CUP-0", 3)
    ]
    assert Channel.objects.get().profile is None
    admin_client.post(page, {"profile": profile.pk, "_confirmed": "1"})

    assert Channel.objects.get().profile == profile
    assert world.level(world.products[0]).is_due
    assert "Ten at most" in admin_client.get(page_of(world.channel)).text


def test_a_channel_goes_back_to_the_products_value(
    admin_client: Client, world: World, used: Profile
) -> None:
    page = reverse(CHOOSE, args=[world.channel.pk])

    admin_client.post(page, {"profile": "none", "_confirmed": "1"})

    assert Channel.objects.get().profile is None


@pytest.mark.parametrize(
    ("group", "status"), [("CSM", 200), ("Stock communicator", 403), ("Warehouse manager", 403)]
)
def test_a_channels_profile_is_chosen_by_who_keeps_the_rules(
    client: Client, world: World, used: Profile, group: str, status: int
) -> None:
    client.force_login(person("somebody", group=group))
    page = reverse(CHOOSE, args=[world.channel.pk])

    assert client.get(page).status_code == status
    client.post(page, {"profile": "none", "_confirmed": "1"})

    assert (Channel.objects.get().profile is None) == (status == 200)


def test_the_explanation_names_the_rule_and_what_may_be_oversold(
    admin_client: Client, world: World, used: Profile
) -> None:
    selling.save(used, ProfileVersion(mode="custom", quantity=9), "ana")
    ListingLevel.objects.filter(listing__product=world.products[1]).update(is_update_asked=True)

    asked = admin_client.get(page_of(world.row(world.products[1])))
    assert asked.context["explanation"].rule == "Custom quantity 9"
    assert "9 offered, 5 at hand: up to 4 may be oversold." in asked.text
    assert "Pending Qty Update" in asked.text

    told = admin_client.get(page_of(world.row(world.products[0]))).text
    assert "40 offered, 40 at hand" in told
    assert "leaves it alone" in told
