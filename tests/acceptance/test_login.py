"""The way in: demo logins are offered in a demo only, and a login ends in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from syncjobs import demo

pytestmark = pytest.mark.django_db

LOGIN = reverse("admin:login")


def test_a_demo_names_its_logins(client: Client, settings: Settings) -> None:
    settings.STOCKCAST_DEMO = True

    page = client.get(LOGIN).content.decode()

    assert all(f"<code>{name}</code>" in page for name in demo.LOGINS)
    assert f"<code>{demo.PASSWORD}</code>" in page


def test_elsewhere_no_login_is_named(client: Client, settings: Settings) -> None:
    settings.STOCKCAST_DEMO = False

    page = client.get(LOGIN).content.decode()

    assert "This is a demo" not in page
    assert f"<code>{demo.PASSWORD}</code>" not in page


def test_a_login_without_an_aim_ends_at_the_dashboard(client: Client) -> None:
    User.objects.create_user("ana", password="a good password", is_staff=True)
    asked = client.get(LOGIN)

    response = client.post(
        LOGIN,
        {"username": "ana", "password": "a good password", "next": asked.context["next"]},
    )

    assert f'name="next" value="{reverse("admin:index")}"' in asked.content.decode()
    assert response.headers["Location"] == reverse("admin:index")


def test_a_user_is_made_inactive_and_never_deleted(admin_client: Client) -> None:
    user = User.objects.create_user("ben")
    chosen = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}

    page = admin_client.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"})
    admin_client.post(reverse("admin:auth_user_changelist"), chosen)

    assert page.status_code == 403
    assert User.objects.filter(pk=user.pk).exists()
