"""Global profiles and selling lists at work: what a person changes about quantity rules, seen
before it is done, and followed by every listing that goes by them.
"""

from channels.selling.changing import assign, save, set_profile, update_quantities
from channels.selling.drafts import validate
from channels.selling.foreseeing import Foresight, Standing, foresee, foresee_mapping
from channels.selling.previewing import (
    Change,
    Preview,
    preview,
    preview_move,
    preview_profile,
)
from channels.selling.silencing import Left, Silenced
from channels.selling.verdicts import verdicts

__all__ = [
    "Change",
    "Foresight",
    "Left",
    "Preview",
    "Silenced",
    "Standing",
    "assign",
    "foresee",
    "foresee_mapping",
    "preview",
    "preview_move",
    "preview_profile",
    "save",
    "set_profile",
    "update_quantities",
    "validate",
    "verdicts",
]
