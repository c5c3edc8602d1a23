"""Which language an answer speaks: a person's own, or English for whatever is no person."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

ENGLISH = ("/api/", "/hooks/", "/live")
"""Addresses that programs call: partners compare texts, and channels log them."""


class SpokenLanguage(LocaleMiddleware):
    """Pages follow the person's choice (a cookie), else their browser. For programs neither
    changes a word, and no cache need tell answers apart."""

    def process_request(self, request: HttpRequest) -> None:
        """Choose before any view; what comes after this speaks it, too."""
        if _is_english(request):
            translation.activate(settings.LANGUAGE_CODE)
        else:
            super().process_request(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Say which language it is, and what that depends on."""
        if _is_english(request):
            return response
        patch_vary_headers(response, ["Cookie"])
        return super().process_response(request, response)


def _is_english(request: HttpRequest) -> bool:
    return request.path_info.startswith(ENGLISH)
