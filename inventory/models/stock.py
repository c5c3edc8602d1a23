"""Stock levels and the movements they are the sum of. Only inventory.ledger writes either."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from inventory.models.product import Product
from inventory.models.warehouse import Warehouse


class State(models.TextChoices):
    """Where a unit is, or what is promised of it."""

    ON_HAND = "on_hand", _("In stock")
    COMMITTED = "committed", _("On orders")
    INCOMING = "incoming", _("Incoming")
    STAGED = "staged", _("Staged")


class Reason(models.TextChoices):
    """Why a movement happened; one per verb of the ledger."""

    OPENING = "opening", _("Opening stock")
    RECEIVE = "receive", _("Received")
    PUT_AWAY = "put_away", _("Put away")
    STAGE = "stage", _("Received to staging")
    EXPECT = "expect", _("Expected from supplier")
    ADJUST = "adjust", _("Adjusted")
    COUNT = "count", _("Counted")
    TRANSFER = "transfer", _("Transferred")
    PRODUCE = "produce", _("Produced")
    CONSUME = "consume", _("Consumed in production")
    SHIP = "ship", _("Shipped")
    RETURN = "return", _("Returned by customer")
    COMMIT = "commit", _("Promised to an order")
    RELEASE = "release", _("Promise released")
    MIRROR = "mirror", _("Read at its source")
    FORGET = "forget", _("Not tracked at its source")


SELDOM_STATES = [State.INCOMING.value, State.STAGED.value]
SELDOM_REASONS = [
    each.value
    for each in Reason
    if each not in {Reason.COMMIT, Reason.RELEASE, Reason.SHIP, Reason.RECEIVE}
]


class StockLevel(models.Model):
    """What one warehouse holds of one product: always the sum of its movements.

    A level is *known* once anything was counted or moved into it; until then its quantity in
    stock is unknown, which is not 0.
    """

    # No index of one column: a planner that takes the table for empty finds it as good as the pair,
    # and then looks through all levels of a warehouse for each product.
    product = models.ForeignKey(Product, models.PROTECT, related_name="levels", db_index=False)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="levels", db_index=False)
    on_hand = models.IntegerField(_("quantity in stock"), default=0)
    committed = models.IntegerField(_("quantity on orders"), default=0)
    incoming = models.IntegerField(default=0)
    staged = models.IntegerField(default=0)
    available = models.GeneratedField(
        verbose_name=_("quantity at hand"),
        expression=F("on_hand") - F("committed"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    # Of its own, so that an index over few levels does not have to be told of every movement.
    is_short = models.GeneratedField(
        expression=Q(on_hand__lte=F("committed")),  # type: ignore[arg-type] # Django takes it
        output_field=models.BooleanField(),
        db_persist=True,
    )
    is_known = models.BooleanField(
        _("known"), default=False, help_text=_("Something was counted or moved here.")
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
        indexes = [
            models.Index(fields=["warehouse", "product"], name="level_by_warehouse"),
            models.Index(fields=["product"], condition=Q(is_short=True), name="level_short"),
            models.Index(fields=["product"], condition=Q(is_known=False), name="level_unknown"),
            models.Index(fields=["product"], condition=Q(staged__gt=0), name="level_staged"),
            models.Index(
                fields=["product", "warehouse"],
                condition=Q(available__lt=0),
                name="level_backordered",
            ),
        ]

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
    delta = models.IntegerField(_("change"))
    reason = models.CharField(max_length=10, choices=Reason.choices)
    note = models.CharField(
        max_length=255, blank=True, help_text=_("The reason in a person's words.")
    )
    document = models.CharField(
        max_length=80, blank=True, help_text=_("What caused it, for example SO-1042 or PO-7.")
    )
    actor = models.CharField(max_length=150, blank=True)
    key = models.CharField(
        max_length=120, help_text=_("Posting again under this key does nothing.")
    )
    line = models.IntegerField(help_text=_("Position within the posting, from 0."))
    bundle = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("The bundle that these units are a part of."),
    )
    occurred_at = models.DateTimeField(_("happened at"))
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
            # The reasons and states of most lines are found soon enough without an index, and
            # their postings must not pay for one.
            models.Index(
                fields=["reason", "-id"],
                condition=Q(reason__in=SELDOM_REASONS),
                name="movement_by_reason",
            ),
            models.Index(
                fields=["state", "-id"],
                condition=Q(state__in=SELDOM_STATES),
                name="movement_by_state",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="movements_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d} {self.state} of {self.product_id} at {self.warehouse_id}"
