"""A thousand, typed as a page shows it, is refused beside its field: never taken for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import IntegerField
from django.test import RequestFactory
from django.utils import translation

from desk.fields import WholeNumberField

ROOT = Path(__file__).parents[2]
FLOORS = ("channels", "config", "desk", "inventory", "orders", "partners", "syncjobs")


@pytest.mark.parametrize("typed", ["1.000", "1,000", "12.0", "12,", "1_000", "1 000", "1e3", "١٢"])
def test_what_is_not_digits_alone_is_refused_with_the_remedy(typed: str) -> None:
    with pytest.raises(ValidationError, match="digits alone, such as 1000, without point or comma"):
        WholeNumberField().clean(typed)
    with translation.override("ro"), pytest.raises(ValidationError):
        WholeNumberField(localize=True).clean(typed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1000", 1000), (" 12 ", 12), ("+3", 3), ("-3", -3), ("007", 7), (5, 5), ("", None)],
)
def test_digits_are_taken_with_a_sign_or_spaces_around(typed: object, number: int | None) -> None:
    assert WholeNumberField(required=False).clean(typed) == number


def test_what_was_typed_is_shown_again_as_it_was() -> None:
    class Asking(forms.Form):
        units = WholeNumberField(min_value=0)
        change = WholeNumberField()

    shown = str(Asking({"units": "1.000", "change": "-1,000"}))

    assert 'value="1.000"' in shown
    assert 'value="-1,000"' in shown
    assert "digits alone" in shown
    assert 'type="number"' not in shown  # a browser sends nothing of what it can not read
    assert re.findall(r'inputmode="(\w+)"', shown) == ["numeric", "text"]


def fields_of_records(user: User) -> Iterator[tuple[str, forms.Field]]:
    """Each whole number of all records, and of the tables in them, as their pages ask for it."""
    request = RequestFactory().get("/")
    request.user = user
    for page in admin.site._registry.values():
        places: list[Any] = [page, *(kind(page.model, admin.site) for kind in page.inlines)]
        for place in places:
            for column in place.opts.fields:
                if not isinstance(column, IntegerField):
                    continue
                field = place.formfield_for_dbfield(column, request)
                if isinstance(field, forms.IntegerField):
                    yield f"{place}.{column.name}", field


def test_every_whole_number_of_a_record_is_asked_for_by_that_field(admin_user: User) -> None:
    found = dict(fields_of_records(admin_user))
    plain = {name for name, field in found.items() if not isinstance(field, WholeNumberField)}

    assert len(found) > 10
    assert plain == set()


def test_no_form_of_the_house_asks_otherwise() -> None:
    def every(form: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
        for each in form.__subclasses__():
            yield each
            yield from every(each)

    ours = [each for each in every(forms.BaseForm) if each.__module__.split(".")[0] in FLOORS]
    plain = {
        f"{each.__qualname__}.{name}"
        for each in ours
        for name, field in getattr(each, "declared_fields", {}).items()
        if isinstance(field, forms.IntegerField) and not isinstance(field, WholeNumberField)
    }
    written = {
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*.py")
        if "forms.IntegerField" in path.read_text()
    }

    assert len(ours) > 20
    assert plain == set()
    assert written == {"desk/fields.py"}
