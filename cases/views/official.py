"""The targets that an official account touches: what it keeps from notices, or would once it is registered."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from cases import target_history
from cases.models import ImportRow, Target
from cases.states import TargetState
from cases.workflow import kept_rows, targets_of
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter, reads
from corps.models import User
from corps.ui.lists import conditions, page_of
from corps.ui.tables import Column, Table
from stores.models import OfficialAccount

corps = open_to(User.Role.OFFICER, User.Role.SUPERVISOR)
# What `show` narrows the list to.
OPEN, COUNTED, ANSWERED = "open", "counted", "answered"
WORDS = {
    OPEN: gettext_lazy("named in an open notice"),
    COUNTED: gettext_lazy("counted"),
    ANSWERED: gettext_lazy("answered"),
}
NAMED = (
    TargetState.NOTICED,
    TargetState.CLAIMED,
    TargetState.REFUSED,
    TargetState.NEEDS_INFORMATION,
)
TABLE = Table(
    "official_targets",
    Column("id", gettext_lazy("Id"), "w192", fixed=True),
    Column("title", gettext_lazy("Title, as claimed"), fixed=True),
    Column("kind", gettext_lazy("Kind"), "w96"),
    Column("case", gettext_lazy("Case"), "w144"),
    Column("notice", gettext_lazy("Notice"), "w144"),
    Column("state", gettext_lazy("State"), "w144", fixed=True),
    Column("counts", gettext_lazy("Counts"), "w80", "n"),
)

ROWS = Table(
    "official_rows",
    Column("row", gettext_lazy("Row"), "w80", "n", fixed=True),
    Column("address", gettext_lazy("Address"), fixed=True),
    Column("complaint", gettext_lazy("Complaint"), "w160", fixed=True),
    Column("case", gettext_lazy("Case"), "w144"),
    Column("decision", gettext_lazy("Decision"), "w160"),
)


@corps
@reads(Parameter("show", [*WORDS]), paged=True)
@require_GET
def list_targets(request: SignedIn, pk: int) -> HttpResponse:
    """The targets of an account that the person may see, and how many lie in cases they may not see."""
    request.sidebar_key = "official"
    account = get_object_or_404(OfficialAccount.objects.visible_to(request.user), pk=pk)
    ids = [
        target
        for lot in targets_of(account)
        for target in lot.values_list("pk", flat=True)
    ]
    visible = Target.objects.visible_to(request.user).filter(pk__in=ids)
    targets = visible.filter(_shown(request.GET.get("show", "")))
    page = page_of(
        target_history.bound(targets).select_related("listing", "store", "case"),
        request.GET,
        order=("-id",),
        total=targets.count(),
    )
    context: dict[str, Any] = {
        "account": account,
        "heading": _("Targets of the account"),
        "nothing": _("No target belongs to it"),
        "page": page,
        "table": TABLE.shown_to(request.user, request.GET),
        "conditions": conditions(
            request.GET, [("show", gettext_lazy("State"), WORDS.get)]
        ),
        "elsewhere": len(ids) - visible.count(),
    }
    return render(request, "cases/official_targets.html", context)


@corps
@reads(paged=True)
@require_GET
def list_rows(request: SignedIn, pk: int) -> HttpResponse:
    """The rows of sheets from which nothing was registered because of an account, each with its place in its sheet, and
    how many the person may not see."""
    request.sidebar_key = "official"
    account = get_object_or_404(
        OfficialAccount.objects.visible_to(request.user).select_related(
            "firm", "platform"
        ),
        pk=pk,
    )
    rows = kept_rows(account)
    visible = ImportRow.objects.visible_to(request.user).filter(
        pk__in=rows.values("pk")
    )
    total = visible.count()
    context: dict[str, Any] = {
        "account": account,
        "heading": _("Rows that the account kept out"),
        "nothing": _("It kept no row out"),
        "page": page_of(
            visible.select_related("sheet_import__complaint__case"),
            request.GET,
            order=("-id",),
            total=total,
        ),
        "table": ROWS.shown_to(request.user, request.GET),
        "elsewhere": rows.count() - total,
    }
    return render(request, "cases/official_rows.html", context)


def _shown(show: str) -> Q:
    """The condition behind a word of WORDS; everything for another word."""
    if show == OPEN:
        return Q(state__in=NAMED)
    if show == COUNTED:
        return Q(is_counted=True)
    return Q()
