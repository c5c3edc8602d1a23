"""What a channel that can not be reached keeps back, told where somebody asks for the number."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from channels.models import Channel
from desk.cells import page_of
from tests.pretend import World

pytestmark = pytest.mark.django_db


def test_an_outage_is_told_with_its_words_and_the_next_try(
    admin_client: Client, world: World
) -> None:
    Channel.objects.filter(pk=world.channel.pk).update(
        problem_code="unavailable",
        problem="Corner shop answers 503 Service Unavailable",
        checked_at=timezone.now(),
        retry_at=timezone.now() + datetime.timedelta(seconds=40),
    )
    page = page_of(world.row(world.products[0]))

    response = admin_client.get(page)

    explanation = response.context["explanation"]
    assert explanation.label == "Channel can not be reached"
    assert "and said: “Corner shop answers 503 Service Unavailable”." in explanation.advice
    assert "It is tried again at " in explanation.advice
    assert "Nothing is lost" in explanation.advice
    assert "is sent by itself" not in response.text
    preview = admin_client.get(page.replace("change", "confirm-and-send"))
    assert "answers 503 Service Unavailable" in preview.text
