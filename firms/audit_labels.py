"""This app's words for the audit."""

from django.utils.translation import gettext_lazy as _

from corps.audit import labels
from corps.audit.labels import Detail, name_kind, names_of
from firms.models import Firm

ACTS = {
    "firm.registered": _("Firm registered"),
    "firm.changed": _("Firm changed"),
    "firm.brand_added": _("Brand added"),
    "firm.brand_renamed": _("Brand renamed"),
    "firm.brand_retired": _("Brand given up"),
    "firm.representative_appointed": _("Representative appointed"),
}


def register() -> None:
    """Called once, from `AppConfig.ready()`."""
    labels.families["firm"] = _("Firms")
    labels.name_acts(ACTS)
    labels.details.update(
        brand=Detail(_("brand")),
        brands=Detail(_("brands")),
        firm=Detail(_("firm")),
        licence=Detail(_("direct-selling licence")),
        name_en=Detail(_("English name")),
        short_name=Detail(_("short name")),
        uscc=Detail(_("credit code")),
    )
    name_kind(
        Firm,
        _("Firm"),
        names_of(Firm.objects.all, lambda firm: f"{firm.code} {firm.short_label}"),
    )
