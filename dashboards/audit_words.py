"""This room's words for the audit."""

from django.utils.translation import gettext_lazy as _

from corps import wording
from corps.pieces.words import full_moment
from corps.wording import Detail, name_kind, names_of
from dashboards.models import Recount

ACTS = {
    "numbers.differ": _("Ledger, rollup and targets found to differ"),
    "rollup.rebuilt": _("Rollup rebuilt"),
}


def register() -> None:
    """Called once, from `AppConfig.ready()`."""
    wording.families.update(numbers=_("Recounts"), rollup=_("Rollup"))
    wording.name_acts(ACTS)
    wording.details.update(
        differences=Detail(_("differences")), first=Detail(_("first of them"))
    )
    name_kind(
        Recount,
        _("Recount"),
        names_of(Recount.objects.all, lambda recount: full_moment(recount.at)),
    )
