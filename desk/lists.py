"""What every list and page of the admin is made of."""

from __future__ import annotations

from typing import Any

import unfold.admin
import unfold.views
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from desk import history
from desk.fields import WholeNumbersMixin
from desk.paging import BoundedPaginator


class ChangeList(unfold.views.ChangeList):
    """Base of every list."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._addresses: dict[tuple[str, str], str] = {}
        super().__init__(request, *args, **kwargs)

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Made once for each: the headings are asked for again with every row."""
        asked = (repr(new_params), repr(remove))
        if asked not in self._addresses:
            self._addresses[asked] = super().get_query_string(new_params, remove)
        return self._addresses[asked]


class TabularInline(WholeNumbersMixin, unfold.admin.TabularInline):
    """Base of every table of records within another's page."""


class ModelAdmin(WholeNumbersMixin, unfold.admin.ModelAdmin):
    """A list that stays quick at millions of rows: counted no further than people read.

    `empty_hint` says what would fill it while it is empty."""

    paginator: Any = BoundedPaginator
    show_full_result_count = False
    # A screenful: rows cost more to make than to find, and twice as many take twice as long.
    list_per_page = 25
    empty_hint: Any = ""
    is_counted_in_rows = False
    """Where the list's title says what it is for, and not what its rows are."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """What our own sentences say, each reader is told in his language."""
        return super().log_addition(request, obj, _kept(message))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As log_addition."""
        return super().log_change(request, obj, _kept(message))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """In the language of whoever reads it."""
        answer = super().history_view(request, object_id, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data:
            for entry in answer.context_data["action_list"]:
                entry.change_message = history.told(entry)
        return answer

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """A list that makes its headings' addresses once."""
        return ChangeList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, saying what its actions would take."""
        answer = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data:
            shown = answer.context_data.get("cl")
            if shown is not None:
                answer.context_data |= _selection(shown)
        return answer


def _kept(message: Any) -> Any:
    return history.kept(message) if isinstance(message, str) else message


def _selection(shown: Any) -> dict[str, str]:
    """In words: what is chosen by “all”. It is all that the search and the filters leave, however
    many rows are shown; so nobody takes the number shown for the number that is changed."""
    told = getattr(shown.paginator, "told", str(shown.result_count))
    is_narrowed = bool(shown.query or shown.has_active_filters)
    name = str(shown.opts.verbose_name_plural)
    if getattr(shown.model_admin, "is_counted_in_rows", False):
        name = gettext("rows")
    values = {"number": told, "name": name}
    if is_narrowed:
        offer = gettext("Select all %(number)s %(name)s that the search and the filters leave")
        chosen = gettext("All %(number)s %(name)s that the search and the filters leave")
    else:
        offer = gettext("Select all %(number)s %(name)s: nothing is filtered")
        chosen = gettext("All %(number)s %(name)s: nothing is filtered")
    return {"select_all_note": offer % values, "selection_note_all": chosen % values}
