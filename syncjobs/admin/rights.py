"""What groups and people may do, to be read and ticked: no chooser of two lists, which neither a
keyboard nor a phone gets on with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.forms import CheckboxSelectMultiple
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from desk.readonly import ReadOnlyMixin

FLOORS = ["inventory", "orders", "channels", "syncjobs", "django_celery_beat", "partners", "auth"]
"""The order of the tables; those of others come after them."""
PARTS = {
    "inventory.purchaseorderline": True,
    "inventory.receipt": False,
    "inventory.stocktakeline": True,
    "inventory.transferline": True,
    "orders.asnline": True,
    "orders.salesorderline": True,
}
"""Kinds of record without a page of their own whose rights count on another one's; whether they are
written there, or seen alone."""
ACTED = {
    "channels.change_transmission",
    "inventory.add_movement",
    "partners.add_apikey",
    "partners.change_apikey",
    "partners.change_delivery",
    "partners.change_webhook",
    "syncjobs.change_oversell",
}
"""Rights to act on what nobody edits: by a button or a verb, not by a form."""
NAMES = {
    "channels.channelorder": _("orders from channels"),
    "channels.communicated": _("communicated quantities"),
    "channels.transmission": _("ASNs to channels"),
    "django_celery_beat.crontabschedule": _("timetables by the clock"),
    "django_celery_beat.intervalschedule": _("intervals"),
    "django_celery_beat.periodictask": _("schedules"),
}
"""What many of a kind are called here, where the models' own name would be no help."""
VERBS = {
    "view": pgettext_lazy("rights", "See"),
    "add": pgettext_lazy("rights", "Add"),
    "change": pgettext_lazy("rights", "Change"),
    "delete": pgettext_lazy("rights", "Delete"),
}
OWN = {"send_communicated": _("Confirm and send quantities to channels by hand")}
"""Rights that are not one of the four, in words; the database knows them in English alone."""


class Right(NamedTuple):
    """One box. `label` is said for the four verbs, and read beside all others."""

    pk: str
    label: str
    is_given: bool
    is_locked: bool


class Kind(NamedTuple):
    """A line: a kind of record, its four boxes (None where there is no such right), and others."""

    label: str
    verbs: list[Right | None]
    others: list[Right]


class Floor(NamedTuple):
    """A table, unfolded where something in it is given."""

    label: str
    kinds: list[Kind]
    given: int
    total: int


class Boxes(CheckboxSelectMultiple):
    """Boxes to tick. Those locked stay as they are, whatever is sent: `kept` are the ticked ones
    among them. Both hold keys as text."""

    locked: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """A browser does not send locked boxes."""
        given = super().value_from_datadict(data, files, name)
        return [*given, *sorted(self.kept.difference(given))]

    def ticked(self, value: Any) -> set[str]:
        """The keys of the boxes to show ticked."""
        return {str(each) for each in value or ()} - self.locked | self.kept


class Rights(Boxes):
    """Permissions as a table for each floor, a line for each kind of record that a person can mean.
    Its choices must come from a queryset of Permission with its content types."""

    def keep_unseen(self, given: Iterable[Permission]) -> None:
        """Of these, those that have no box stay given; they come with their content types."""
        self.kept |= {str(each.pk) for each in given if not is_meant(each)}

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        choices: Any = self.choices
        every = [pk.instance for pk, _label in choices if pk]
        meant = [each for each in every if is_meant(each)]
        ticked = self.ticked(value)
        unseen = len(ticked & {str(each.pk) for each in every if not is_meant(each)})
        context = {"name": name, "verbs": list(VERBS.values()), "id": (attrs or {}).get("id")}
        context |= {"floors": list(_floors(meant, ticked, self.locked)), "unseen": unseen}
        context["is_any_locked"] = any(str(each.pk) in self.locked for each in meant)
        return render_to_string("admin/auth/rights.html", context)


def is_meant(permission: Permission) -> bool:
    """Whether a page, or an action on one, asks for it. The others come with every table of the
    database, whether anybody sees it or not."""
    app, model = permission.content_type.app_label, permission.content_type.model_class()
    verb = permission.codename.partition("_")[0]
    if verb not in {"add", "change", "delete"} or f"{app}.{permission.codename}" in ACTED:
        return model is not None and (admin.site.is_registered(model) or _key(permission) in PARTS)
    if model is None or not admin.site.is_registered(model):
        return PARTS.get(_key(permission), False)
    return not isinstance(admin.site.get_model_admin(model), ReadOnlyMixin)


