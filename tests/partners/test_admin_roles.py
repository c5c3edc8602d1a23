"""CSMs look at partners; administrators alone change them."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group

pytestmark = pytest.mark.django_db


def let_look() -> None:
    import_module("syncjobs.migrations.0006_let_csms_look_at_partners").let_look(apps, None)


def permissions(name: str) -> set[str]:
    rows = Group.objects.get(name=name).permissions.filter(content_type__app_label="partners")
    return set(rows.values_list("codename", flat=True))


def test_csms_may_look_at_partners_and_at_nothing_more_and_others_not_even_that() -> None:
    for name in ("CSM", "Partner"):
        Group.objects.get_or_create(name=name)

    let_look()

    names = ("partner", "apikey", "webhook", "event", "delivery")
    assert permissions("CSM") == {f"view_{name}" for name in names}
    assert permissions("Partner") == set()


def test_where_the_group_was_renamed_or_deleted_none_is_made() -> None:
    Group.objects.filter(name="CSM").delete()

    let_look()

    assert not Group.objects.filter(name="CSM").exists()
