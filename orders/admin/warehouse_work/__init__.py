"""Work at the packing table and at the dock, by scanner and keyboard alone."""

from typing import Any

from django.urls import path

from desk.lists import ModelAdmin
from orders.admin.warehouse_work.cross_docking import CrossDocking
from orders.admin.warehouse_work.notifying import Notifying
from orders.admin.warehouse_work.picking import Picking
from orders.admin.warehouse_work.queue import Queue

__all__ = ["Work"]


class Work(Queue, Picking, Notifying, CrossDocking, ModelAdmin):
    """Mixed into the admin of orders: the addresses of the work."""

    def get_urls(self) -> list[Any]:
        """Before the record's own pages, which would take any address for a record's."""
        pages = [
            ("ship/", self.ship_queue, "orders_work_ship"),
            ("ship/<int:order_id>/", self.pick, "orders_work_pick"),
            ("ship/<int:order_id>/lookup/", self.pick_lookup, "orders_work_pick_lookup"),
            ("asn/<int:order_id>/", self.notify, "orders_work_notify"),
            ("cross-dock/<int:purchase_order_id>/", self.cross_dock, "orders_work_crossdock"),
            (
                "cross-dock/<int:purchase_order_id>/lookup/",
                self.cross_dock_lookup,
                "orders_work_crossdock_lookup",
            ),
        ]
        urls = [
            path(f"work/{address}", self.admin_site.admin_view(view), name=name)
            for address, view, name in pages
        ]
        return [*urls, *super().get_urls()]
