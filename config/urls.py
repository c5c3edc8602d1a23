"""Routes: the admin is the product; `/` leads there."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from channels import webhooks


def live(_request: HttpRequest) -> HttpResponse:
    """Answers when the web process serves; touches no database, so it tells nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("live", live, name="live"),
    # Browsers look here for pages that name no icon, such as plain text.
    path("favicon.ico", RedirectView.as_view(url=static("stockcast/favicon.svg")), name="favicon"),
    path("hooks/<str:hook_key>/", webhooks.receive, name="hook"),
    path("admin/", admin.site.urls),
]
