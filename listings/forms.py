"""Forms of the listings app."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from corps.forms import offer
from firms.models import Firm
from listings.address_forms import site_choices
from listings.addresses import Address, read_cell
from listings.models import AddressForm
from listings.sites import platform_of
from stores.models import Platform


class OfficialAccountForm(forms.Form):
    """A store of a firm's own, by its address."""

    firm = forms.ModelChoiceField(label=_("Firm"), queryset=Firm.objects.none())
    name = forms.CharField(label=_("Store name"), max_length=200)
    address = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("Any form of the store's address. It is matched by its id."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, Firm.objects.visible_to(user), "firm")

    def clean_address(self) -> tuple[Address, Platform]:
        """The address read, and its platform. A listing, a short link or an unknown platform is refused here."""
        address = read_cell(self.cleaned_data["address"])
        if address.kind != "store":
            raise ValidationError(
                _("This is no address of a store; give the store's own page.")
            )
        platform = Platform.objects.filter(slug=platform_of(address.site)).first()
        if platform is None:
            raise ValidationError(
                _(
                    "The platform of this address is not registered; an administrator registers it."
                )
            )
        return address, platform


class AddressFormForm(forms.Form):
    """A form of addresses to be tried or added. What it may be, its verb judges."""

    site = forms.ChoiceField(label=_("Site"), choices=())
    kind = forms.ChoiceField(label=_("What it shows"), choices=AddressForm.Kind.choices)
    host = forms.CharField(
        label=_("Host"),
        max_length=100,
        help_text=_(
            "Such as item.example.com, or {id}.example.com; of a service label its first part alone."
        ),
    )
    path = forms.CharField(
        label=_("Path"),
        max_length=200,
        required=False,
        help_text=_(
            "Such as /goods.html or /item/{id}.html, {id} standing for the id; empty for none, * for any."
        ),
    )
    parameter = forms.CharField(
        label=_("Query parameter with the id"),
        max_length=40,
        required=False,
        help_text=_("Where the id stands in the query, such as goods_id."),
    )
    id_shape = forms.ChoiceField(
        label=_("Which ids"),
        choices=[("", _("none")), *AddressForm.IdShape.choices],
        required=False,
    )
    id_prefix = forms.CharField(
        label=_("Beginning of the canonical id"),
        max_length=12,
        required=False,
        help_text=_(
            "Only where these ids are counted apart from others of the site, such as u: for sellers."
        ),
    )
    example = forms.CharField(label=_("An address of this form"), max_length=500)
    valid_from = forms.DateField(
        label=_("In use since"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("As far as it is known."),
    )
    source = forms.CharField(
        label=_("Where this is known from"),
        max_length=300,
        help_text=_("A page that was seen, a firm's sheet, …"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        site: Any = self.fields["site"]
        site.choices = [("", _("choose")), *site_choices()]

    def clean_host(self) -> str:
        return str(self.cleaned_data["host"]).strip().lower()


class RevocationForm(forms.Form):
    """Why an official account should be struck."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What shows that the store is not the firm's own."),
    )
