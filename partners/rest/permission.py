"""Whether a key may do this: reading needs `<resource>:read`, all else `<resource>:write`."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from partners.rest.authentication import Caller
from partners.rest.problems import Problem


class HasScope(BasePermission):
    """The view names its resource in `scope`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        who: object = request.user
        if not isinstance(who, Caller):
            raise NotAuthenticated("Give a key: Authorization: Bearer sck_…")
        if view.action is None:  # no scope would help
            view.http_method_not_allowed(request)
        needed = scope_of(view, str(request.method))
        if needed not in who.key.scopes:
            raise Problem(403, "missing_scope", f"This key may not do this: it needs {needed}.")
        return True


def scope_of(view: Any, method: str) -> str:
    """The scope that a method of a view needs."""
    return f"{view.scope}:{'read' if method in SAFE_METHODS else 'write'}"
