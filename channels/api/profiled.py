"""What goes by a global profile names it to those who see it; to others it is null."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import append_meta

from channels import sight
from channels.models import Profile
from partners.rest.fields import Text, Whole
from partners.rest.views import Resource


class Profiled(Resource):
    """A resource that names profiles."""

    @cached_property
    def seen_profiles(self) -> frozenset[int] | None:
        """Ids of the profiles in sight, asked for once; None for all."""
        return sight.profiles(self.partner)

    def sees_profile(self, pk: int | None) -> bool:
        """Whether the caller sees the profile of this id; None: nobody knows which it was."""
        return self.seen_profiles is None or pk in self.seen_profiles


class ProfileName(Text):
    """A profile by name. Told as null out of sight, though null can not be given."""

    def to_representation(self, value: Profile) -> str | None:  # type: ignore[override]
        return value.name if self.context["view"].sees_profile(value.pk) else None


class ProfileId(Whole):
    """A profile by id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value: int) -> int | None:  # type: ignore[override]
        return value if self.context["view"].sees_profile(value) else None


class NameSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Answers may tell null where bodies may not."""

    target_class = ProfileName

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Any:
        map_field = auto_schema._map_serializer_field  # noqa: SLF001 - as its documentation has it
        schema = map_field(self.target, direction, bypass_extensions=True)
        if direction == "request":
            return schema
        return append_meta(schema, {"nullable": True})
