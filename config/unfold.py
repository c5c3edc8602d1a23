"""How the admin looks and what its menu offers."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

_INDIGO = {
    "50": "oklch(96.2% .018 272.314)",
    "100": "oklch(93% .034 272.788)",
    "200": "oklch(87% .065 274.039)",
    "300": "oklch(78.5% .115 274.713)",
    "400": "oklch(67.3% .182 276.935)",
    "500": "oklch(58.5% .233 277.117)",
    "600": "oklch(51.1% .262 276.966)",
    "700": "oklch(45.7% .24 277.023)",
    "800": "oklch(39.8% .195 277.366)",
    "900": "oklch(35.9% .144 278.697)",
    "950": "oklch(25.7% .09 281.288)",
}


def environment(_request: HttpRequest) -> list[str] | None:
    """The mark beside the site's name: nobody should take a demo for the real stock."""
    return [gettext("Demo"), "info"] if settings.STOCKCAST_DEMO else None


def _asset(path: str) -> Callable[[HttpRequest], str]:
    return lambda _request: static(path)


def _may_look(app: str, model: str) -> Callable[[HttpRequest], bool]:
    def allowed(request: HttpRequest) -> bool:
        return request.user.has_perms([f"{app}.view_{model}"])

    return allowed


def _entry(title: Any, icon: str, label: str) -> dict[str, Any]:
    """A menu entry for a model's list, shown to those who may view it."""
    app, model = label.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may_look(app, model),
    }


def _group(title: Any, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(entries)}


_DASHBOARD = {
    "title": _("Dashboard"),
    "icon": "space_dashboard",
    "link": reverse_lazy("admin:index"),
}

NAVIGATION = [
    {"items": [_DASHBOARD]},
    _group(
        _("Inventory"),
        {
            "title": _("Warehouse work"),
            "icon": "barcode_scanner",
            "link": reverse_lazy("work"),
            "permission": "inventory.admin.warehouse_work.landing.may_work",
        },
        _entry(_("Products"), "sell", "inventory.product"),
        _entry(_("Communicate inventory to external sources"), "campaign", "channels.communicated"),
        _entry(_("Stock levels"), "inventory_2", "inventory.stocklevel"),
        _entry(_("Ledger"), "receipt_long", "inventory.movement"),
        _entry(_("Purchase orders"), "local_shipping", "inventory.purchaseorder"),
        _entry(_("Stocktakes"), "fact_check", "inventory.stocktake"),
        _entry(_("Transfers"), "move_down", "inventory.transfer"),
        _entry(_("Warehouses"), "warehouse", "inventory.warehouse"),
        _entry(_("Files in and out"), "swap_vert", "syncjobs.upload"),
    ),
    _group(
        _("Sales"),
        _entry(_("Orders"), "shopping_cart", "orders.salesorder"),
        _entry(_("ASNs"), "outbox", "orders.asn"),
        _entry(_("From channels"), "move_to_inbox", "channels.channelorder"),
        _entry(_("ASNs to channels"), "outgoing_mail", "channels.transmission"),
    ),
    _group(
        _("Channels"),
        _entry(_("Channels"), "storefront", "channels.channel"),
        _entry(_("Locations"), "location_on", "channels.location"),
        _entry(_("Listings"), "list_alt", "channels.listing"),
        _entry(_("Selling lists"), "playlist_add_check", "channels.sellinglist"),
        _entry(_("Global profiles"), "rule", "channels.profile"),
        _entry(_("Publications"), "verified", "channels.publication"),
        _entry(_("Notices"), "notifications", "channels.notice"),
    ),
    _group(
        _("Sync"),
        _entry(_("Runs"), "sync", "syncjobs.run"),
        _entry(_("Process logs"), "article", "syncjobs.processlog"),
        _entry(_("Drift"), "compare_arrows", "syncjobs.finding"),
        _entry(_("Oversell cases"), "crisis_alert", "syncjobs.oversell"),
        _entry(_("Schedules"), "schedule", "django_celery_beat.periodictask"),
    ),
    _group(
        _("Partners"),
        _entry(_("Partners"), "handshake", "partners.partner"),
        _entry(_("API keys"), "key", "partners.apikey"),
        _entry(_("Webhooks"), "webhook", "partners.webhook"),
        _entry(_("Deliveries"), "outbound", "partners.delivery"),
    ),
    _group(
        _("People"),
        _entry(_("Users"), "person", "auth.user"),
        _entry(_("Groups"), "group", "auth.group"),
    ),
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Stockcast",
    "SITE_HEADER": "Stockcast",
    "SITE_SUBHEADER": _("One truth about stock"),
    "SITE_SYMBOL": "cell_tower",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": _asset("stockcast/favicon.svg")}
    ],
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "8px",
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": "config.unfold.environment",
    "GLOBAL_CALLBACK": "config.greeting.fill",
    "DASHBOARD_CALLBACK": "syncjobs.admin.dashboard.fill",
    "LOGIN": {"form": "config.login.LoginForm"},
    "ACCOUNT": {
        "navigation": [{"title": _("Second factor"), "link": reverse_lazy("second-factor")}]
    },
    "COLORS": {"primary": _INDIGO},
    "STYLES": [_asset("stockcast/stockcast.css")],
    "SCRIPTS": [_asset("stockcast/labels.js")],
    "SIDEBAR": {"show_search": True, "navigation": NAVIGATION},
}
