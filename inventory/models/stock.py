"""Stock levels and the movements they are the sum of. Only inventory.ledger writes either."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from inventory.models.product import Product
from inventory.models.warehouse import Warehouse


class State(models.TextChoices):
    """Where a unit is, or what is promised of it."""

    ON_HAND = "on_hand", "In stock"
    COMMITTED = "committed", "On orders"
    INCOMING = "incoming", "Incoming"
    STAGED = "staged", "Staged"


class Reason(models.TextChoices):
    """Why a movement happened; one per verb of the ledger."""

    OPENING = "opening", "Opening stock"
    RECEIVE = "receive", "Received"
    PUT_AWAY = "put_away", "Put away"
    STAGE = "stage", "Received to staging"
    EXPECT = "expect", "Expected from supplier"
    ADJUST = "adjust", "Adjusted"
    COUNT = "count", "Counted"
    TRANSFER = "transfer", "Transferred"
    PRODUCE = "produce", "Produced"
    CONSUME = "consume", "Consumed in production"
    SHIP = "ship", "Shipped"
    RETURN = "return", "Returned by customer"
    COMMIT = "commit", "Promised to an order"
    RELEASE = "release", "Promise released"
    MIRROR = "mirror", "Read at its source"
    FORGET = "forget", "Not tracked at its source"


class StockLevel(models.Model):
    """What one warehouse holds of one product: always the sum of its movements.

    A level is *known* once anything was counted or moved into it; until then its quantity in
    stock is unknown, which is not 0.
    """

    product = models.ForeignKey(Product, models.PROTECT, related_name="levels")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="levels")
    on_hand = models.IntegerField("quantity in stock", default=0)
    committed = models.IntegerField("quantity on orders", default=0)
    incoming = models.IntegerField(default=0)
    staged = models.IntegerField(default=0)
    available = models.GeneratedField(
        verbose_name="quantity at hand",
        expression=F("on_hand") - F("committed"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    is_known = models.BooleanField(
        "known", default=False, help_text="Something was counted or moved here."
    )
    # A copy of the warehouse's switch, so that the database itself can refuse: a check constraint
    # sees one row only. warehousing.allow_negative keeps both in step.
    can_go_negative = models.BooleanField(default=False)

    class Meta:
        ordering = ["product_id", "warehouse_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "warehouse"], name="one_level_per_product_and_warehouse"
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0) | Q(can_go_negative=True), name="on_hand_not_negative"
            ),
            models.CheckConstraint(condition=Q(committed__gte=0), name="committed_not_negative"),
            models.CheckConstraint(condition=Q(incoming__gte=0), name="incoming_not_negative"),
            models.CheckConstraint(condition=Q(staged__gte=0), name="staged_not_negative"),
        ]
        indexes = [models.Index(fields=["warehouse", "product"], name="level_by_warehouse")]

    def __str__(self) -> str:
        return f"{self.product_id}@{self.warehouse_id}"


class Movement(models.Model):
    """One immutable line of the ledger."""

    # movement_by_level serves what the keys' own indexes would, so a posting need not write those.
    product = models.ForeignKey(Product, models.PROTECT, related_name="movements", db_index=False)
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, related_name="movements", db_index=False
    )
    state = models.CharField(max_length=10, choices=State.choices)
    delta = models.IntegerField("change")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    note = models.CharField(max_length=255, blank=True, help_text="The reason in a person's words.")
    document = models.CharField(
        max_length=80, blank=True, help_text="What caused it, for example SO-1042 or PO-7."
    )
    actor = models.CharField(max_length=150, blank=True)
    key = models.CharField(max_length=120, help_text="Posting again under this key does nothing.")
    line = models.IntegerField(help_text="Position within the posting, from 0.")
    bundle = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="The bundle that these units are a part of.",
    )
    occurred_at = models.DateTimeField("happened at")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "line"], name="one_movement_per_key_and_line"),
            models.CheckConstraint(
                condition=~Q(delta=0) | Q(reason__in=[Reason.COUNT, Reason.MIRROR, Reason.FORGET]),
                name="only_a_count_may_change_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "warehouse", "id"], name="movement_by_level"),
            models.Index(fields=["document"], name="movement_by_document"),
            models.Index(fields=["recorded_at"], name="movement_by_time"),
            models.Index(
                fields=["bundle"], condition=Q(bundle__isnull=False), name="movement_by_bundle"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="movements_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d} {self.state} of {self.product_id} at {self.warehouse_id}"
