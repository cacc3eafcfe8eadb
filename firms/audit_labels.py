"""This app's words for the audit."""

from django.utils.translation import gettext_lazy as _

from corps.audit.extensions import Detail, Kind
from corps.audit.labels import names_of
from firms.models import Firm

ACTS = {
    "firm.registered": _("Firm registered"),
    "firm.changed": _("Firm changed"),
    "firm.brand_added": _("Brand added"),
    "firm.brand_renamed": _("Brand renamed"),
    "firm.brand_retired": _("Brand given up"),
    "firm.representative_appointed": _("Representative appointed"),
}
FAMILIES = {
    "firm": _("Firms"),
}
DETAILS: dict[str, Detail] = {
    "brand": Detail(_("brand")),
    "brands": Detail(_("brands")),
    "firm": Detail(_("firm")),
    "licence": Detail(_("direct-selling licence")),
    "name_en": Detail(_("English name")),
    "short_name": Detail(_("short name")),
    "uscc": Detail(_("credit code")),
}
KINDS = {
    "firms.firm": Kind(
        _("Firm"),
        names_of(Firm.objects.all, lambda firm: f"{firm.code} {firm.short_label}"),
    ),
}
