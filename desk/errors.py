"""What a person or a partner is refused. Every floor's refusals derive from this one."""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):  # noqa: N818 - the word a person reads
    """A request that makes no sense now. Nothing was changed.

    `code` is stable and machine-readable, `field` names the input to correct ("" when none); the
    message names field and remedy.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
