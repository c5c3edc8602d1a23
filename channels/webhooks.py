"""Where channels tell us something: proven, stored and answered at once; looked into afterwards.

Anything but 2xx makes a vendor repeat, so no notice is answered 200 that is not in the database.
"""

from __future__ import annotations

import logging
import time

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from channels import notices
from channels.contract import ChannelError, Code
from channels.models import Channel

LARGEST_BODY = 5 * 1024 * 1024
"""Bytes. Notices are some kilobytes; an order of hundreds of lines is below one megabyte."""
QUIET_SECONDS = 60.0
"""A refusal of the same kind is logged at most so often for each channel and process."""
STATUSES = {Code.FORGED: 401, Code.BAD_REQUEST: 400}
UNAVAILABLE = 503

logger = logging.getLogger(__name__)
_said_at: dict[tuple[int, int], float] = {}


@csrf_exempt
@require_POST
def receive(request: HttpRequest, hook_key: str) -> HttpResponse:
    """Take a notice in. 404 for a channel there is not, 411 and 413 for a body of unknown or undue
    size, 401 for a wrong signature, 400 for nonsense, 503 when it could not be stored."""
    try:
        channel = Channel.objects.filter(hook_key=hook_key, is_active=True).first()
        if channel is None or not notices.hears(channel):
            return _answer(404)
        refusal = _refuse_size(request)
        return _answer(refusal) if refusal else _take(channel, request)
    except DatabaseError:
        logger.exception("A webhook could not be stored")
        return _answer(UNAVAILABLE)


def _refuse_size(request: HttpRequest) -> int:
    """A status, or 0: judged by what was announced, before anything is read."""
    announced = request.META.get("CONTENT_LENGTH", "")
    if not (announced.isascii() and announced.isdecimal()):
        return 411
    return 413 if int(announced) > LARGEST_BODY else 0


def _take(channel: Channel, request: HttpRequest) -> HttpResponse:
    try:
        # Not request.body: its limit is that of the admin's forms.
        notices.receive(channel, request.headers, request.read(LARGEST_BODY))
    except UnreadablePostError:
        return _answer(400)
    except ChannelError as error:
        status = STATUSES.get(error.code, UNAVAILABLE)
        _warn(channel, status, error)
        return _answer(status)
    return _answer(200)


def _answer(status: int) -> HttpResponse:
    """Empty, so that nothing is learned from it beyond its status."""
    return HttpResponse(status=status, content_type="text/plain")


def _warn(channel: Channel, status: int, error: ChannelError) -> None:
    now = time.monotonic()
    if now - _said_at.get((channel.pk, status), -QUIET_SECONDS) >= QUIET_SECONDS:
        _said_at[channel.pk, status] = now
        if status == STATUSES[Code.FORGED]:
            Channel.objects.filter(pk=channel.pk).update(hooks_refused_at=timezone.now())
        logger.warning("A webhook of %s was answered %s: %s", channel, status, error)
