from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.files import kinds


class Upload(models.Model):
    """A file that somebody wants applied: checked first, applied when they say so.

    Counters are rows of the file. `checked` is how far the check got, in rows that are not blank;
    `applied`, `conflicts` and `refused` together how far applying did.
    """

    class Status(models.TextChoices):
        CHECKING = "checking", _("Checking")
        READY = "ready", _("Ready to apply")
        APPLYING = "applying", _("Applying")
        DONE = "done", _("Done")
        FAILED = "failed", _("Refused")
        DISCARDED = "discarded", _("Discarded")

    key = models.CharField(
        max_length=64, unique=True, help_text=_("Handing in again under this key does nothing.")
    )
    kind = models.CharField(_("kind"), max_length=20)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.CHECKING
    )
    file_name = models.CharField(_("file"), max_length=255)
    size = models.PositiveIntegerField(_("size"), help_text=_("Bytes."))
    encoding = models.CharField(_("encoding"), max_length=10, blank=True)
    how = models.CharField(max_length=40, blank=True, help_text=_("How the file was read."))
    language = models.CharField(max_length=10, help_text=_("In which it is told what is wrong."))
    uploaded_by = models.CharField(_("uploaded by"), max_length=150)
    applied_by = models.CharField(_("applied by"), max_length=150, blank=True)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text=_("Times in a row that work on it began and got nowhere.")
    )
    total = models.PositiveIntegerField(_("rows"), default=0)
    checked = models.PositiveIntegerField(_("checked"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    same = models.PositiveIntegerField(_("unchanged"), default=0)
    errors = models.PositiveIntegerField(_("with errors"), default=0)
    warned = models.PositiveIntegerField(_("to look at"), default=0)
    applied = models.PositiveIntegerField(_("applied"), default=0)
    conflicts = models.PositiveIntegerField(_("conflicts"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    told = models.JSONField(
        default=list, blank=True, help_text=_("Channels and how many listing levels it touches.")
    )
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked to apply at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("file")
        verbose_name_plural = _("files in and out")
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(status__in=["checking", "applying"]),
                name="upload_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"UP-{self.pk}"

    @property
    def kind_label(self) -> Any:
        """What its kind is called; the code itself where the kind is gone."""
        try:
            return kinds.get(self.kind).label
        except KeyError:
            return self.kind

    @property
    def to_apply(self) -> int:
        """Rows that would change something."""
        return self.new + self.changed

    @property
    def done(self) -> int:
        """Rows that applying dealt with so far."""
        return self.applied + self.conflicts + self.refused


class UploadContent(models.Model):
    """The file's bytes, apart from the upload so that no list reads them; gone when it is over."""

    upload = models.OneToOneField(Upload, models.CASCADE, primary_key=True, related_name="content")
    data = models.BinaryField()

    def __str__(self) -> str:
        return str(self.upload_id)


class UploadRow(models.Model):
    """A row that would change something, or can not be applied; of the others only the number is
    known. Kept without foreign keys to what it names: it says what was seen then."""

    class Effect(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        ERROR = "error", _("Error")

    class Outcome(models.TextChoices):
        WAITING = "", _("Not applied")
        APPLIED = "applied", _("Applied")
        CONFLICT = "conflict", _("Changed meanwhile")
        REFUSED = "refused", _("Refused")

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    effect = models.CharField(_("effect"), max_length=7, choices=Effect.choices)
    cells = models.JSONField(help_text=_("The row's cells by column."))
    changes = models.JSONField(default=list, help_text=_("Column, old and new of each change."))
    problems = models.JSONField(default=list, help_text=_("Column, value and why, of each error."))
    warning = models.TextField(_("warning"), blank=True)
    product_id = models.BigIntegerField(null=True, blank=True)
    place_id = models.BigIntegerField(null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=8, choices=Outcome.choices, blank=True, default=Outcome.WAITING
    )
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "number"], name="one_row_per_upload_and_number"
            )
        ]
        indexes = [
            models.Index(fields=["upload", "effect", "number"], name="upload_row_by_effect"),
            models.Index(
                fields=["upload", "number"],
                condition=Q(outcome="", effect__in=["new", "changed"]),
                name="upload_row_waiting",
            ),
            models.Index(
                fields=["upload", "outcome", "number"],
                condition=Q(outcome__in=["conflict", "refused"]),
                name="upload_row_skipped",
            ),
            models.Index(
                fields=["upload", "number"],
                condition=~Q(warning=""),
                name="upload_row_warned",
            ),
        ]

    def __str__(self) -> str:
        return f"UP-{self.upload_id}, {self.number}"
