"""Forms of the listings room."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from corps.forms import offer
from firms.models import Firm
from listings.addresses import Address, read_cell
from listings.sites import platform_of
from stores.models import Platform


class OfficialAccountForm(forms.Form):
    """A store of a firm's own, by its address."""

    firm = forms.ModelChoiceField(label=_("Firm"), queryset=Firm.objects.none())
    name = forms.CharField(label=_("Store name"), max_length=200)
    address = forms.CharField(
        label=_("Address"), max_length=2000, help_text=_("Any form of the store's address. It is matched by its id.")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, Firm.objects.visible_to(user), "firm")

    def clean_address(self) -> tuple[Address, Platform]:
        """The address read, and its platform. A listing, a short link or an unknown platform is refused here."""
        address = read_cell(self.cleaned_data["address"])
        if address.kind != "store":
            raise ValidationError(_("This is no address of a store; give the store's own page."))
        platform = Platform.objects.filter(slug=platform_of(address.site)).first()
        if platform is None:
            raise ValidationError(_("The platform of this address is not registered; an administrator registers it."))
        return address, platform


class StrikeForm(forms.Form):
    """Why an official account should be struck."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What shows that the store is not the firm's own."),
    )
