from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class Answer(models.Model):
    """What a request was answered, kept so that its repetition is answered the same and done once.

    Written by partners.rest.repeats in the transaction that does the work: a row that can be seen
    has its answer.
    """

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255, help_text=_("The request's Idempotency-Key."))
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of method, path and body."))
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    is_sealed = models.BooleanField(db_default=False, help_text=_("It tells a secret: encrypted."))
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["partner", "key"], name="one_answer_per_partner_key")
        ]

    def __str__(self) -> str:
        return self.key
