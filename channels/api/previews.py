"""What a change of a profile would tell, told to a partner."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

from partners.rest.fields import Body, Text, Units, Whole

PREVIEWS = [
    OpenApiExample("Five kept back", {"buffer": 5}, request_only=True),
    OpenApiExample("Told again", {"is_update_asked": True}, request_only=True),
]


class ChangeTold(Body):
    """One number that would change."""

    sku = Text()
    channel = Text()
    location = Text()
    before = Whole(allow_null=True, help_text="Null: what the channel shows is not known.")
    after = Whole(allow_null=True, help_text="Null: its number would be taken away.")


class ProfilePreview(Body):
    """Places by what would become of their numbers; together they are total."""

    total = Units()
    ups = Units(help_text="More than is shown now.")
    downs = Units(help_text="Fewer, but not 0.")
    zeros = Units(help_text="Nothing to buy any more.")
    first = Units(help_text="It is not known what is shown now.")
    cleared = Units(help_text="The number is taken away.")
    unchanged = Units()
    unknown = Units(help_text="Nothing can be told, for want of known stock.")
    left_alone = Units(help_text="Told once already, until an update is asked for.")
    risk = Units(help_text="Units offered beyond what is at hand, by a rule that tells once.")
    changes = ChangeTold(many=True, help_text="The largest twenty.")
