"""What a person's second factor is kept as, and whether a code is one of it.

A confirmed TOTPDevice is the factor; a StaticDevice holds what is left of its recovery codes, as
digests: whoever reads the database finds no code to use.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
APP, RECOVERY = "App", "Recovery codes"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are read as another."""


def of(user: AbstractBaseUser) -> TOTPDevice | None:
    """The factor that is switched on, if any."""
    return TOTPDevice.objects.filter(user=user.pk, confirmed=True).first()


def has_one(user: AbstractBaseUser) -> bool:
    """Whether the person must give a code to log in."""
    return bool(TOTPDevice.objects.filter(user=user.pk, confirmed=True).exists())


def codes_left(user: AbstractBaseUser) -> int:
    """How many recovery codes were not used yet."""
    return int(StaticToken.objects.filter(device__user=user.pk).count())


def verify(user: AbstractBaseUser, code: str) -> Device | None:
    """The device that takes this code; a code is taken once, and wrong ones make it wait."""
    given = re.sub(r"[\s-]", "", code).lower()
    if re.fullmatch(r"[0-9]{6}", given):
        device: Device | None = of(user)
        token = given
    else:
        device = StaticDevice.objects.filter(user=user.pk, confirmed=True).first()
        token = _digest(given)
    return verify_token(user, device.persistent_id, token) if device and given else None


@transaction.atomic
def begin(user: AbstractBaseUser) -> TOTPDevice:
    """A new factor that counts only once it is confirmed; one begun before is forgotten."""
    TOTPDevice.objects.filter(user=user.pk, confirmed=False).delete()
    return TOTPDevice.objects.create(user_id=user.pk, name=APP, confirmed=False)


def begun(user: AbstractBaseUser) -> TOTPDevice | None:
    """What waits to be confirmed."""
    return TOTPDevice.objects.filter(user=user.pk, confirmed=False).first()


@transaction.atomic
def confirm(user: AbstractBaseUser, code: str) -> TOTPDevice | None:
    """Switch the begun factor on, if the code shows that the app has it; instead of any other."""
    device = TOTPDevice.objects.select_for_update().filter(user=user.pk, confirmed=False).first()
    if device is None or not device.verify_token(re.sub(r"\s", "", code)):
        return None
    TOTPDevice.objects.filter(user=user.pk).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return device


@transaction.atomic
def new_codes(user: AbstractBaseUser) -> list[str]:
    """Ten recovery codes, instead of those there were. They can not be shown again."""
    StaticDevice.objects.filter(user=user.pk).delete()
    device = StaticDevice.objects.create(user_id=user.pk, name=RECOVERY)
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=_digest(code)) for code in codes
    )
    return ["-".join(re.findall("....", code)) for code in codes]


@transaction.atomic
def remove(user: AbstractBaseUser) -> bool:
    """Switch it off, recovery codes and all. Returns whether there was one."""
    StaticDevice.objects.filter(user=user.pk).delete()
    return bool(TOTPDevice.objects.filter(user=user.pk).delete()[0])


def _digest(code: str) -> str:
    """As stored: 96 bits of SHA-256 in 16 characters. A code's own 79 bits are too many to try."""
    return base64.urlsafe_b64encode(hashlib.sha256(code.encode()).digest()[:12]).decode()
