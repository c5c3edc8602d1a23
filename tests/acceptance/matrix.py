"""Who may open and do what in the admin. A page or an action that is not written here fails.

M: warehouse manager, C: CSM, S: stock communicator, P: partner, A: administrator. Who is in no
group may do nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GROUPS = {"M": "Warehouse manager", "C": "CSM", "S": "Stock communicator", "P": "Partner"}
ROLES = [*GROUPS, "A", "nobody"]


@dataclass(frozen=True)
class Row:
    """see: list, record and history. pages: those beyond Django's own, by the last part of their
    name. actions: those of the list, for chosen records."""

    see: str
    add: str = ""
    change: str = ""
    delete: str = ""
    pages: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)

    def may(self, page: str) -> str:
        """Who may open this page; nobody one that is not written here."""
        own = {"changelist": self.see, "change": self.see, "history": self.see}
        return (own | {"add": self.add, "delete": self.delete} | dict(self.pages)).get(page, "")


MATRIX: dict[str, Row] = {
    "auth.group": Row(see="A", add="A", change="A", delete="A"),
    "auth.user": Row(
        see="A", add="A", change="A", pages={"password_change": "A", "take_second_factor": "A"}
    ),
    "channels.channel": Row(
        see="CSA",
        add="A",
        change="A",
        pages={
            "check_connection": "A",
            "choose_profile": "CA",
            "compare_now": "SA",
            "hard_sync": "SA",
            "load_locations": "A",
            "send_new": "SA",
            "show_unmapped": "A",
        },
    ),
    "channels.channelorder": Row(see="CSA"),
    "channels.communicated": Row(
        see="MCSPA",
        pages={"confirm_and_send_this": "SA", "export": "MCSPA"},
        actions={"confirm_and_send": "SA"},
    ),
    "channels.listing": Row(
        see="CSA",
        change="CA",
        pages={"export": "CSA"},
        actions={
            "hold_back": "CA",
            "let_go": "CA",
            "put_into_list": "CA",
            "tick": "CA",
            "untick": "CA",
            "match_again": "SA",
            "update_quantities": "SA",
        },
    ),
    "channels.location": Row(see="CSA", change="A"),
    "channels.notice": Row(see="CSA"),
    "channels.profile": Row(see="MCSA", add="CA", change="CA", delete="CA"),
    "channels.publication": Row(see="CSA"),
    "channels.sellinglist": Row(
        see="MCSA",
        add="CA",
        change="CA",
        delete="CA",
        pages={"add_listings": "CA", "see_listings": "CSA", "update_list": "SA"},
    ),
    "channels.transmission": Row(
        see="CSA", pages={"send_this_again": "CA"}, actions={"send_again": "CA"}
    ),
    "django_celery_beat.crontabschedule": Row(see="A", add="A", change="A", delete="A"),
    "django_celery_beat.intervalschedule": Row(see="A", add="A", change="A", delete="A"),
    "django_celery_beat.periodictask": Row(
        see="A",
        add="A",
        change="A",
        delete="A",
        actions={"disable_tasks": "A", "enable_tasks": "A", "run_tasks": "A", "toggle_tasks": "A"},
    ),
    "inventory.movement": Row(see="MCA"),
    "inventory.product": Row(
        see="MCSPA",
        add="MA",
        change="MCA",
        delete="A",
        pages={
            "adjust": "MA",
            "adjust_stock": "MA",
            "export": "MCSPA",
            "foretell": "MA",
            "label": "MCSPA",
            "record_production": "MA",
        },
        actions={
            "activate": "MA",
            "archive": "MA",
            "exclude_from_sync": "MA",
            "include_in_sync": "MA",
            "tick": "CA",
            "untick": "CA",
            "sync_to_channel": "SA",
        },
    ),
    "inventory.purchaseorder": Row(
        see="MCA",
        add="MA",
        change="MA",
        pages={
            "close_short": "MA",
            "open_order": "MA",
            "put_away": "MA",
            "receipt": "MCA",
            "receive_direct": "MA",
            "receive_scanned": "MA",
            "receive_staged": "MA",
            "receiving_code": "MA",
        },
        # Of drafts alone, and the one in the gallery is open.
        actions={"delete_selected": "MA"},
    ),
    "inventory.stocklevel": Row(see="MCSPA", pages={"export": "MCSPA"}),
    "inventory.stocktake": Row(
        see="MCA",
        add="MA",
        change="MA",
        pages={
            "add_stocked": "MA",
            "cancel_stocktake": "MA",
            "close_stocktake": "MA",
            "count_scanned": "MA",
            "count_sheet": "MCA",
            "counting_code": "MA",
            "export": "MCA",
            "review_counts": "MCA",
        },
    ),
    "inventory.transfer": Row(
        see="MCA",
        add="MA",
        change="MA",
        delete="MA",
        pages={
            "dispatch_units": "MA",
            "fill_scanned": "MA",
            "filling_code": "MA",
            "in_one_step": "MA",
            "receive_scanned": "MA",
            "receive_units": "MA",
            "summary": "MCA",
        },
    ),
    "inventory.warehouse": Row(see="MCSPA", add="MA", change="MA", delete="A"),
    "orders.asn": Row(
        see="MCA",
        change="MA",
        pages={"chosen": "MA", "send": "MA"},
        actions={"send_chosen": "MA"},
    ),
    "orders.salesorder": Row(
        see="MCA",
        add="A",
        change="MCA",
        pages={
            "archive_order": "MCA",
            "cancel_order": "MCA",
            "chosen": "MCA",
            "clear": "MCA",
            "dispatch_order": "MCA",
            "draft_asn": "MA",
            "send_asns": "MA",
            "ship": "MA",
            "take_back": "MA",
            "unarchive_order": "MCA",
            "work_crossdock": "MA",
            "work_crossdock_lookup": "MA",
            "work_notify": "MA",
            "work_pick": "MA",
            "work_pick_lookup": "MA",
            "work_ship": "MA",
        },
        actions={
            "archive": "MCA",
            "cancel": "MCA",
            "close": "MCA",
            "dispatch_elsewhere": "MCA",
            "unarchive": "MCA",
        },
    ),
    "partners.apikey": Row(see="CA", pages={"revoke": "A", "rotate": "A"}),
    "partners.delivery": Row(
        see="CA", pages={"send_again": "A"}, actions={"send_chosen_again": "A"}
    ),
    "partners.partner": Row(see="CA", add="A", change="A", pages={"new_key": "A"}),
    "partners.webhook": Row(
        see="CA", pages={"disable": "A", "enable": "A", "ping": "A", "rotate_secret": "A"}
    ),
    "syncjobs.finding": Row(see="CSA", pages={"mend_this": "SA"}, actions={"mend": "SA"}),
    "syncjobs.oversell": Row(see="CSA", pages={"close_case": "CA"}, actions={"close_cases": "CA"}),
    "syncjobs.processlog": Row(
        see="CSA",
        pages={"reason": "CSA", "reasons": "CSA", "retry_this": "SA"},
        actions={"retry": "SA"},
    ),
    "syncjobs.run": Row(see="CSA", pages={"decide": "SA", "progress": "CSA", "progresses": "CSA"}),
    "syncjobs.upload": Row(
        see="MCA",
        add="MCA",
        pages={
            "apply": "MA",
            "discard": "MA",
            "progress": "MA",
            "refused": "MA",
            "template": "MCA",
        },
    ),
}
