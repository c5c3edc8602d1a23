"""A connected account: its adapter, the test of its connection, and its locations."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from channels import due, registry
from channels.contract import Adapter, ChannelError, Check, Connection, Meter
from channels.models import Channel, Location

_meter_of: Callable[[str], Meter] | None = None


def meter_by(make: Callable[[str], Meter]) -> None:
    """Have the calls of each account metered by what `make` returns for its name (see `account`).
    Called once, at start; without it each connection keeps a meter of its own."""
    global _meter_of  # noqa: PLW0603 - one process, one way to meter
    _meter_of = make


def connect(channel: Channel) -> Adapter:
    """The adapter for this account. Raises ChannelError when its kind is not installed."""
    values: dict[str, str] = channel.settings | channel.credentials
    adapter = registry.get(channel.kind)
    if _meter_of is None:
        return adapter(Connection(values))
    make, name = _meter_of, account(channel)
    return adapter(Connection(values, make(name), lambda operation: make(f"{name}:{operation}")))


def account(channel: Channel) -> str:
    """The same name for all channels that are connected to one account of a vendor, and so share
    its budget of calls. Raises ChannelError when the kind is not installed.

    Told by the settings that say where to; one that has a default says how, and secrets may be
    several for one account.
    """
    telling = {
        parameter.name: value
        for parameter in registry.get(channel.kind).parameters
        if not (parameter.is_secret or parameter.default)
        and (value := str(channel.settings.get(parameter.name) or "").strip())
    }
    told = hashlib.sha256(json.dumps(telling, sort_keys=True).encode()).hexdigest()
    return f"{channel.kind}:{told[:32]}"


def check(channel: Channel) -> Check:
    """Test the connection and load the channel's locations. All settings are kept as they are.

    Raises ChannelError, after noting the problem on the channel.
    """
    try:
        adapter = connect(channel)
        result = adapter.check()
        load_locations(channel, adapter)
    except ChannelError as error:
        note_problem(channel, error)
        raise
    clear_problem(channel)
    return result


def load_locations(channel: Channel, adapter: Adapter) -> None:
    """Bring our list of the channel's locations up to date. Mappings and switches stay; a location
    that is gone there is marked inactive, never deleted: receipts refer to it."""
    remote = {location.external_id: location for location in adapter.pull_locations()}
    with transaction.atomic():
        before = _active(channel)
        Location.objects.filter(channel=channel).exclude(external_id__in=remote).update(
            is_active=False
        )
        for location in remote.values():
            Location.objects.update_or_create(
                channel=channel,
                external_id=location.external_id,
                defaults={"name": location.name, "is_active": location.is_active},
            )
        due.create_levels(channel)
        if _active(channel) != before:  # what moved while a place was off was marked nowhere
            due.by_channel(channel)


def _active(channel: Channel) -> set[int]:
    return set(channel.locations.filter(is_active=True).values_list("pk", flat=True))


def note_problem(channel: Channel, error: ChannelError) -> None:
    """Keep what went wrong where the channel's page shows it."""
    Channel.objects.filter(pk=channel.pk).update(
        problem_code=error.code, problem=error.message, checked_at=timezone.now()
    )


def clear_problem(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(
        problem_code="", problem="", retry_at=None, checked_at=timezone.now()
    )


def invalid_settings(kind: str, values: dict[str, str]) -> dict[str, str]:
    """What is wrong with these connection settings: message by parameter name, empty when right."""
    problems = {}
    for parameter in registry.get(kind).parameters:
        value = values.get(parameter.name, "")
        if not value and parameter.is_required:
            problems[parameter.name] = gettext("%(parameter)s is required. %(help)s") % {
                "parameter": gettext(parameter.label),
                "help": gettext(parameter.help),
            }
        elif value and parameter.pattern and not re.fullmatch(parameter.pattern, value):
            problems[parameter.name] = gettext("This is not a valid %(parameter)s. %(help)s") % {
                "parameter": gettext(parameter.label),
                "help": gettext(parameter.help),
            }
    return problems
