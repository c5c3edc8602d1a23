"""Counts and spans of time in words."""


def units(number: int) -> str:
    """A count of units."""
    return "1 unit" if number == 1 else f"{number} units"


def span(seconds: float) -> str:
    """How long something took, as exactly as it helps."""
    if seconds < 10:
        return f"{seconds:.3f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86_400:.0f} days"
