"""Starts a run for a person: asked for in the database, logged, and hinted at the broker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from channels.models import Channel
from desk import history
from desk.cells import list_of, page_of
from desk.errors import Refused
from desk.saying import gettext, ngettext
from syncjobs import hints, runner
from syncjobs.models import Run

SEND = "channels.send_communicated"


class NothingToSend(Refused):
    """None of the chosen products is communicated there."""

    code = "nothing_to_send"


class SenderMixin:
    """Actions that send numbers name the permission `send`; it is one of its own."""

    def has_send_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Whether the person may send numbers to channels by hand."""
        return request.user.has_perms([SEND])


def start(
    request: HttpRequest, channel: Channel, kind: Run.Kind, product_ids: Collection[int], words: str
) -> Run:
    """Ask for a run and write down who did. Call `announce` after the commit.

    Raises NothingToSend for chosen products that are none: a run would take that for all.
    """
    if kind == Run.Kind.BULK and not product_ids:
        raise NothingToSend(
            gettext("None of these products is communicated on %(channel)s.") % {"channel": channel}
        )
    with transaction.atomic():
        run = runner.request(
            channel, kind, sorted(product_ids), requested_by=request.user.get_username()
        )
        said = gettext("%(what)s (%(channel)s)") % {"what": words, "channel": channel}
        LogEntry.objects.log_actions(
            _user_id(request), [run], ADDITION, change_message=history.kept(said)
        )
    return run


def _user_id(request: HttpRequest) -> int:
    """Every page here is behind a login."""
    user_id = request.user.pk
    if user_id is None:
        raise PermissionDenied
    return user_id


def announce(request: HttpRequest, runs: Sequence[Run]) -> HttpResponse:
    """Wake the pusher, say what comes next, and show the run (or the list of just these)."""
    is_hinted = hints.give(sorted({run.channel_id for run in runs}))
    is_one = len(runs) == 1
    if is_hinted:
        text = ngettext(
            "Started: this page follows it.",
            "Started: this page follows these %(number)d runs.",
            len(runs),
        ) % {"number": len(runs)}
        level = messages.SUCCESS
    else:
        text = gettext("Queued: the broker does not answer, so it starts with the next sweep.")
        level = messages.WARNING
    messages.add_message(request, level, text)
    url = page_of(runs[0]) if is_one else _just(runs)
    if request.headers.get("HX-Request"):
        # A dialog was posted by htmx, which would swap a redirect's page into the dialog.
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _just(runs: Sequence[Run]) -> str:
    """The list of these runs alone, which follows them."""
    return list_of(Run, id__in=",".join(str(run.pk) for run in runs))
