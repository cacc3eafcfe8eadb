"""Recording an answer on behalf of a liaison, with the document it came by."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext

from corps.access.decorators import SignedIn, open_to
from corps.forms import posted
from corps.request_bodies import takes
from corps.results import Result, tally
from corps.ui.refusals import refusals_go_to, say_of_lines
from notices import workflow
from notices.forms import BehalfForm
from notices.models import Notice
from notices.workflow import Reply


@open_to("notices.answer_on_behalf")
@takes("body.paper")
def answer_on_behalf(request: SignedIn, number: str) -> HttpResponse:
    """Answer items named by address or id, one on each line, as a letter or a fax of the platform says."""
    notice = get_object_or_404(
        Notice.objects.visible_to(request.user).select_related("platform"),
        number=number,
    )
    form = BehalfForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        lines = form.cleaned_data["lines"]
        with refusals_go_to(form):
            results = workflow.answer_items(
                notice=notice,
                replies=_replies(notice, form),
                actor=request.user,
                document=form.cleaned_data["document"],
            )
            done, failed = tally(results)
            if done:
                return _answered(request, notice, lines, results, failed)
            say_of_lines(form, "lines", zip(lines, results, strict=True))
    return render(request, "notices/behalf.html", {"notice": notice, "form": form})


def _replies(notice: Notice, form: BehalfForm) -> list[Reply]:
    """One reply for each line of the form, which names an item by its address or its id."""
    items = _items_by_id(notice)
    answer, remark = form.cleaned_data["outcome"], form.cleaned_data["remark"]
    details = form.appeal_details()
    replies = []
    for line in form.cleaned_data["lines"]:
        named: dict[str, Any] = {"address": line}
        if line in items:
            named = {"item": items[line]}
        replies.append(Reply(line, answer, remark=remark, **named, **details))
    return replies


def _answered(
    request: SignedIn,
    notice: Notice,
    lines: list[str],
    results: list[Result],
    failed: int,
) -> HttpResponse:
    """Back to the notice if every line was taken, otherwise the result of each."""
    if failed:
        names = {line: (line, "") for line in lines}
        context = {"notice": notice, "results": results, "names": names}
        return render(request, "notices/result.html", context)
    sentence = ngettext(
        "%(count)d item answered.", "%(count)d items answered.", len(results)
    )
    messages.success(request, sentence % {"count": len(results)})
    return redirect(notice)


def _items_by_id(notice: Notice) -> dict[str, int]:
    """The items of a notice by the canonical id of their listing or store."""
    rows = notice.items.values_list(
        "target__listing__canonical_id", "target__store__canonical_id", "pk"
    )
    return {listing or store: pk for listing, store, pk in rows}
