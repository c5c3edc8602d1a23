"""Global profiles and selling lists at work: what a person changes about quantity rules, seen
before it is done, and followed by every listing that goes by them.
"""

from channels.selling.changing import assign, save, set_profile, update_quantities
from channels.selling.drafts import validate
from channels.selling.previewing import (
    Change,
    Preview,
    preview,
    preview_move,
    preview_profile,
)

__all__ = [
    "Change",
    "Preview",
    "assign",
    "preview",
    "preview_move",
    "preview_profile",
    "save",
    "set_profile",
    "update_quantities",
    "validate",
]
