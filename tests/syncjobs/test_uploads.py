"""Uploaded files: checked without effect, applied once, whatever happens in between."""

from __future__ import annotations

import pytest

from inventory import ledger
from inventory.files import kinds
from inventory.models import Movement, Product, StockLevel, Warehouse
from syncjobs import hints, tasks
from syncjobs.models import Upload, UploadContent, UploadRow
from syncjobs.uploads import applying, checking, steps, working
from tests.factories import make_product, make_products, stock
from tests.inventory.filing import csv_bytes
from tests.syncjobs.uploading import counts, do, hand_in, hand_in_rows, problems, take

pytestmark = pytest.mark.django_db
Status = Upload.Status


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "work", lambda _ids: True)


def on_hand(sku: str) -> int:
    return StockLevel.objects.get(product__sku=sku).on_hand


def test_checking_changes_nothing_and_says_what_would_change(product: Product) -> None:
    upload = hand_in_rows(
        "products",
        ["sku", "name", "barcode", "is_active", "is_excluded"],
        ["MUG-1", "Red mug", "", "yes", "no"],
        ["MUG-2", "Green mug", "4006381333931", "yes", "no"],
        ["MUG-3", "", "", "yes", "no"],
    )

    assert (upload.status, counts(upload)) == (Status.READY, (1, 1, 0, 1))
    assert UploadRow.objects.get(upload=upload, number=2).changes == [
        ["name", "Blue mug", "Red mug"]
    ]
    assert "needs a name" in problems(upload)[4]
    assert Product.objects.count() == 1


def test_good_rows_are_applied_without_the_others_only_if_somebody_says_so(
    product: Product,
) -> None:
    upload = hand_in_rows("products", ["sku", "name"], ["MUG-1", "Red mug"], ["MUG-2", ""])

    with pytest.raises(steps.NotReady):
        steps.ask_to_apply(upload.pk, "ana")
    do(upload, without_errors=True)

    product.refresh_from_db()
    assert (upload.status, upload.applied, product.name) == (Status.DONE, 1, "Red mug")


def test_applying_twice_does_it_once(product: Product, warehouse: Warehouse) -> None:
    upload = hand_in_rows(
        "opening_stock", ["sku", "warehouse", "quantity"], ["mug-1", "main", "40"]
    )
    do(upload)

    assert steps.ask_to_apply(upload.pk, "ana") is False
    working.work(upload.pk)

    assert Movement.objects.get().key.startswith(f"upload:{upload.pk}:")
    assert on_hand("MUG-1") == 40


def test_opening_stock_opens_corrects_and_makes_known(warehouse: Warehouse) -> None:
    for sku, units in (("A", 0), ("B", 7), ("C", 5)):
        made = make_product(sku=sku)
        if units:
            stock(made, warehouse, units)
    make_product(sku="D")
    upload = hand_in_rows(
        "opening_stock",
        ["sku", "warehouse", "quantity"],
        *[["A", "main", "12.0"], ["B", "main", "4"], ["C", "main", "5"], ["D", "main", "0"]],
    )
    do(upload)

    assert counts(upload) == (2, 1, 1, 0)
    assert [on_hand(sku) for sku in "ABCD"] == [12, 4, 5, 0]
    made_by = Movement.objects.filter(document=str(upload)).order_by("product__sku")
    assert [each.reason for each in made_by] == ["opening", "adjust", "count"]
    assert StockLevel.objects.get(product__sku="D").is_known


def test_what_moved_since_the_check_is_a_conflict_and_is_not_overwritten(
    product: Product, warehouse: Warehouse
) -> None:
    stock(product, warehouse, 12)
    other = make_product(sku="CUP-1")
    upload = hand_in_rows(
        "opening_stock",
        ["sku", "warehouse", "quantity"],
        *[["MUG-1", "main", "40"], ["CUP-1", "main", "3"]],
    )
    ledger.adjust(warehouse.pk, [(product.pk, 3)], ledger.Cause(note="found"))
    do(upload)

    assert (upload.applied, upload.conflicts) == (1, 1)
    assert (on_hand("MUG-1"), on_hand("CUP-1")) == (15, 3)
    row = UploadRow.objects.get(upload=upload, outcome="conflict")
    assert "was “12”" in row.reason
    assert "is “15”" in row.reason
    assert other.sku == "CUP-1"


