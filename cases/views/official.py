"""The targets that an official account touches: what it keeps from notices, or would once it is registered."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.tables import OfficialRowList, OfficialTargetList
from corps.access.decorators import SignedIn, open_to
from corps.ui.list_export import exported
from stores.models import OfficialAccount


@open_to("cases.view_cases")
@OfficialTargetList.reads()
@require_GET
def list_targets(request: SignedIn, pk: int) -> HttpResponse:
    """The targets of an account that the person may see, and how many lie in cases they may not see."""
    request.sidebar_key = "official"
    account = get_object_or_404(OfficialAccount.objects.visible_to(request.user), pk=pk)
    targets = OfficialTargetList(request, account=account)
    context = targets.context() | {
        "account": account,
        "heading": _("Targets of the account"),
        "nothing": _("No target belongs to it"),
        "elsewhere": targets.elsewhere,
    }
    return render(request, "cases/official_targets.html", context)


export_targets = open_to("cases.view_cases")(exported(OfficialTargetList))
export_rows = open_to("cases.view_cases")(exported(OfficialRowList))


@open_to("cases.view_cases")
@OfficialRowList.reads()
@require_GET
def list_rows(request: SignedIn, pk: int) -> HttpResponse:
    """The rows of sheets from which nothing was registered because of an account, each with its place in its sheet, and
    how many the person may not see."""
    request.sidebar_key = "official"
    accounts = OfficialAccount.objects.visible_to(request.user)
    account = get_object_or_404(accounts.select_related("firm", "platform"), pk=pk)
    rows = OfficialRowList(request, account=account)
    context = rows.context() | {
        "account": account,
        "heading": _("Rows that the account kept out"),
        "nothing": _("It kept no row out"),
        "elsewhere": rows.elsewhere,
    }
    return render(request, "cases/official_rows.html", context)
