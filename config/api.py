"""The partner API's addresses: each floor brings its own resources."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from channels.api import RESOURCES as CHANNELS
from config import docs
from config.problems import nothing_here
from inventory.api import RESOURCES as INVENTORY
from orders.api import RESOURCES as ORDERS
from partners.api import RESOURCES as PARTNERS
from partners.rest.views import Resource
from syncjobs.api import RESOURCES as SYNCJOBS

RESOURCES: list[tuple[str, type[Resource]]] = [
    *INVENTORY,
    *ORDERS,
    *CHANNELS,
    *SYNCJOBS,
    *PARTNERS,
]
router = SimpleRouter(trailing_slash=False)
for name, view in RESOURCES:
    router.register(name, view, basename=name)

urlpatterns = [
    path("v1/", include(router.urls)),
    path("schema", docs.Description.as_view(), name="api-schema"),
    path("docs", docs.Page.as_view(), name="api-docs"),
    re_path(r"^(?P<path>.*)$", nothing_here),
]
