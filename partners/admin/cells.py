"""What lists and pages of partners show alike."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone
from django.utils.safestring import SafeString

from desk.cells import badge
from partners import scopes
from partners.models import ApiKey

EVERYTHING = {name for name, _ in scopes.choices()}


def key_state(key: ApiKey) -> SafeString:
    """Whether a key opens anything, and if not, why."""
    if key.revoked_at:
        return badge("danger", "Revoked")
    if key.expires_at and key.expires_at <= timezone.now():
        return badge("warning", "Expired")
    if not key.partner.is_active:
        return badge("", "Partner is off")
    return badge("success", "In use" if key.last_used_at else "Ready")


def rights(allowed: Collection[str]) -> str:
    """What a key may do, in a few words."""
    known = EVERYTHING & set(allowed)
    if known == EVERYTHING:
        return "Everything"
    reads = [name.partition(":")[0] for name in known if name.endswith(":read")]
    writes = [name.partition(":")[0] for name in known if name.endswith(":write")]
    if not known:
        return "Nothing"
    parts = [_some("read", reads), _some("write", writes)]
    return "; ".join(part for part in parts if part)


def _some(verb: str, names: list[str]) -> str:
    if len(names) > 3:
        return f"{verb} {len(names)} resources"
    labels = sorted(scopes.RESOURCES[name].label.partition(" (")[0].lower() for name in names)
    return f"{verb} {', '.join(labels)}" if labels else ""
