"""This app's words for the audit."""

from django.utils.translation import gettext_lazy as _

from corps.audit import labels
from corps.audit.labels import Detail, name_kind, names_of
from corps.ui.formats import full_moment
from dashboards.models import Recount

ACTS = {
    "numbers.differ": _("Ledger, rollup and targets found to differ"),
    "rollup.rebuilt": _("Rollup rebuilt"),
}


def register() -> None:
    """Called once, from `AppConfig.ready()`."""
    labels.families.update(numbers=_("Recounts"), rollup=_("Rollup"))
    labels.name_acts(ACTS)
    labels.details.update(
        differences=Detail(_("differences")), first=Detail(_("first of them"))
    )
    name_kind(
        Recount,
        _("Recount"),
        names_of(Recount.objects.all, lambda recount: full_moment(recount.at)),
    )
