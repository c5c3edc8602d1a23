"""What a bundle is made of: edited on the product's page."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from desk.errors import Refused
from inventory import bundles
from inventory.admin.quantities import QuantitiesInline
from inventory.models import BundleComponent


class ComponentFormSet(BaseInlineFormSet):
    """Written as a whole, by bundles.compose; what it refuses is shown at the rows."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """A stored row names its component without looking it up; another one is another row."""
        super().add_fields(form, index)
        if form.instance.pk and "component" in form.fields:
            known = form.instance.component
            choices = [(known.pk, str(known))]
            form.fields["component"].widget = UnfoldAdminSelectWidget(choices=choices)

    def clean(self) -> None:
        """Here and not while saving: nothing else of the page is written or locked yet."""
        super().clean()
        if any(self.errors) or not self.has_changed():
            return
        try:
            bundles.check(self.instance.pk, self.components())
        except Refused as refused:
            raise ValidationError(refused.message) from refused

    def components(self) -> dict[int, int]:
        """Units by component id, as the form has them."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data]
        return {row["component"].pk: row["quantity"] for row in rows if not row.get("DELETE")}

    def save(self, commit: bool = True) -> list[Any]:  # noqa: FBT001, FBT002 - Django's signature
        """Composes; the base class only says what changed, for the page's history."""
        changed: list[Any] = super().save(commit=False)
        if commit and self.has_changed():
            bundles.compose(self.instance.pk, self.components())
        return changed


class ComponentInline(QuantitiesInline):
    """Who may change products may compose them."""

    model = BundleComponent
    fk_name = "bundle"
    formset = ComponentFormSet
    fields = ("component", "quantity")
    autocomplete_fields = ["component"]
    verbose_name = _("component")
    verbose_name_plural = _("components (of a bundle: it has their stock, and none of its own)")
    extra = 0
    hide_title = True
    least = {"quantity": 1}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        parts: QuerySet[Any] = super().get_queryset(request)
        return parts.select_related("component")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("inventory.view_product") or self._may_change(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request)

    def _may_change(self, request: HttpRequest) -> bool:
        return request.user.has_perm("inventory.change_product")
