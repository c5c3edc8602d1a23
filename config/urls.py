"""Routes: the admin is the product; `/` leads there."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from channels import webhooks
from config import login
from config.second_factor import asking, pages


def live(_request: HttpRequest) -> HttpResponse:
    """Answers when the web process serves; touches no database, so it tells nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("live", live, name="live"),
    # Browsers look here for pages that name no icon, such as plain text.
    path("favicon.ico", RedirectView.as_view(url=static("stockcast/favicon.svg")), name="favicon"),
    path("language/", set_language, name="set_language"),
    path("hooks/<str:hook_key>/", webhooks.receive, name="hook"),
    path("api/", include("config.api")),
    # Before the admin's own pages, which these stand in for or are added to.
    path("admin/login/", login.log_in),
    path("admin/login/code/", asking.code, name="login-code"),
    path("admin/second-factor/", admin.site.admin_view(pages.second_factor), name="second-factor"),
    path("admin/inventory/warehouse-work/", include("inventory.admin.warehouse_work.urls")),
    path("admin/", admin.site.urls),
]
