"""The kinds of files: each floor registers its own, and none knows those of the floors above."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from import_export.resources import Resource

from inventory.files.rows import Doing, Row

_KINDS: dict[str, Kind] = {}


class Kind(ABC):
    """One kind of file: its columns, and what its rows mean.

    `keys` are the columns that together name what a row is about; `required` those that a file must
    have. `permissions` are all needed to upload or apply one, `seen_by` to write one out.
    """

    code: ClassVar[str]
    label: ClassVar[Any]
    about: ClassVar[Any]
    resource: ClassVar[type[Resource]]
    keys: ClassVar[tuple[str, ...]]
    required: ClassVar[tuple[str, ...]]
    permissions: ClassVar[tuple[str, ...]]
    seen_by: ClassVar[str]
    example: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        self._resource = self.resource()

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in their order."""
        return list(self._resource.get_export_headers())

    def cells(self, record: Any) -> list[str]:
        """A record as the file writes it."""
        return [str(cell) for cell in self._resource.export_resource(record)]

    def parse(self, number: int, raw: dict[str, str]) -> Row:
        """Read the cells of a row; what can not be read is a problem of the row."""
        row, cells = Row(number, raw), SimpleNamespace()
        try:
            self._resource.import_instance(cells, raw)
        except ValidationError as error:
            for column, messages in error.message_dict.items():
                row.refuse(column, messages[0])
        row.values = vars(cells)
        return row

    def name_of(self, raw: dict[str, str]) -> tuple[str, ...]:
        """What the row is about, the same for rows that are about the same."""
        return tuple(raw.get(column, "").strip().upper() for column in self.keys)

    @abstractmethod
    def lock(self, rows: Sequence[Row]) -> None:
        """Hold still what judging these rows looks at, in primary-key order, until the end of the
        transaction."""

    @abstractmethod
    def judge(self, rows: Sequence[Row]) -> None:
        """Say of each row what it would change now; a handful of statements for all. Rows that have
        a problem already are left alone."""

    @abstractmethod
    def write(self, rows: Sequence[Row], doing: Doing) -> None:
        """Do what these judged and locked rows say. Raises Refused, and then nothing was done."""

    @abstractmethod
    def records(self, chosen: QuerySet[Any]) -> QuerySet[Any]:
        """What is written out of these rows of a list, as `cells` takes it."""


def register(kind: Kind) -> None:
    """Make a kind known; called at start."""
    _KINDS[kind.code] = kind


def every() -> Iterable[Kind]:
    """All kinds, those of the lowest floor first."""
    return _KINDS.values()


def get(code: str) -> Kind:
    """A kind by its code. Raises KeyError."""
    return _KINDS[code]


def sound(rows: Iterable[Row]) -> list[Row]:
    """The rows without a problem."""
    return [row for row in rows if not row.problems]
