"""The registry finds every folder of adapters and every entry point, and says what it lacks."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from channels import adapters, registry
from channels.contract import Adapter, ChannelError, Code

FOLDERS = sorted(folder.name for folder in pkgutil.iter_modules(adapters.__path__))


def made(kind: str, label: str) -> type[Adapter]:
    return type("Made", (Adapter,), {"kind": kind, "label": label})


PLUGGED = made("plugged", "Plugged in")


@pytest.fixture
def fresh() -> Iterator[None]:
    """Adapters are found once per process; these tests change what there is to find."""
    registry._installed.cache_clear()
    yield
    registry._installed.cache_clear()


def offer(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    def entry_points(*, group: str) -> list[EntryPoint]:
        return [point for point in points if point.group == group]

    monkeypatch.setattr(registry, "entry_points", entry_points)


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, registry.ENTRY_POINT_GROUP)


def test_every_folder_of_adapters_is_a_kind() -> None:
    assert FOLDERS
    for kind in FOLDERS:
        assert registry.get(kind).kind == kind


def test_choices_are_pairs_of_kind_and_label() -> None:
    assert set(FOLDERS) <= {kind for kind, _ in registry.choices()}
    assert all(registry.get(kind).label == label for kind, label in registry.choices())


def test_an_unknown_kind_is_refused_with_the_names_of_the_installed_ones() -> None:
    with pytest.raises(ChannelError) as caught:
        registry.get("carrier_pigeon")
    assert (caught.value.code, caught.value.permanent) == (Code.CONFIGURATION, True)
    assert "carrier_pigeon" in caught.value.message
    assert all(kind in caught.value.message for kind in FOLDERS)


def test_an_adapter_can_be_installed_for_the_length_of_a_block() -> None:
    with registry.temporarily(made("loft", "Loft")) as adapter:
        assert registry.get("loft") is adapter
        assert ("loft", "Loft") in registry.choices()
        with registry.temporarily(made("loft", "Another loft")):
            assert ("loft", "Another loft") in registry.choices()
        assert registry.get("loft") is adapter
    with pytest.raises(ChannelError):
        registry.get("loft")


def test_a_temporary_adapter_goes_away_when_the_block_fails() -> None:
    with pytest.raises(ZeroDivisionError), registry.temporarily(made("loft", "Loft")):
        raise ZeroDivisionError
    assert "loft" not in dict(registry.choices())


@pytest.mark.usefixtures("fresh")
def test_another_package_offers_a_kind_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, point("plugged", f"{__name__}:PLUGGED"))
    assert registry.get("plugged") is PLUGGED
    assert ("plugged", "Plugged in") in registry.choices()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("name", "target", "complaint"),
    [
        ("other", "PLUGGED", "is kind 'plugged', not 'other'"),
        ("plugged", "FOLDERS", "is no Adapter"),
    ],
)
def test_an_entry_point_that_breaks_the_convention_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, target: str, complaint: str
) -> None:
    offer(monkeypatch, point(name, f"{__name__}:{target}"))
    with pytest.raises(registry.BrokenAdapterError, match=complaint):
        registry.choices()


@pytest.mark.usefixtures("fresh")
def test_two_adapters_of_one_kind_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = point("plugged", f"{__name__}:PLUGGED")
    offer(monkeypatch, twice, twice)
    with pytest.raises(registry.BrokenAdapterError, match="'plugged'"):
        registry.choices()
