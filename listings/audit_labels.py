"""This app's words for the audit."""

from django.utils.translation import gettext_lazy as _

from corps.audit.extensions import Detail, Kind
from corps.audit.labels import choices, names_of
from listings.models import AddressForm

ACTS = {
    "address_form.added": _("Form of addresses added"),
    "address_form.retired": _("Form of addresses retired"),
    "unknown_host.marked": _("Host marked as no platform's"),
    "unknown_host.unmarked": _("Host no longer marked as no platform's"),
}
FAMILIES = {
    "address_form": _("Forms of addresses"),
    "unknown_host": _("Unknown hosts"),
}
DETAILS: dict[str, Detail] = {
    "form": Detail(_("form")),
    "host": Detail(_("host")),
    "read_as": Detail(_("read as"), codes=choices(AddressForm.Kind)),
    "remark": Detail(_("remark")),
    "site": Detail(_("site")),
}
KINDS = {
    "listings.addressform": Kind(
        _("Form of addresses"),
        names_of(AddressForm.objects.all),
        choices(AddressForm.Kind),
    ),
}
