"""API keys: made and shown once, recognized by digest, replaced with overlap, revoked."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext

from partners import prepared, scopes
from partners.models import ApiKey, Partner

MARK = "sck"
"""What every key begins with, so that scanners of leaked secrets know one."""
PREFIX_LENGTH = 12
OVERLAP = timedelta(days=7)
_FORM = re.compile(rf"({MARK}_[0-9a-f]{{8}})_[0-9a-f]{{64}}")
_TOUCH = timedelta(minutes=1)


def issue(
    partner: Partner,
    name: str,
    allowed: Collection[str],
    *,
    expires_at: datetime | None = None,
    by: str = "",
    **columns: object,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is kept nowhere. Raises ValidationError with the fields."""
    prefix = f"{MARK}_{secrets.token_hex(4)}"
    text = f"{prefix}_{secrets.token_hex(32)}"
    key = ApiKey(
        partner=partner,
        name=name,
        prefix=prefix,
        digest=_digest(text),
        scopes=sorted(set(allowed)),
        expires_at=expires_at,
        created_by=by,
        **columns,
    )
    _demand_known(key.scopes)
    key.full_clean()
    key.save()
    return key, text


def recognize(text: str) -> ApiKey | None:
    """The usable key that this is, with its partner; None when it opens nothing. One query.

    256 random bits need no slow hash; the digests are compared in constant time.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    key = _find(match[1])
    if key is None or not secrets.compare_digest(key.digest, _digest(text)):
        return None
    return key if key.is_usable else None


def _find(prefix: str) -> ApiKey | None:
    """The key with its partner. Every call of the API asks this, so it is prepared: building and
    planning the statement took as long as all the rest of recognizing."""
    with prepared.cursor(1) as cursor:
        cursor.execute(_statement(), [prefix])
        row = cursor.fetchone()
    if row is None:
        return None
    own = len(_columns(ApiKey))
    key = ApiKey.from_db("default", _columns(ApiKey), row[:own])
    key.partner = Partner.from_db("default", _columns(Partner), row[own:])
    return key


@cache
def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - documented


@cache
def _statement() -> str:
    told = [f"key.{name}" for name in _columns(ApiKey)]
    told += [f"partner.{name}" for name in _columns(Partner)]
    return f"""
        SELECT {", ".join(told)} FROM {ApiKey._meta.db_table} key
        JOIN {Partner._meta.db_table} partner ON partner.id = key.partner_id
        WHERE key.prefix = %s
    """  # noqa: S608, SLF001 - names of our own tables and columns


def touch(key: ApiKey) -> None:
    """Note that it was used, at most once a minute: a write each time would cost too much."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > _TOUCH:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


@transaction.atomic
def rotate(key: ApiKey, *, overlap: timedelta = OVERLAP, by: str = "") -> tuple[ApiKey, str]:
    """A key with the same rights, and its text; the old one works for `overlap` more, never longer
    than it would have. Raises ValidationError for a key that opens nothing any more."""
    key.refresh_from_db(from_queryset=ApiKey.objects.select_for_update(no_key=True))
    if key.revoked_at is not None:
        raise ValidationError(
            gettext("This key is revoked: make a new one instead of replacing it.")
        )
    end = timezone.now() + overlap
    expires_at = key.expires_at
    key.expires_at = min(end, expires_at) if expires_at else end
    key.save(update_fields=["expires_at"])
    return issue(
        key.partner,
        key.name,
        key.scopes,
        expires_at=expires_at if expires_at and expires_at > end else None,
        by=by,
        replaces=key,
        requests_per_minute=key.requests_per_minute,
    )


def revoke(key: ApiKey) -> bool:
    """From now on it opens nothing. Returns whether it was revoked now."""
    unrevoked = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
    return bool(unrevoked.update(revoked_at=timezone.now()))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _demand_known(allowed: Collection[str]) -> None:
    known = {name for name, _ in scopes.choices()}
    if unknown := sorted(set(allowed) - known):
        raise ValidationError(
            {
                "scopes": gettext("There is no scope %(unknown)s: choose from the list.")
                % {"unknown": unknown[0]}
            }
        )
