"""Fixtures for every floor."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from inventory.models import Product, Warehouse
from tests.factories import make_product, make_warehouse

# Their assertions are to tell what they compared, whoever imports them first.
for name in ("checks", "life", "scenarios", "shop", "storms", "world"):
    pytest.register_assert_rewrite(f"tests.chaos.{name}")


@pytest.fixture(scope="session", autouse=True)
def quick_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No collected static files, and passwords that cost no time to check."""
    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


pytest_plugins = ["tests.store", "tests.pretend"]


@pytest.fixture
def product(db: None) -> Product:
    return make_product(sku="MUG-1", name="Blue mug")


@pytest.fixture
def warehouse(db: None) -> Warehouse:
    return make_warehouse(code="main", name="Main")
