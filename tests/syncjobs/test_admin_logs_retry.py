"""Retry from the process logs: by the button of a line, for chosen lines, on a line's own page."""

from __future__ import annotations

import datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels.contract import Code
from channels.intake.bindings import Taken
from channels.models import Channel, ChannelOrder, Listing
from syncjobs import importing
from syncjobs.models import ProcessLog, Run
from tests.pretend import World, person

pytestmark = pytest.mark.django_db

LOGS = reverse("admin:syncjobs_processlog_changelist")
LOOK = ("syncjobs.view_processlog", "channels.view_channel")


def press(client: Client, line: ProcessLog) -> list[str]:
    """The button of a line; returns what is said then."""
    response = client.post(LOGS, {"retry_line": line.pk}, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def choose(client: Client, *lines: ProcessLog) -> list[str]:
    """The bulk action on chosen lines; returns what is said then."""
    data = {"action": "retry", "_selected_action": [line.pk for line in lines]}
    response = client.post(LOGS, data, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_a_line_is_retried_by_its_button(
    admin_client: Client, world: World, given: list[int]
) -> None:
    line = world.log(world.products[0], "untracked")
    given.clear()

    said = press(admin_client, line)

    assert Run.objects.get().product_ids == [world.products[0].pk]
    assert said == ["1 product is sent again."]
    assert given == [world.channel.pk]


def test_pressing_twice_asks_once(admin_client: Client, world: World) -> None:
    line = world.log(world.products[0], "untracked")

    press(admin_client, line)
    press(admin_client, line)

    assert Run.objects.count() == 1


def test_what_can_not_be_retried_is_said_with_its_reason(
    admin_client: Client, world: World
) -> None:
    lines = [world.log(product, "untracked") for product in world.products[:3]]
    Listing.objects.filter(product=world.products[0]).update(is_excluded=True)
    Listing.objects.filter(product=world.products[1]).update(is_ticked=False)
    about_channel = ProcessLog.objects.create(
        channel=world.channel, level="warning", code="unavailable"
    )

    said = choose(admin_client, *lines, about_channel)

    assert Run.objects.get().product_ids == [world.products[2].pk]
    text = "\n".join(said)
    assert "Not tried again: CUP-0. Clear the exclude switch first." in text
    assert "Not tried again: CUP-1. Tick the channel" in text
    assert "Not tried again: Corner shop. It is about the channel" in text


def test_a_channel_that_is_off_is_not_sent_to(admin_client: Client, world: World) -> None:
    line = world.log(world.products[0], "untracked")
    Channel.objects.update(is_stock_synced=False)

    said = choose(admin_client, line)

    assert "Switch the channel and its stock sync on first." in "\n".join(said)
    assert not Run.objects.exists()


def refuse(world: World, number: str) -> ProcessLog:
    """An order of the channel that waits here, and the line that says so."""
    at = timezone.now() - datetime.timedelta(hours=3)
    Channel.objects.update(orders_seen_until=timezone.now())
    ChannelOrder.objects.create(
        channel=world.channel,
        external_id=number[:120],
        number=number,
        reason="not_matched",
        updated_at=at,
    )
    return ProcessLog.objects.create(
        channel=world.channel,
        level="error",
        code="not_matched",
        message=f"Order {number}: why",
        order_number=number,
    )


def test_a_line_about_an_order_asks_for_the_order_again(admin_client: Client, world: World) -> None:
    line = refuse(world, "#1001")

    said = press(admin_client, line)

    run = Run.objects.get()
    assert (run.kind, run.product_ids, said) == ("orders", [], ["1 order is asked for again."])
    channel = Channel.objects.get()
    assert channel.orders_seen_until == ChannelOrder.objects.get().updated_at


def test_a_number_that_looks_like_a_sentence_is_asked_for_as_it_is(
    admin_client: Client, world: World
) -> None:
    number = "EU:2026: why-7"
    refuse(world, number).delete()
    run = Run.objects.create(channel=world.channel, kind="orders", status="finished")
    taken = [Taken(number, Code.NOT_MATCHED, "No product has this SKU.")]
    importing.report(run, taken)

    said = press(admin_client, ProcessLog.objects.get())

    assert said == ["1 order is asked for again."]
    assert Run.objects.exclude(pk=run.pk).get().kind == "orders"


def test_lines_from_before_numbers_were_kept_find_theirs(
    admin_client: Client, world: World
) -> None:
    other = Channel.objects.create(kind=world.channel.kind, name="Another shop")
    ChannelOrder.objects.create(
        channel=other, external_id="1", number="EU:2026: why", updated_at=timezone.now()
    )
    said = {
        "EU:2026": refuse(world, "EU:2026"),
        "EU:2026: late": refuse(world, "EU:2026: late"),
        "9" * 255: refuse(world, "9" * 255),
        "#1001": refuse(world, "#1001"),
    }
    ProcessLog.objects.filter(pk=said["9" * 255].pk).update(message=f"Order {'9' * 300}: why")
    ChannelOrder.objects.filter(number="#1001").delete()
    text = ProcessLog.objects.create(channel=world.channel, level="info", message="Order of things")
    product = world.log(world.products[0], "untracked")
    ProcessLog.objects.filter(pk=product.pk).update(message="Order #9: why")
    kept = ProcessLog.objects.create(
        channel=world.channel, level="error", message="Order #2: why", order_number="#3"
    )
    ProcessLog.objects.exclude(pk=kept.pk).update(order_number="")

    import_module("syncjobs.migrations.0015_find_order_numbers").find_numbers(
        apps, connection.schema_editor()
    )

    found = dict(ProcessLog.objects.values_list("pk", "order_number"))
    assert {number: found[line.pk] for number, line in said.items()} == {n: n for n in said}
    assert (found[text.pk], found[product.pk], found[kept.pk]) == ("", "", "#3")
    assert press(admin_client, said["EU:2026: late"]) == ["1 order is asked for again."]


def test_an_order_that_was_taken_in_since_is_not_asked_for(
    admin_client: Client, world: World
) -> None:
    line = refuse(world, "#1001")
    ChannelOrder.objects.update(reason="")

    said = press(admin_client, line)

    assert "was taken in since" in "\n".join(said)
    assert not Run.objects.exists()


def test_a_line_is_retried_on_its_own_page(admin_client: Client, world: World) -> None:
    line = world.log(world.products[0], "untracked")
    data: dict[str, Any] = {"_form_submitted": "True", "key": "k"}

    admin_client.post(
        reverse("admin:syncjobs_processlog_retry_this", args=[line.pk]), data, follow=True
    )

    assert Run.objects.get().product_ids == [world.products[0].pk]


@pytest.mark.parametrize("number", ["0", "nonsense", "9" * 30, "1\x00"])
def test_a_line_that_is_none_is_no_error(admin_client: Client, world: World, number: str) -> None:
    response = admin_client.post(LOGS, {"retry_line": number})

    assert response.status_code == 302
    assert not Run.objects.exists()


def test_without_the_permission_no_line_is_retried(client: Client, world: World) -> None:
    line = world.log(world.products[0], "untracked")
    client.force_login(person("looker", *LOOK))

    assert client.post(LOGS, {"retry_line": line.pk}).status_code == 403
    assert "retry_line" not in client.get(LOGS).text
    assert not Run.objects.exists()


def test_nothing_is_retried_by_a_get(admin_client: Client, world: World) -> None:
    line = world.log(world.products[0], "untracked")

    admin_client.get(LOGS, {"retry_line": line.pk})
    admin_client.get(reverse("admin:syncjobs_processlog_retry_this", args=[line.pk]))

    assert not Run.objects.exists()
