from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class ApiKey(models.Model):
    """A key that a partner calls with. Only its digest is kept: the key is shown once, when made.

    Written by partners.keys alone.
    """

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="keys")
    name = models.CharField(
        max_length=80, help_text=_("What it is for, for example: nightly import.")
    )
    prefix = models.CharField(max_length=16, unique=True, help_text=_("How the key begins."))
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    requests_per_minute = models.PositiveIntegerField(
        default=600, validators=[MinValueValidator(1)], help_text=_("More are refused for a while.")
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: it never does."))
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(
        null=True, blank=True, help_text=_("To the minute; empty: never.")
    )
    replaces = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="replacements",
        help_text=_("The key that it was made for by rotation."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.CharField(max_length=150, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("API key")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_usable(self) -> bool:
        """Whether it opens anything now. Its partner must be active, too."""
        is_expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not is_expired and self.partner.is_active
