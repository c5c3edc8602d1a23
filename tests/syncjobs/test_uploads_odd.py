"""Files and forms that nobody should send: told apart, refused in words, and never a fault."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inventory.models import Product, StockLevel, Stocktake, Warehouse
from syncjobs import hints
from syncjobs.models import Upload
from tests.inventory.filing import csv_bytes

pytestmark = pytest.mark.django_db

STOCK = ["sku", "warehouse", "quantity"]


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "work", lambda _ids: True)


def send(client: Client, kind: str, content: bytes, key: str = "", name: str = "a.csv") -> Any:
    form = {"key": key or str(uuid.uuid4()), "kind": kind}
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("admin:syncjobs_upload_add"), {**form, "file": file})


def test_another_file_under_the_same_key_is_refused(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    first = csv_bytes(STOCK, [product.sku, warehouse.code, 400])
    send(admin_client, "opening_stock", first, key="page-1")

    again = send(admin_client, "opening_stock", first, key="page-1")
    other = send(
        admin_client,
        "opening_stock",
        csv_bytes(STOCK, [product.sku, warehouse.code, 40]),
        key="page-1",
    )

    assert again.status_code == 302
    assert "another file" in other.text
    assert Upload.objects.count() == 1
    assert not StockLevel.objects.filter(product=product, is_known=True).exists()


def test_rows_left_out_with_a_control_character_can_be_downloaded(
    admin_client: Client, product: Product
) -> None:
    send(admin_client, "products", b"sku,name\nMUG-1,Red\x07mug\nMUG-2,\n")
    upload = Upload.objects.get()
    assert upload.errors

    answer = admin_client.get(reverse("admin:syncjobs_upload_refused", args=[upload.pk, "xlsx"]))

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_a_name_with_a_control_character_is_taken_out(
    admin_client: Client, product: Product
) -> None:
    Product.objects.filter(pk=product.pk).update(name="Red\x0bmug")

    answer = admin_client.get(reverse("admin:inventory_product_export", args=["xlsx"]))

    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_two_rows_about_one_line_are_found_however_its_number_is_written(
    admin_client: Client, product: Product, warehouse: Warehouse
) -> None:
    number = Stocktake.objects.create(warehouse=warehouse).pk
    rows = [[f"ST-{number}", product.sku, 5], [f"ST-0{number}", product.sku, 7]]

    send(admin_client, "counts", csv_bytes(["stocktake", "sku", "counted"], *rows))

    assert Upload.objects.get().errors >= 1


@pytest.mark.parametrize(
    "content",
    [
        b'sep="\nsku,name\nA,B\n',
        b"sep=\x01\nsku\x01name\nA\x01B\n",
        b"sku,name\n" + b"x" * 200_000 + b",y\n",
        b"sku,name\n" + b" " * 1500 + b"A\x00B,y\n" * 3,
        b"PK\x03\x04garbage",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf",
        b"sku,name\r\n\r\n\r\n",
        b'sku,name\n"A,B\n',
        b"sep=,",
        b"sku,name,name\nA,B,C\n",
        b"sku," + b"," * 300 + b"\nA\n",
    ],
)
def test_odd_files_are_told_apart(admin_client: Client, content: bytes) -> None:
    for kind in ("products", "opening_stock", "counts", "marketplace", "barcodes"):
        assert send(admin_client, kind, content).status_code in {200, 302}, kind

    assert not Upload.objects.filter(status=Upload.Status.CHECKING).exists()
