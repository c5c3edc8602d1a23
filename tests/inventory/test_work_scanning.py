"""What a scanner reads becomes the product that bears it, or a refusal that says what to do."""

import pytest

from inventory import scanning
from inventory.errors import AmbiguousCode, InactiveProduct, UnknownCode
from tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "code",
    [
        "4006381333931",
        "  4006381333931\r\n",
        "]E04006381333931",
        "]C10104006381333931",
        "]d20104006381333931172601011012AB",
        "(01)04006381333931(10)LOT7",
        "04006381333931",
    ],
)
def test_one_number_is_found_however_it_was_read(code: str) -> None:
    mug = make_product(sku="MUG-1", barcode="4006381333931")

    assert scanning.find(code) == mug


def test_a_number_is_found_at_the_length_at_which_it_was_kept() -> None:
    upc = make_product(barcode="036000291452")

    assert scanning.find("0036000291452") == upc
    assert scanning.find("00036000291452") == upc


@pytest.mark.parametrize("code", ["MUG-1", "mug-1", " Mug-1 "])
def test_a_sku_is_found_whatever_its_case(code: str) -> None:
    mug = make_product(sku="MUG-1", barcode="4006381333931")

    assert scanning.find(code) == mug


def test_a_barcode_goes_before_a_sku() -> None:
    make_product(sku="12345670")
    labeled = make_product(barcode="12345670")

    assert scanning.find("12345670") == labeled


def test_a_barcode_of_several_products_is_refused_and_names_them() -> None:
    make_product(sku="RED", barcode="4006381333931")
    make_product(sku="BLUE", barcode="4006381333931")

    with pytest.raises(AmbiguousCode, match="BLUE, RED: type the SKU"):
        scanning.find("4006381333931")


def test_an_archived_product_gives_way_to_its_successor() -> None:
    make_product(barcode="4006381333931", is_active=False)
    now = make_product(barcode="4006381333931")

    assert scanning.find("4006381333931") == now


def test_an_archived_product_is_refused() -> None:
    make_product(sku="OLD", is_active=False)

    with pytest.raises(InactiveProduct, match="OLD is archived: activate"):
        scanning.find("old")


@pytest.mark.parametrize(
    "code", ["", "   ", "\x00", "]E0", "NO-SUCH", "9" * 5000, "a\x00b", "\ud800"]
)
def test_what_nothing_bears_is_refused_with_a_remedy(code: str) -> None:
    with pytest.raises(UnknownCode, match=r"scan again|check the label"):
        scanning.find(code)
