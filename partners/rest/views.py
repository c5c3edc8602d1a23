"""What all resources have in common: who may, what is seen, how it is asked and changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework import mixins
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from partners import sight
from partners.models import Partner
from partners.rest import repeats, tags
from partners.rest.authentication import caller
from partners.rest.filters import FilterBackend
from partners.rest.limits import Allowance
from partners.rest.pages import Pages
from partners.rest.parsing import StrictJson, demand_readable
from partners.rest.problems import Problem, wrong_parameter


class OnlyJson(BaseContentNegotiation):
    """Whatever a caller says it accepts, it gets the one form there is."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        found = next((each for each in parsers if each.media_type == kind), None)
        if found is None:
            detail = f"This is {kind or 'of no type'}: send application/json."
            raise Problem(415, "unsupported_media_type", detail)
        return found

    def select_renderer(
        self,
        _request: Request,
        renderers: Iterable[Any],
        format_suffix: str | None = None,
    ) -> Any:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class Resource(GenericViewSet):
    """A resource: rows that a partner may see. Every POST is answered once for its key.

    scope: its name in partners.scopes. ordering: unique, ends with the primary key. parameters:
    names of the query that the view itself reads, beside filters and pages. secret_actions: POSTs
    whose answers tell a secret.
    """

    scope: ClassVar[str]
    ordering: ClassVar[str | tuple[str, ...]] = "-id"
    parameters: ClassVar[frozenset[str]] = frozenset()
    secret_actions: ClassVar[frozenset[str]] = frozenset()
    filter_backends = [FilterBackend]
    pagination_class = Pages
    content_negotiation_class = OnlyJson
    metadata_class = None
    parser_classes = [StrictJson]
    lookup_value_regex = r"[0-9]{1,18}"
    allowance: Allowance | None = None

    @property
    def partner(self) -> Partner:
        """Who calls."""
        return caller(self.request).partner

    @property
    def actor(self) -> str:
        """Who calls, as ledger and documents write it down."""
        return str(caller(self.request))

    @property
    def posting_key(self) -> str:
        """What makes a posting of this request the only one, also when its answer is forgotten."""
        return f"partner:{self.partner.pk}:{repeats.key_digest(self.request)}"

    def get_queryset(self) -> QuerySet[Any]:
        """The rows that the caller may see."""
        return sight.seen(super().get_queryset(), self.partner)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Checks key, scope, limit and parameters; then lets no POST be done twice."""
        super().initial(request, *args, **kwargs)
        self._demand_known_parameters(request)
        if request.method == "POST":
            # DRF asks for the handler after this.
            is_secret = self.action in self.secret_actions
            handler: repeats.Handler = getattr(self, "post")  # noqa: B009 - set by as_view
            self.post = partial(repeats.answer_once, handler, is_secret=is_secret)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Adds what is left of the key's allowance."""
        if self.allowance is not None:
            for name, value in self.allowance.headers.items():
                response[name] = value
        response.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)

    def http_method_not_allowed(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> Any:
        """405, with the methods that there are."""
        allowed = [name for name in self.allowed_methods if name != "OPTIONS"]
        raise Problem(
            405,
            "method_not_allowed",
            f"{request.method} is not possible here: {', '.join(allowed)}.",
            headers={"Allow": ", ".join(allowed)},
        )

    def _demand_known_parameters(self, request: Request) -> None:
        known = self._known_parameters()
        demand_readable(request)
        for name, values in request.query_params.lists():
            if name not in known:
                names = ", ".join(sorted(known)) or "none"
                raise wrong_parameter(name, f"There is no such parameter: {names}.", "unknown")
            if len(values) > 1:
                raise wrong_parameter(name, "Give it once.", "repeated")
            if not values[0].strip():
                raise wrong_parameter(name, "Give it a value, or leave it out.", "blank")

    def _known_parameters(self) -> frozenset[str]:
        if self.action == "list":
            filters = getattr(self, "filterset_class", None)
            names = frozenset(filters.base_filters) if filters else frozenset()
            return names | Pages.parameters | {"fields"} | self.parameters
        if self.action == "retrieve":
            return frozenset({"fields"}) | self.parameters
        return frozenset()

    def chosen_fields(self) -> frozenset[str] | None:
        """The names in `fields`, None for all. Raises Problem for one that there is not."""
        text = self.request.query_params.get("fields")
        if text is None:
            return None
        chosen = frozenset(text.split(","))
        known = getattr(self.get_serializer(), "fields", {})
        if unknown := sorted(chosen - set(known)):
            names = ", ".join(known)
            raise wrong_parameter("fields", f"There is no field {unknown[0]!r}: {names}.")
        return chosen


class Listed(mixins.ListModelMixin):
    """GET of a list, by pages; `fields` chooses what is told of each."""

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer[Any]:
        serializer: Any = super().get_serializer(*args, **kwargs)  # type: ignore[misc]
        if kwargs.get("many") and (chosen := self.chosen_fields()) is not None:  # type: ignore[attr-defined]
            for name in set(serializer.child.fields) - chosen:
                serializer.child.fields.pop(name)
        return cast("BaseSerializer[Any]", serializer)


class Retrieved:
    """GET of one, with its ETag."""

    def retrieve(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """One of them; 304 when the caller has it already."""
        view: Any = self
        chosen = view.chosen_fields()
        data = view.get_serializer(view.get_object()).data
        tag = tags.tag_of(data)
        if tags.is_known(request, tag):
            return Response(status=304, headers={"ETag": tag})
        if chosen is not None:
            data = {name: value for name, value in data.items() if name in chosen}
        return Response(data, headers={"ETag": tag})


class Made:
    """POST of a new one: `make(values)` does it and returns the row."""

    def create(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Make one."""
        view: Any = self
        serializer = view.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        answer: Response = view.told(view.make(serializer.validated_data), status=201)
        return answer


class Changed:
    """PATCH of what is still as the caller saw it: `change(row, values)` does it.

    The row is locked while it is compared, so of two who saw the same state one is refused.
    """

    def partial_update(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Change some of its fields."""
        view: Any = self
        with transaction.atomic():
            row = locked(view)
            serializer = view.get_serializer(row, data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            view.change(row, serializer.validated_data)
            answer: Response = view.told(row)
        return answer


class Removed:
    """DELETE of what is still as the caller saw it: `remove(row)` does it."""

    def destroy(self, _request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Delete it."""
        view: Any = self
        with transaction.atomic():
            view.remove(locked(view))
        return Response(status=204)


class Told:
    """Answers with a row as it is now."""

    def told(self, row: Model, status: int = 200, *, is_repeat: bool = False) -> Response:
        """The row, read anew, with its ETag; with its address when it is new. is_repeat: what was
        asked for had been done under the request's key before, and nothing happened now."""
        view: Any = self
        fresh = view.get_queryset().get(pk=row.pk)
        data = view.get_serializer(fresh).data
        headers = {"ETag": tags.tag_of(data)}
        if status == 201:
            headers["Location"] = view.reverse_action("detail", args=[row.pk])
        if is_repeat:
            headers |= repeats.REPLAYED
        return Response(data, status, headers=headers)


def locked(view: Any) -> Any:
    """The row that the address names, locked, if it is as the caller saw it (If-Match)."""
    view.get_object()  # 404 before anything is locked
    rows = view.get_queryset().select_related(None).prefetch_related(None)
    free = rows.order_by().select_for_update(no_key=True, of=["self"])
    held = get_object_or_404(free, pk=view.kwargs["pk"])  # it may be deleted meanwhile
    row = get_object_or_404(view.get_queryset(), pk=held.pk)
    tags.demand_match(view.request, tags.tag_of(view.get_serializer(row).data))
    return row


Values = Mapping[str, Any]
Verb = Callable[[Any], object]


class Readable(Listed, Retrieved, Told, Resource):
    """GET of a list and of one."""


class Editable(Listed, Retrieved, Made, Changed, Told, Resource):
    """GET, POST, PATCH."""