def test_a_crash_between_batches_is_gone_on_from(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_products(25)
    monkeypatch.setattr(applying, "BATCH", 10)
    rows = [[each.sku, "main", 3] for each in made]
    upload = hand_in_rows("opening_stock", ["sku", "warehouse", "quantity"], *rows)
    steps.ask_to_apply(upload.pk, "ana")
    upload.refresh_from_db()
    kind = kinds.get(upload.kind)
    applying._apply_batch(upload, kind)
    assert Movement.objects.count() == 10

    tasks.work_on_files(upload.pk)

    upload.refresh_from_db()
    assert (upload.status, upload.applied) == (Status.DONE, 25)
    assert Movement.objects.count() == 25
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {3}


def test_a_batch_that_is_cut_off_leaves_nothing_behind(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_products(3)
    rows = [[each.sku, "main", 3] for each in made]
    upload = hand_in_rows("opening_stock", ["sku", "warehouse", "quantity"], *rows)
    with monkeypatch.context() as patch:
        patch.setattr(applying, "_note", lambda *_: 1 / 0)
        do(upload)
    assert (upload.status, Movement.objects.count()) == (Status.APPLYING, 0)

    working.work(upload.pk)

    assert Movement.objects.count() == 3


def test_a_check_that_was_cut_off_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "BATCH", 10)
    rows = [[f"S-{number}", f"Thing {number}"] for number in range(25)]
    upload = take("products", csv_bytes(["sku", "name"], *rows))
    real, seen = checking._keep, []

    def keep_twice(upload: Upload, batch: list[object]) -> bool:
        seen.append(len(batch))
        if len(seen) == 3:
            raise SystemExit
        return real(upload, batch)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(checking, "_keep", keep_twice)
        with pytest.raises(SystemExit):
            working.work(upload.pk)
    working.work(upload.pk)

    upload.refresh_from_db()
    assert (upload.status, upload.checked, upload.new) == (Status.READY, 25, 25)
    assert UploadRow.objects.filter(upload=upload).count() == 25


def test_a_file_on_which_work_never_gets_anywhere_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = take("products", b"sku,name\nA,B\n")
    monkeypatch.setattr(checking, "check", lambda *_: 1 / 0)
    for _ in range(working.PATIENCE + 1):
        working.work(upload.pk)

    upload.refresh_from_db()
    assert upload.status == Status.FAILED
    assert "stopped 3 times" in upload.error


def test_a_sku_that_somebody_else_adds_meanwhile_is_a_conflict(db: None) -> None:
    upload = hand_in_rows("products", ["sku", "name"], ["N-1", "One"], ["N-2", "Two"])
    make_product(sku="n-1", name="Other")
    do(upload)

    assert (upload.applied, upload.conflicts) == (1, 1)
    assert Product.objects.get(sku="n-1").name == "Other"


def test_a_discarded_file_leaves_no_rows_and_can_not_be_applied(product: Product) -> None:
    upload = hand_in_rows("products", ["sku", "name"], ["MUG-1", "Red"])

    assert steps.discard(upload.pk) is True
    assert steps.discard(upload.pk) is False
    with pytest.raises(steps.NotReady):
        steps.ask_to_apply(upload.pk, "ana")
    assert not UploadRow.objects.exists()
    assert not UploadContent.objects.exists()


def test_a_sweep_hints_at_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    hinted: list[int] = []
    monkeypatch.setattr(hints, "work", hinted.extend)
    upload = take("products", b"sku,name\nA,B\n")
    tasks.work_on_files()

    assert upload.pk in hinted


def test_a_file_that_is_refused_says_why_and_is_not_kept(db: None) -> None:
    upload = hand_in("products", b"sku,nmae\nA,B\n")

    assert upload.status == Status.FAILED
    assert "do you mean “name”" in upload.error
    assert not UploadContent.objects.exists()


def test_statements_do_not_grow_with_the_rows(
    django_assert_max_num_queries: object, warehouse: Warehouse
) -> None:
    made = make_products(1000)
    rows = [[each.sku, "main", 3] for each in made]
    content = csv_bytes(["sku", "warehouse", "quantity"], *rows)
    upload = take("opening_stock", content)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        working.work(upload.pk)
    steps.ask_to_apply(upload.pk, "ana")
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        working.work(upload.pk)

    upload.refresh_from_db()
    assert (upload.status, upload.applied) == (Status.DONE, 1000)
