"""This app's words for the audit."""

from django.utils.translation import gettext_lazy as _

from corps.audit import labels
from corps.audit.labels import Detail, choices, name_kind, names_of
from listings.models import AddressForm

ACTS = {
    "address_form.added": _("Form of addresses added"),
    "address_form.retired": _("Form of addresses retired"),
    "unknown_host.marked": _("Host marked as no platform's"),
    "unknown_host.unmarked": _("Host no longer marked as no platform's"),
}


def register() -> None:
    """Called once, from `AppConfig.ready()`."""
    labels.families.update(
        address_form=_("Forms of addresses"), unknown_host=_("Unknown hosts")
    )
    labels.name_acts(ACTS)
    labels.details.update(
        form=Detail(_("form")),
        host=Detail(_("host")),
        read_as=Detail(_("read as"), codes=choices(AddressForm.Kind)),
        remark=Detail(_("remark")),
        site=Detail(_("site")),
    )
    name_kind(
        AddressForm,
        _("Form of addresses"),
        names_of(AddressForm.objects.all),
        choices(AddressForm.Kind),
    )
