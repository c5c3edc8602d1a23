"""Reading JSON input of the control interface: each refusal names the field and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any


class FormError(Exception):
    """Input that can not be used."""

    def __init__(self, field: str, message: str, remedy: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.remedy = remedy


REQUIRED = object()


class Form:
    """One JSON object; `path` is where it stands, for messages."""

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, dict):
            raise FormError(path or "body", "is not a JSON object", "Send an object: {…}.")
        self.value: Mapping[str, Any] = value
        self.path = path

    def name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def only(self, known: Collection[str]) -> None:
        """Refuse keys nobody reads: a misspelt one would silently do nothing."""
        for key in self.value:
            if key not in known:
                raise FormError(
                    self.name(key), "is unknown here", f"Use only: {', '.join(sorted(known))}."
                )

    def text(self, key: str, default: Any = REQUIRED) -> str:
        found: str = self._read(key, default, "a text", lambda value: isinstance(value, str))
        return found

    def whole(self, key: str, default: Any = REQUIRED) -> int:
        found: int = self._read(key, default, "a whole number", _is_whole)
        return found

    def number(self, key: str, default: Any = REQUIRED) -> float:
        found: float = self._read(
            key, default, "a number", lambda value: _is_whole(value) or isinstance(value, float)
        )
        return found

    def flag(self, key: str, default: Any = REQUIRED) -> bool:
        found: bool = self._read(
            key, default, "true or false", lambda value: isinstance(value, bool)
        )
        return found

    def choice(self, key: str, choices: Collection[str], default: Any = REQUIRED) -> str:
        wanted = f"one of {', '.join(choices)}"
        found: str = self._read(key, default, wanted, lambda value: value in choices)
        return found

    def count(self, key: str, default: int | None) -> int | None:
        """A whole number from 0 up, or null."""
        found: int | None = self._read(
            key,
            default,
            "a whole number from 0 up, or null",
            lambda value: value is None or (_is_whole(value) and value >= 0),
        )
        return found

    def optional(self, key: str, read: Callable[[str], Any]) -> Any:
        """None when the key is absent or null, else what `read` makes of it."""
        return None if self.value.get(key) is None else read(key)

    def forms(self, key: str) -> list[Form]:
        """A list of objects, not empty."""
        rows = self._read(key, REQUIRED, "a list", lambda value: isinstance(value, list))
        if not rows:
            raise FormError(self.name(key), "is empty", "Give at least one object.")
        return [Form(row, f"{self.name(key)}[{index}]") for index, row in enumerate(rows)]

    def fail(self, key: str, message: str, remedy: str) -> FormError:
        return FormError(self.name(key), message, remedy)

    def _read(self, key: str, default: Any, wanted: str, fits: Callable[[Any], bool]) -> Any:
        if key not in self.value:
            if default is REQUIRED:
                raise FormError(self.name(key), "is missing", f"Give {wanted}.")
            return default
        if not fits(self.value[key]):
            raise FormError(
                self.name(key), f"can not be {self.value[key]!r:.80}", f"Give {wanted}."
            )
        return self.value[key]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
