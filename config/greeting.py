"""What the login page of a demo says beyond a login form."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from syncjobs import demo


def fill(_request: HttpRequest) -> dict[str, Any]:
    """The demo's logins, for the admin's context; nothing unless this is a demo."""
    if not settings.STOCKCAST_DEMO:
        return {}
    return {"demo_logins": demo.LOGINS, "demo_password": demo.PASSWORD}
