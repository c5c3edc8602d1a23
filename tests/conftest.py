"""Fixtures for every floor."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from inventory.models import Product, Warehouse
from tests import emptying
from tests.factories import make_product, make_warehouse

# Their assertions are to tell what they compared, whoever imports them first.
for name in ("checks", "life", "scenarios", "shop", "storms", "world"):
    pytest.register_assert_rewrite(f"tests.chaos.{name}")


@pytest.fixture(scope="session", autouse=True)
def quick_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No collected static files, none looked for by each new client, passwords quick to check."""
    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        WHITENOISE_AUTOREFRESH=True,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Every test begins with what migrations made, and nothing else; see emptying.py."""
    with pytest.MonkeyPatch.context() as patch:
        with django_db_blocker.unblock():
            emptying.keep_migrated()
        patch.setattr(DatabaseOperations, "sql_flush", staticmethod(emptying.flush))
        yield
    # Who called a live server may have kept connections open, and each holds one of the database,
    # which can not be dropped then.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


pytest_plugins = ["tests.store", "tests.pretend", "tests.api"]


@pytest.fixture
def product(db: None) -> Product:
    return make_product(sku="MUG-1", name="Blue mug")


@pytest.fixture
def warehouse(db: None) -> Warehouse:
    return make_warehouse(code="main", name="Main")
