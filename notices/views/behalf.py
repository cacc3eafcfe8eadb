"""Recording an answer on behalf of a liaison, with the document it came by."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext

from corps.access.decorators import SignedIn, open_to
from corps.forms import posted
from corps.models import User
from corps.request_bodies import takes
from corps.ui.refusals import refusals_go_to, say_of_lines
from notices import workflow
from notices.forms import BehalfForm
from notices.models import Notice
from notices.workflow import Reply

officers = open_to(User.Role.OFFICER)


@officers
@takes("body.paper")
def answer_on_behalf(request: SignedIn, number: str) -> HttpResponse:
    """Answer items named by address or id, one on each line, as a letter or a fax of the platform says."""
    notice = get_object_or_404(
        Notice.objects.visible_to(request.user).select_related("platform"),
        number=number,
    )
    form = BehalfForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        items = _items_by_id(notice)
        replies = [
            Reply(
                line,
                said["outcome"],
                item=items.get(line),
                address="" if line in items else line,
                remark=said["remark"],
                **form.appeal_details(),
            )
            for line in said["lines"]
        ]
        with refusals_go_to(form):
            results = workflow.answer_items(
                notice=notice,
                replies=replies,
                actor=request.user,
                document=said["document"],
            )
            if not any(result.ok for result in results):
                say_of_lines(form, "lines", zip(said["lines"], results, strict=True))
                return render(
                    request, "notices/behalf.html", {"notice": notice, "form": form}
                )
            if all(result.ok for result in results):
                messages.success(
                    request,
                    ngettext(
                        "%(count)d item answered.",
                        "%(count)d items answered.",
                        len(results),
                    )
                    % {"count": len(results)},
                )
                return redirect(notice)
            names = {line: (line, "") for line in said["lines"]}
            return render(
                request,
                "notices/result.html",
                {"notice": notice, "results": results, "names": names},
            )
    return render(request, "notices/behalf.html", {"notice": notice, "form": form})


def _items_by_id(notice: Notice) -> dict[str, int]:
    """The items of a notice by the canonical id of their listing or store."""
    rows = notice.items.values_list(
        "target__listing__canonical_id", "target__store__canonical_id", "pk"
    )
    return {listing or store: pk for listing, store, pk in rows}
