"""Finds the kinds of channels: every folder in `channels/adapters`, and installed packages.

A folder `<kind>` holds a module `adapter` that defines one `Adapter` whose `kind` is the folder's
name. Another package offers a kind by an entry point in the group `stockcast.adapters`:

    [project.entry-points."stockcast.adapters"]
    mykind = "my_package.adapter:MyAdapter"

Kinds are looked up when asked for, so no database migration ever names one.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from channels import adapters
from channels.contract import Adapter, ChannelError, Code

ENTRY_POINT_GROUP = "stockcast.adapters"

_temporary: dict[str, type[Adapter]] = {}


class BrokenAdapterError(Exception):
    """An installed adapter does not keep the convention above; its author must mend it."""


def get(kind: str) -> type[Adapter]:
    """The adapter of a kind. Raises ChannelError (CONFIGURATION) when it is not installed."""
    kinds = _all()
    if kind not in kinds:
        installed = ", ".join(sorted(kinds)) or "none"
        raise ChannelError(
            Code.CONFIGURATION,
            f"No kind of channel is called {kind!r}; installed: {installed}",
            permanent=True,
        )
    return kinds[kind]


def choices() -> list[tuple[str, str]]:
    """(kind, label) of every installed kind, by label; a callable for form and model fields."""
    pairs = [(kind, adapter.label) for kind, adapter in _all().items()]
    return sorted(pairs, key=lambda pair: pair[1].casefold())


@contextmanager
def temporarily(adapter: type[Adapter]) -> Iterator[type[Adapter]]:
    """Install an adapter, or replace an installed one, for the length of a `with` block."""
    before = dict(_temporary)
    _temporary[adapter.kind] = adapter
    try:
        yield adapter
    finally:
        _temporary.clear()
        _temporary.update(before)


def _all() -> Mapping[str, type[Adapter]]:
    return {**_installed(), **_temporary}


@cache
def _installed() -> Mapping[str, type[Adapter]]:
    found: dict[str, type[Adapter]] = {}
    for kind, adapter in [*_own(), *_foreign()]:
        if adapter.kind != kind:
            raise BrokenAdapterError(
                f"{adapter.__qualname__} is kind {adapter.kind!r}, not {kind!r}"
            )
        if kind in found:
            raise BrokenAdapterError(f"Two adapters claim the kind {kind!r}")
        found[kind] = adapter
    return found


def _own() -> Iterator[tuple[str, type[Adapter]]]:
    for folder in pkgutil.iter_modules(adapters.__path__):
        if folder.ispkg:
            yield (
                folder.name,
                _defined_in(importlib.import_module(f"{adapters.__name__}.{folder.name}.adapter")),
            )


def _foreign() -> Iterator[tuple[str, type[Adapter]]]:
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        loaded = entry_point.load()
        if not (inspect.isclass(loaded) and issubclass(loaded, Adapter)):
            raise BrokenAdapterError(f"Entry point {entry_point.value} is no Adapter")
        yield entry_point.name, loaded


def _defined_in(module: ModuleType) -> type[Adapter]:
    found = [
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, Adapter)
        and value.__module__ == module.__name__
        and not inspect.isabstract(value)
    ]
    if len(found) != 1:
        raise BrokenAdapterError(
            f"{module.__name__} must define one Adapter, it defines {len(found)}"
        )
    return found[0]
