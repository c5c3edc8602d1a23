from django.db import models
from django.utils.translation import gettext_lazy as _


class Warehouse(models.Model):
    """A place where we keep units."""

    code = models.SlugField(max_length=32, unique=True, allow_unicode=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(_("active"), default=True)
    can_go_negative = models.BooleanField(
        _("may go below zero"),
        default=False,
        help_text=_("Allow shipping more than was counted. The database refuses it otherwise."),
    )
    is_mirror = models.BooleanField(
        _("mirror"),
        default=False,
        editable=False,
        help_text=_("Its stock is a copy of a channel's own: only that channel changes it."),
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
