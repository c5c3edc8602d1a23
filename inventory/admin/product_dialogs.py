"""What the actions of a product ask."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from desk.dialogs import ObjectDialog
from desk.fields import WholeNumberField
from inventory.admin.dialogs import LARGEST
from inventory.models import Product, Warehouse


class ProductDialog(ObjectDialog):
    """Asks where."""

    model = Product
    warehouse = forms.ModelChoiceField(
        Warehouse.objects.filter(is_active=True), widget=UnfoldAdminSelectWidget
    )


class ProductionDialog(ProductDialog):
    """Asks how many were made or used up."""

    produced = WholeNumberField(
        label=_("Produced"),
        min_value=0,
        max_value=LARGEST,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    consumed = WholeNumberField(
        label=_("Consumed"),
        min_value=0,
        max_value=LARGEST,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    document = forms.CharField(
        label=_("Document"),
        max_length=80,
        required=False,
        help_text=_("For example the work order's number."),
        widget=UnfoldAdminTextInputWidget,
    )

    def units(self, field: str) -> dict[int, int]:
        """This product's units given in `field`; nothing when there were none."""
        given = self.cleaned_data[field]
        return {self.object.pk: given} if given else {}
