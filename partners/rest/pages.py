"""Pages by keyset: each is found through an index, however far back, and none shifts while rows are
added."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

from partners.rest import words
from partners.rest.problems import wrong_parameter

_CURSOR = re.compile(words.CURSOR)
_LIMIT = re.compile("[1-9][0-9]{0,3}")
_FOLLOW = "This is no page of this list: follow the links that it gives."
DEFAULT = 100
LARGEST = 1000


class Pages(CursorPagination):
    """{"next": address or null, "previous": address or null, "results": [...]}.

    A view says its order in `ordering`, which must be unique (it ends with the primary key).
    """

    page_size = DEFAULT
    page_size_query_param = "limit"
    max_page_size = LARGEST
    parameters = frozenset({"limit", "cursor"})

    def get_page_size(self, request: Any) -> int:
        text = request.query_params.get("limit", str(DEFAULT))
        if _LIMIT.fullmatch(text) is None or int(text) > LARGEST:
            raise wrong_parameter("limit", f"Give a number from 1 to {LARGEST}.")
        return int(text)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        cursor = request.query_params.get("cursor")
        if cursor is not None and _CURSOR.fullmatch(cursor) is None:
            raise wrong_parameter("cursor", _FOLLOW)
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, ValidationError, DataError, OverflowError) as error:
            raise wrong_parameter("cursor", _FOLLOW, "no_page", 404) from error

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        order = view.ordering
        return (order,) if isinstance(order, str) else tuple(order)

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        header = ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)
        return Response({**links, "results": data}, headers={"Link": header} if header else None)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": DEFAULT}
        cursor = {"type": "string", "pattern": words.CURSOR}
        told = [
            ("limit", "How many rows a page has.", limit),
            ("cursor", "Which page: as `next` and `previous` have it, never made up.", cursor),
        ]
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": text,
                "schema": schema,
            }
            for name, text, schema in told
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }
