"""Schemathesis over the whole schema: every check, by rule, by chance and in sequences."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

from inventory.models import Product
from tests.api import make_api
from tests.partners.fuzzing import fuzz
from tests.partners.world import furnish, operations
from tests.store import Store

IS_FULL = os.environ.get("STOCKCAST_FUZZ") == "full"
SECONDS = int(os.environ.get("STOCKCAST_FUZZ_SECONDS", "1200" if IS_FULL else "30"))


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of refusals are no news."""
    log = logging.getLogger("django.request")
    before = log.level
    log.setLevel(logging.ERROR)
    yield
    log.setLevel(before)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(SECONDS * 4 + 120)
@pytest.mark.usefixtures("quiet")
def test_the_schema_is_true(server: str, store: Store, product: Product) -> None:
    """No server error, no answer that the schema does not tell of, nothing taken that it forbids,
    nothing refused that it allows."""
    furnish(store, product)
    outcome = fuzz(server, make_api().text, examples=20 if IS_FULL else 3, seconds=SECONDS)
    print(f"\n{sum(outcome.statuses.values())} requests:", dict(sorted(outcome.statuses.items())))
    print("by phase:", outcome.phases)
    for title, message in outcome.found.items():
        print(f"===== {title}\n{message}")
    assert sorted(outcome.found) == []
    assert {each.label for each in operations()} - outcome.tested == set()
    # The world answered: not all of it was refused at the door.
    assert outcome.statuses.get(200, 0) > len(operations()) // 2
    assert outcome.statuses.get(201, 0) > 0
    assert set(outcome.checks) >= CHECKS


CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
}
