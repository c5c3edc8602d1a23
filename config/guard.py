"""What a request is refused or led elsewhere for, before any page sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from config import problems

NUL = "\0"
API = "/api/"


class ProblemGuard:
    """Sees to it that a program hears of every error as a problem, whoever made it: an unknown
    host, a fault of ours, all have a page for people otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        is_page = answer.get("Content-Type", "").startswith("text/html")
        if answer.status_code >= 400 and is_page and request.path_info.startswith(API):
            return problems.in_place_of(answer.status_code)
        return answer


class NulGuard:
    """Answers 400 to an address with a NUL character: no record has one, and PostgreSQL, which
    can not even be asked for it, would raise deep inside a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _has_nul(request):
            if request.path_info.startswith(API):
                return problems.in_place_of(400)
            return render(request, "400.html", status=400)
        return self.get_response(request)


def _has_nul(request: HttpRequest) -> bool:
    """In the path or in the query."""
    query = request.META.get("QUERY_STRING", "")
    return NUL in request.path_info or NUL in unquote(query)


class DialogGuard:
    """Leads whoever opens an action's dialog as a page of its own (in a new tab, from a bookmark)
    to the object, where its button is: the dialog is a fragment for htmx, without any style."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Before a view is called: its answer, or None to go on."""
        if getattr(view, "dialog", None) is None or not _is_opened_as_page(request):
            return None
        options = view.model_admin.opts
        name = f"admin:{options.app_label}_{options.model_name}"
        if "object_id" in kwargs:
            return HttpResponseRedirect(reverse(f"{name}_change", args=[kwargs["object_id"]]))
        return HttpResponseRedirect(reverse(f"{name}_changelist"))


def _is_opened_as_page(request: HttpRequest) -> bool:
    """A browser that goes somewhere asks for HTML by name; a program need not say what it takes."""
    asks_for_html = "text/html" in request.headers.get("Accept", "")
    return request.method == "GET" and asks_for_html and "HX-Request" not in request.headers