def _floors(
    permissions: Iterable[Permission], chosen: set[str], locked: frozenset[str]
) -> Iterable[Floor]:
    tables: dict[str, dict[str, list[Permission]]] = defaultdict(lambda: defaultdict(list))
    for each in permissions:
        tables[each.content_type.app_label][each.content_type.model].append(each)
    for app in sorted(tables, key=_place):
        kinds = [_kind(every, chosen, locked) for every in tables[app].values()]
        kinds.sort(key=lambda kind: kind.label.casefold())
        boxes = [box for kind in kinds for box in [*kind.verbs, *kind.others] if box]
        given = sum(box.is_given for box in boxes)
        yield Floor(str(apps.get_app_config(app).verbose_name), kinds, given, len(boxes))


def _place(app: str) -> tuple[int, str]:
    return (FLOORS.index(app) if app in FLOORS else len(FLOORS), app)


def _kind(permissions: list[Permission], chosen: set[str], locked: frozenset[str]) -> Kind:
    """The line of permissions that are all of one kind of record."""
    model = permissions[0].content_type.model
    boxes = {
        each.codename: Right(pk, label, pk in chosen, pk in locked)
        for each in permissions
        for pk, label in [(str(each.pk), spoken(each))]
    }
    verbs = [boxes.pop(f"{verb}_{model}", None) for verb in VERBS]
    return Kind(_label(permissions[0]), verbs, list(boxes.values()))


def spoken(permission: Permission) -> str:
    """A right in words that need nothing beside them."""
    verb, _sep, model = permission.codename.partition("_")
    if verb not in VERBS or model != permission.content_type.model:
        return own(permission)
    values = {"kind": _label(permission), "verb": VERBS[verb]}
    return pgettext("rights", "%(kind)s: %(verb)s") % values


def _label(permission: Permission) -> str:
    return capfirst(_plural(permission.content_type))


def _key(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.content_type.model}"


def own(permission: Permission) -> str:
    """A right that is none of the four, in words."""
    return str(OWN.get(permission.codename, permission.name))


class Roles(Boxes):
    """Groups, each with a line that says what it may do. Its choices must come from a queryset of
    Group with its permissions and their content types."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.ticked(value)
        choices: Any = self.choices
        groups = [pk.instance for pk, _label in choices if pk]
        roles = [
            (each, gettext(each.name), told(each), key in chosen, key in self.locked)
            for each in groups
            for key in [str(each.pk)]
        ]
        context = {"name": name, "id": (attrs or {}).get("id"), "roles": roles}
        return render_to_string("admin/auth/roles.html", context)


def told(group: Group) -> list[str]:
    """What its members may do, in a few sentences: the kinds of record that have pages."""
    work: set[str] = set()
    look: set[str] = set()
    special: list[str] = []
    for each in group.permissions.all():
        verb = each.codename.partition("_")[0]
        model = each.content_type.model_class()
        if verb not in VERBS:
            special.append(own(each))
        elif model and admin.site.is_registered(model):
            (look if verb == "view" else work).add(_plural(each.content_type))
    sentences = []
    if work:
        sentences.append(gettext("Works with %(kinds)s.") % {"kinds": _listed(work)})
    if look - work:
        sentences.append(gettext("Looks at %(kinds)s.") % {"kinds": _listed(look - work)})
    sentences += [f"{each}." for each in special]
    return sentences or [gettext("May do nothing yet.")]


def _plural(content_type: ContentType) -> str:
    """What many such records are called; the table's name where the kind is gone from the code."""
    if name := NAMES.get(f"{content_type.app_label}.{content_type.model}"):
        return str(name)
    model = content_type.model_class()
    if model is None:
        return str(content_type.model)
    return str(model._meta.verbose_name_plural)  # noqa: SLF001 - Django's documented API


def _listed(kinds: set[str]) -> str:
    return ", ".join(sorted(kinds, key=str.casefold))
