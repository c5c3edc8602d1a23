"""What partners are told of a run. Counts are over all places of its channel, so they are told to
those who see all of them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from channels import reasons
from channels.models import Location
from inventory.models import Product
from partners import sight
from partners.rest.authentication import caller
from partners.rest.fields import Body, Record, Text, Units, Whole
from syncjobs.api.logs import Worded, public
from syncjobs.models import Run

COUNTS = ("total", "done", "percent", "sent", "unchanged", "skipped", "failed", "held")
FORESEEN = ("ups", "downs", "zeros", "unchanged", "unknown")
UNFINISHED = {Run.Status.QUEUED, Run.Status.RUNNING}


def _count(text: str) -> Units:
    return Units(read_only=True, allow_null=True, help_text=text)


class RunChangeTold(Body):
    """A number that would change at the channel."""

    sku = Text()
    location = Text(help_text="The channel's place.")
    location_id = serializers.IntegerField()
    before = Whole()
    after = Whole()


class RunPreviewTold(Body):
    """What a paused run was about to tell. Counts are listing levels; like `why` they are null when
    they would tell of places out of your sight."""

    why = Text(allow_null=True, help_text="Why it waits for approval.")
    ups = _count("Numbers that would rise.")
    downs = _count("Numbers that would fall, but not to 0.")
    zeros = _count("Numbers that would become 0.")
    unchanged = _count("Numbers that would stay.")
    unknown = _count("Levels whose stock was never counted.")
    top = RunChangeTold(many=True, help_text="The largest changes.")


class RunRecord(Record):
    """Counts are null when they would tell of places out of your sight."""

    channel = Text(source="channel.name", read_only=True)
    is_over = serializers.SerializerMethodField(help_text="Whether it has come to its end.")
    total = _count("Listing levels to look at.")
    done = _count("Of these, dealt with so far.")
    percent = serializers.SerializerMethodField(help_text="How far it is, 0 to 100.")
    sent = _count("Numbers told and accepted.")
    unchanged = _count("Already right.")
    skipped = _count("Passed over; the process logs say why.")
    failed = _count("Refused; the process logs say why.")
    held = _count("Zeros not told because they were too many at once.")
    error_advice = Worded(reasons.advice, "error_code", help_text="What to do about the error.")
    requested_by = serializers.SerializerMethodField(
        help_text="You, if you asked for it; null when it was somebody else, or nobody."
    )
    duration_ms = serializers.SerializerMethodField(
        help_text="Milliseconds that it took, or takes so far; null when it has not begun."
    )

    class Meta:
        model = Run
        fields = ["id", "channel", "channel_id", "kind", "trigger", "status", "is_over", *COUNTS]
        fields += ["error_code", "error", "error_advice", "requested_by", "created_at"]
        fields += ["started_at", "ended_at", "duration_ms"]
        read_only_fields = fields

    def to_representation(self, instance: Run) -> dict[str, Any]:
        told = super().to_representation(instance)
        if "error" in told:
            told["error"] = public(instance.error_code, instance.error)
        if told.keys() & set(COUNTS) and instance.channel_id in self.context["view"].hidden:
            told |= {name: None for name in COUNTS if name in told}
        return told

    def get_is_over(self, run: Run) -> bool:
        return run.status not in UNFINISHED

    def get_percent(self, run: Run) -> int | None:
        if run.total:
            return min(100, 100 * run.done // run.total)
        return 100 if self.get_is_over(run) else 0

    def get_requested_by(self, run: Run) -> str | None:
        is_own = caller(self.context["request"]).did(run.requested_by)
        return run.requested_by if is_own else None

    def get_duration_ms(self, run: Run) -> int | None:
        if run.started_at is None:
            return None
        return round(((run.ended_at or timezone.now()) - run.started_at).total_seconds() * 1000)


class RunDetail(RunRecord):
    """One run with what it is about. Counts are null when they would tell of places out of your
    sight."""

    skus = serializers.SerializerMethodField(help_text="Chosen products; empty means all.")
    preview = serializers.SerializerMethodField(
        help_text="What it was about to tell, if it was paused for approval."
    )

    class Meta(RunRecord.Meta):
        fields = [*RunRecord.Meta.fields, "skus", "preview"]
        read_only_fields = fields

    def get_skus(self, run: Run) -> list[str]:
        products = Product.objects.filter(pk__in=run.product_ids) if run.product_ids else []
        return sorted(product.sku for product in products)

    @extend_schema_field(RunPreviewTold(allow_null=True))
    def get_preview(self, run: Run) -> dict[str, Any] | None:
        if run.preview is None:
            return None
        view = self.context["view"]
        is_hidden = run.channel_id in view.hidden
        places = sight.seen(Location.objects.filter(channel=run.channel_id), view.partner)
        names = dict(places.values_list("pk", "name"))
        return {
            "why": None if is_hidden else run.preview["why"],
            **{name: None if is_hidden else run.preview[name] for name in FORESEEN},
            "top": [
                _change(change, names[change["location_id"]])
                for change in run.preview["top"]
                if change["location_id"] in names
            ],
        }


def _change(change: dict[str, Any], location: str) -> dict[str, Any]:
    told = {name: change[name] for name in ("sku", "location_id", "before", "after")}
    return {**told, "location": location}
