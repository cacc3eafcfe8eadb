"""The items of a notice on paper: every one that the filter leaves, up to a stated number."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter, reads
from corps.deadlines.clock import now
from corps.ui.lists import conditions
from notices import letters
from notices.models import Notice
from notices.states import ItemState

# About eighty pages; a longer print is asked for in parts.
MOST_PRINTED = 2000


@open_to("notices.view_notices")
@reads(Parameter("state", ItemState.values))
@require_GET
def print_items(request: SignedIn, number: str) -> HttpResponse:
    """The items of a notice as a sheet to print, and how many of how many it shows."""
    notices = Notice.objects.visible_to(request.user).select_related(
        "case__ground", "case__firm", "platform"
    )
    notice = get_object_or_404(notices, number=number)
    selected = notice.items.select_related(
        "target__listing", "target__store", "target__ground", "ground"
    )
    if state := request.GET.get("state"):
        selected = selected.filter(state=state)
    items = list(selected.order_by("position")[:MOST_PRINTED])
    for item in items:
        item.ground = letters.ground_of(item, notice.case)
    context = {
        "notice": notice,
        "items": items,
        "total": selected.count() if len(items) == MOST_PRINTED else len(items),
        "most": MOST_PRINTED,
        "conditions": conditions(
            request.GET, [("state", _("State"), dict(ItemState.choices).get)]
        ),
        "printed_at": now(),
    }
    return render(request, "notices/notice_print.html", context)
