"""What kinds of record are called: Django puts an s behind whatever stands there."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.utils import translation

from tests.architecture.test_floors import FLOORS

MISMADE = re.compile(r"([^aeiou]ys|[^e]eds|ss|xs|zs|chs|shs)$", re.IGNORECASE)


def test_no_kind_of_record_has_a_plural_that_was_guessed_wrongly() -> None:
    with translation.override(None):
        plurals = {
            model._meta.label: str(model._meta.verbose_name_plural)
            for model in apps.get_models(include_auto_created=True)
            if model._meta.app_label in FLOORS
        }
    assert len(plurals) > 40
    assert {label: each for label, each in plurals.items() if MISMADE.search(each)} == {}


@pytest.mark.parametrize("plural", ["tallys", "entrys", "hour moveds", "batchs", "boxs", "statuss"])
def test_such_a_plural_is_known_when_seen(plural: str) -> None:
    assert MISMADE.search(plural)
