"""What lists and pages of partners show alike."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone
from django.utils.safestring import SafeString

from desk.cells import badge
from desk.saying import gettext
from partners import scopes
from partners.models import ApiKey

EVERYTHING = {name for name, _ in scopes.choices()}


def key_state(key: ApiKey) -> SafeString:
    """Whether a key opens anything, and if not, why."""
    if key.revoked_at:
        return badge("danger", gettext("Revoked"))
    if key.expires_at and key.expires_at <= timezone.now():
        return badge("warning", gettext("Expired"))
    if not key.partner.is_active:
        return badge("", gettext("Partner is off"))
    return badge("success", gettext("In use") if key.last_used_at else gettext("Ready"))


def rights(allowed: Collection[str]) -> str:
    """What a key may do, in a few words."""
    known = EVERYTHING & set(allowed)
    if known == EVERYTHING:
        return gettext("Everything")
    reads = [name.partition(":")[0] for name in known if name.endswith(":read")]
    writes = [name.partition(":")[0] for name in known if name.endswith(":write")]
    if not known:
        return gettext("Nothing")
    parts = [_reads(reads), _writes(writes)]
    return "; ".join(part for part in parts if part)


def _reads(names: list[str]) -> str:
    if len(names) > 3:
        return gettext("read %(number)d resources") % {"number": len(names)}
    return gettext("read %(resources)s") % {"resources": _labels(names)} if names else ""


def _writes(names: list[str]) -> str:
    if len(names) > 3:
        return gettext("write %(number)d resources") % {"number": len(names)}
    return gettext("write %(resources)s") % {"resources": _labels(names)} if names else ""


def _labels(names: list[str]) -> str:
    every = (str(scopes.RESOURCES[name].label) for name in names)
    return ", ".join(sorted(label.partition(" (")[0].lower() for label in every))
