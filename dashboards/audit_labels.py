"""This app's words for the audit."""

from django.utils.translation import gettext_lazy as _

from corps.audit.extensions import Detail, Kind
from corps.audit.labels import names_of
from corps.ui.formats import full_moment
from dashboards.models import Recount

ACTS = {
    "numbers.differ": _("Ledger, rollup and targets found to differ"),
    "rollup.rebuilt": _("Rollup rebuilt"),
}
FAMILIES = {
    "numbers": _("Recounts"),
    "rollup": _("Rollup"),
}
DETAILS: dict[str, Detail] = {
    "differences": Detail(_("differences")),
    "first": Detail(_("first of them")),
}
KINDS = {
    "dashboards.recount": Kind(
        _("Recount"),
        names_of(Recount.objects.all, lambda recount: full_moment(recount.at)),
    ),
}
