from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inventory.models import Product, Warehouse
from orders import commitments


class Command(BaseCommand):
    help = "Compare what orders hold with the ledger's quantity on orders; exits 1 on a difference."

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = commitments.differences()
        if not found:
            self.stdout.write("Orders and ledger agree: 0 differences.")
            return
        skus = dict(
            Product.objects.filter(pk__in=[row[0] for row in found]).values_list("pk", "sku")
        )
        codes = dict(Warehouse.objects.values_list("pk", "code"))
        for product_id, warehouse_id, held, committed in found:
            self.stdout.write(
                f"{skus[product_id]} at {codes[warehouse_id]}:"
                f" orders hold {held}, the ledger says {committed}"
            )
        raise CommandError(f"{len(found)} differences.")
