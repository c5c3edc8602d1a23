"""Files in and out by the pages: who may, what is shown, what is refused and how."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from desk.cells import list_of, page_of
from inventory import counting
from inventory.files import sheets, writing
from inventory.models import Movement, Product, StockLevel, Stocktake, Warehouse
from syncjobs import hints
from syncjobs.models import Upload, UploadRow
from syncjobs.uploads import working
from tests.factories import make_product, make_products, stock
from tests.inventory.filing import csv_bytes, xlsx_bytes
from tests.pretend import World, person
from tests.syncjobs.uploading import do, hand_in_rows, take

pytestmark = pytest.mark.django_db

ADD = "admin:syncjobs_upload_add"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "work", lambda _ids: True)


@pytest.fixture
def manager(client: Client, db: None) -> Client:
    client.force_login(person("wanda", group="Warehouse manager"))
    return client


def send(client: Client, kind: str, content: bytes, name: str = "a.csv", **more: str) -> Any:
    key = more.pop("key", str(uuid.uuid4()))
    data = {"key": key, "kind": kind, "file": SimpleUploadedFile(name, content), **more}
    return client.post(reverse(ADD), data)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_small_file_is_checked_and_applied_while_the_person_waits(
    manager: Client, product: Product
) -> None:
    content = xlsx_bytes([["sku", "name"], ["MUG-1", "Red mug"], ["MUG-2", "Green mug"]])
    response = send(manager, "products", content, "goods.xlsx")
    upload = Upload.objects.get()
    shown = manager.get(response.url)
    manager.post(reverse("admin:syncjobs_upload_apply", args=[upload.pk]))
    manager.post(reverse("admin:syncjobs_upload_apply", args=[upload.pk]))

    assert response.url == page_of(upload)
    assert "2 rows would change something" in shown.content.decode()
    upload.refresh_from_db()
    assert (upload.status, upload.applied, upload.applied_by) == ("done", 2, "wanda")
    assert set(Product.objects.values_list("name", flat=True)) == {"Red mug", "Green mug"}


def test_the_same_form_sent_twice_is_one_file(manager: Client) -> None:
    for _ in range(2):
        send(manager, "products", b"sku,name\nA,B\n", key="once")

    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("products", b"", "submitted file is empty"),
        ("products", b" \n ", "The file is empty"),
        ("nonsense", b"sku\n", "Select a valid choice"),
        ("marketplace", b"sku,channel\n", "Select a valid choice"),
    ],
)
def test_what_is_refused_is_told_beside_the_field(
    manager: Client, kind: str, content: bytes, words: str
) -> None:
    response = send(manager, kind, content)

    assert response.status_code == 200
    assert words in response.content.decode()
    assert not Upload.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncjobs.admin.uploads_form.MOST_BYTES", 10)

    assert "larger than 25 MB" in send(manager, "products", b"x" * 11).content.decode()
    assert sheets.MOST_BYTES == 25 * 1024 * 1024


def test_nothing_is_changed_by_a_get(manager: Client, product: Product) -> None:
    upload = hand_in_rows("products", ["sku", "name"], ["MUG-1", "Red"])
    for name in ("apply", "discard"):
        url = reverse(f"admin:syncjobs_upload_{name}", args=[upload.pk])
        assert manager.get(url).status_code == 405

    upload.refresh_from_db()
    assert upload.status == "ready"


def test_a_person_without_the_permission_neither_sees_nor_applies(
    client: Client, warehouse: Warehouse, product: Product
) -> None:
    upload = hand_in_rows("opening_stock", ["sku", "warehouse", "quantity"], ["MUG-1", "main", "4"])
    client.force_login(person("carl", group="CSM"))

    assert client.get(page_of(upload)).status_code == 302
    for name in ("apply", "discard"):
        url = reverse(f"admin:syncjobs_upload_{name}", args=[upload.pk])
        assert client.post(url).status_code == 403
    progress = reverse("admin:syncjobs_upload_progress", args=[upload.pk])
    assert client.get(progress).status_code == 403
    template = reverse("admin:syncjobs_upload_template", args=["opening_stock", "csv"])
    assert client.get(template).status_code == 404
    assert str(upload) not in client.get(list_of(Upload)).content.decode()
    assert not Movement.objects.exists()


@pytest.mark.parametrize("group", ["Partner", "Stock communicator"])
def test_others_have_no_files_at_all(client: Client, group: str) -> None:
    client.force_login(person("pat", group=group))

    assert client.get(list_of(Upload)).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403


def test_a_csm_brings_flags_in_and_nothing_else(client: Client, world: World) -> None:
    client.force_login(person("carl", group="CSM"))
    page = client.get(reverse(ADD))
    send(client, "marketplace", b"sku,channel,is_communicated\nCUP-0,Corner shop,no\n")
    upload = Upload.objects.get()
    client.post(reverse("admin:syncjobs_upload_apply", args=[upload.pk]))

    assert [offer["kind"].code for offer in page.context["offers"]] == ["marketplace"]
    assert not world.listing(world.products[0]).is_ticked


def test_rows_that_were_left_out_come_back_as_a_file_that_can_be_mended(
    manager: Client, product: Product
) -> None:
    upload = hand_in_rows(
        "products", ["sku", "name"], ["MUG-1", "Red"], ["MUG-2", ""], ["MUG-2", "=x"]
    )
    url = reverse("admin:syncjobs_upload_refused", args=[upload.pk, "csv"])
    lines = body(manager.get(url)).decode("utf-8-sig").splitlines()
    mended = csv_bytes(["row", "why", "sku", "name"], ["3", "-", "MUG-2", "Green mug"])
    send(manager, "products", mended)

    assert lines[0] == "row,why,sku,name,barcode,is_active,is_excluded"
    assert len(lines) == 3
    assert "Rows 3 and 4 are about the same" in lines[2]
    assert "MUG-2,'=x" in lines[2]
    assert Upload.objects.latest("pk").new == 1


def test_every_template_is_downloaded_and_comes_back_without_complaint(
    manager: Client, warehouse: Warehouse
) -> None:
    for form in (writing.CSV, writing.XLSX):
        url = reverse("admin:syncjobs_upload_template", args=["products", form])
        send(manager, "products", body(manager.get(url)), f"t.{form}")

        assert Upload.objects.latest("pk").new == 1
    bad = reverse("admin:syncjobs_upload_template", args=["products", "pdf"])
    assert manager.get(bad).status_code == 404


def test_a_filtered_list_is_taken_out_and_changes_nothing_when_it_comes_back(
    manager: Client, product: Product, warehouse: Warehouse
) -> None:
    make_product(sku="CUP-1", name="Cup")
    stock(product, warehouse, 4)
    stocktake = counting.open(warehouse, [product.pk])
    counting.record(stocktake, {product.pk: 3})
    lists = [
        (Product, "products", "?q=MUG"),
        (StockLevel, "opening_stock", "?is_known__exact=1"),
        (Stocktake, "counts", ""),
    ]
    for model, kind, query in lists:
        options = model._meta
        for form in (writing.CSV, writing.XLSX):
            name = f"admin:{options.app_label}_{options.model_name}_export"
            content = body(manager.get(reverse(name, args=[form]) + query))
            send(manager, kind, content, f"back.{form}")
            upload = Upload.objects.latest("pk")
            assert (upload.status, upload.same, upload.to_apply) == ("ready", 1, 0), kind
    sheet = reverse("admin:inventory_stocktake_count_sheet", args=[stocktake.pk])
    assert body(manager.get(sheet)).startswith(b"PK")


def test_lists_are_taken_out_by_those_who_see_them_alone(client: Client, world: World) -> None:
    client.force_login(person("pat", group="Partner"))

    levels = reverse("admin:inventory_stocklevel_export", args=["csv"])
    flags = reverse("admin:channels_listing_export", args=["csv"])
    assert client.get(levels).status_code == 200
    assert client.get(flags).status_code == 403
    assert "Bring a file in" not in client.get(list_of(Product)).content.decode()
    assert client.get(levels.replace("csv", "pdf")).status_code == 404


def test_what_a_list_too_long_for_a_spreadsheet_says(
    manager: Client, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SHEET_ROWS", 0)
    url = reverse("admin:inventory_product_export", args=["xlsx"])
    response = manager.get(f"{url}?q=MUG", follow=True)

    assert response.redirect_chain[0][0].endswith("?q=MUG")
    assert "do not suit a spreadsheet" in response.content.decode()


def test_channels_that_would_hear_of_it_are_counted(world: World) -> None:
    stocked = hand_in_rows(
        "opening_stock", ["sku", "warehouse", "quantity"], ["CUP-0", "main", "9"]
    )
    renamed = hand_in_rows("products", ["sku", "name"], ["CUP-0", "Beaker"])
    switched = hand_in_rows("products", ["sku", "is_active"], ["CUP-0", "no"])
    flagged = hand_in_rows(
        "marketplace", ["sku", "channel", "is_excluded"], ["CUP-0", "Corner shop", "yes"]
    )

    told = [each.told for each in (stocked, renamed, switched, flagged)]
    assert told == [[["Corner shop", 1]], [], [["Corner shop", 1]], [["Corner shop", 1]]]


def test_the_page_shows_each_part_and_its_statements_stay_few(
    manager: Client, warehouse: Warehouse, django_assert_max_num_queries: Any
) -> None:
    made = make_products(120)
    upload = hand_in_rows(
        "opening_stock",
        ["sku", "warehouse", "quantity"],
        *[[each.sku, "main", 5] for each in made],
        ["NONE", "main", 5],
    )
    for part, count in (("errors", 1), ("new", 50), ("", 1), ("warned", 1)):
        with django_assert_max_num_queries(12):
            response = manager.get(page_of(upload), {"show": part, "page": "1"})
        assert len(response.context["lines"]) == count
    manager.get(page_of(upload), {"show": "new", "page": "9" * 30})
    do(upload, without_errors=True)
    assert "120 rows applied." in manager.get(page_of(upload)).content.decode()


def test_a_cell_that_no_database_could_hold_is_an_error_and_no_fault(
    manager: Client, product: Product
) -> None:
    good = b"".join(b"P-%d,Thing\n" % number for number in range(120))
    bad = b"MUG-1,Re\x00d\nA,B,C,D\n"
    send(manager, "products", b"sku,name\n" + good + bad)
    upload = Upload.objects.get()

    assert (upload.status, upload.errors, upload.new) == ("ready", 2, 120)
    assert UploadRow.objects.filter(cells__name="Re\u2400d").exists()
    assert manager.get(page_of(upload)).status_code == 200


def test_a_large_file_waits_for_a_worker_and_its_progress_is_told(
    manager: Client, warehouse: Warehouse
) -> None:
    made = make_products(working.AT_ONCE + 1)
    rows = [[each.sku, "main", 5] for each in made]
    send(manager, "opening_stock", csv_bytes(["sku", "warehouse", "quantity"], *rows))
    upload = Upload.objects.get()
    progress = manager.get(reverse("admin:syncjobs_upload_progress", args=[upload.pk])).json()

    assert (progress["is_over"], progress["percent"]) == (False, 0)
    assert progress["headline"] == "0 of 501 rows checked. It waits for its turn."
    working.work(upload.pk)
    upload.refresh_from_db()
    assert (upload.status, upload.new) == ("ready", 501)
    assert take("products", b"sku\nA\n").status == "checking"
