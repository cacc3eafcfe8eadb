"""Answers from a sheet: download it, upload it filled in, look at what it would do, confirm."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files import File
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.access.decorators import SignedIn, open_to
from corps.access.limits import counted
from corps.errors import TransitionRefused
from corps.forms import posted
from corps.models import User
from corps.request_bodies import takes
from corps.results import Result
from corps.ui.csv_export import Download, in_language, saved_as
from corps.ui.formats import thousands
from corps.ui.refusals import refusals_go_to, send_back
from corps.workflow import Upload, open_file
from listings.sheets import SheetRefused
from notices import answer_sheets, letters, workflow
from notices.forms import AnswerSheetForm
from notices.models import AnswerSheet, Notice
from notices.states import ISSUED_NOTICE, OWE_REASON
from notices.views import liaison

SALT = "notices.answer_sheet"
PROBLEMS_SHOWN = 200
LONGEST_NAME = 100
# How long after a look a sheet can be confirmed; shorter than ANSWER_SHEET_DAYS ever is.
CONFIRM_WITHIN = timedelta(days=1)


@open_to("notices.answer")
@require_GET
@counted("papers.saved")
def download(request: SignedIn, number: str, kind: str) -> HttpResponseBase:
    """The notice's items to fill in, as XLSX or CSV, in the language of who asks."""
    notice = _visible(request, number)
    return liaison.opened(
        request, notice, lambda notice: _answer_sheet(request, notice, kind)
    )


def _answer_sheet(request: SignedIn, notice: Notice, kind: str) -> HttpResponseBase:
    taken = Download(request, "answer_sheet", about=notice.number)
    if kind == "xlsx":
        book = HttpResponse(answer_sheets.write_xlsx(notice), content_type=letters.XLSX)
        response: HttpResponseBase = taken.whole(book, notice.items.named().count())
    else:
        taken.rows = notice.items.named().count()
        lines = in_language(
            get_language() or "zh-hans", answer_sheets.write_csv(notice)
        )
        response = StreamingHttpResponse(
            taken.streamed(lines), content_type="text/csv; charset=utf-8"
        )
    return saved_as(f"{notice.number}-answers.{kind}", response)


@open_to("notices.answer")
@require_http_methods(["GET", "POST"])
@takes("body.sheet")
def upload(request: SignedIn, number: str) -> HttpResponse:
    """Where a filled sheet is handed in; then what it would do. Nothing is registered here."""
    notice = _visible(request, number)
    form = AnswerSheetForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sheet = form.cleaned_data["sheet"]
        try:
            filled = answer_sheets.read_filled(sheet, sheet.name, notice)
        except SheetRefused as fault:
            form.add_error("sheet", str(fault.message))
        else:
            upload = Upload(sheet, sheet.content_type or "application/octet-stream")
            name = (sheet.name or "")[-LONGEST_NAME:]
            with refusals_go_to(
                form, {"notice-not-open": "sheet", "case-not-open": "sheet"}
            ):
                handed_in = workflow.hand_in_sheet(
                    notice=notice, file=upload, name=name, actor=request.user
                )
                return _reviewed(request, handed_in, filled)
    return render(
        request,
        "notices/answers_upload.html",
        {"notice": notice, "form": form, "answers": _answers()},
    )


@open_to("notices.answer")
@require_POST
def confirm(request: SignedIn, number: str) -> HttpResponse:
    """Register the answers of the sheet that was looked at; sent twice, it answers once."""
    notice = _visible(request, number)
    seen = _seen(request, notice)
    sheet = get_object_or_404(
        notice.answer_sheets.select_related("file"),
        pk=seen.get("sheet"),
        by=request.user,
    )
    with open_file(sheet.file) as file:
        filled = answer_sheets.read_filled(File(file), sheet.name, notice)
    try:
        results = _registered(sheet, filled, seen["key"], request.user)
    except TransitionRefused as refused:
        return send_back(request, refused, "notices:answers", number)
    done = sum(result.ok for result in results)
    wrong = [
        Result(problem.row, False, "wrong-row", problem.reason)
        for problem in filled.problems
    ]
    if done == len(results) and not wrong:
        sentence = ngettext(
            "%(count)s item answered from the sheet.",
            "%(count)s items answered from the sheet.",
            done,
        )
        messages.success(request, sentence % {"count": thousands(done)})
        return redirect(notice)
    context = {
        "notice": notice,
        "results": sorted([*results, *wrong], key=lambda one: int(str(one.ref))),
        "names": _row_names(filled),
    }
    return render(request, "notices/answer_results.html", context)


def _seen(request: SignedIn, notice: Notice) -> dict[str, Any]:
    """What the person looked at, as the page of the look handed it back. Raises Http404 for anybody else's."""
    try:
        seen = signing.loads(
            request.POST.get("seen", ""), salt=SALT, max_age=CONFIRM_WITHIN
        )
    except signing.BadSignature as fault:
        raise Http404 from fault
    if seen["user"] != request.user.pk or seen["notice"] != notice.pk:
        raise Http404
    return dict(seen)


def _registered(
    sheet: AnswerSheet, filled: answer_sheets.Filled, key: str, actor: User
) -> list[Result]:
    """Register the answers of a sheet, and that it was confirmed. key: of what was looked at.

    Answers given since the look are not replaced: nobody was told of them. Raises TransitionRefused.
    """
    notice = sheet.notice
    body = [
        [line.item, line.address, line.outcome, line.remark] for line in filled.lines
    ]
    replaced: Collection[int] = ()
    if answer_sheets.key_of(filled, notice) == key:
        replaced = answer_sheets.changed_items(filled, notice)
    with transaction.atomic():
        replies = partial(answer_sheets.unsettled, filled, notice)
        results = liaison.answer_once(actor, notice, key, body, replies, replaced)
        workflow.confirm_sheet(sheet=sheet, actor=actor)
    return results


def _row_names(filled: answer_sheets.Filled) -> dict[int, tuple[str, str]]:
    """What each row of a sheet is called in a list of results."""
    named = {line.row: line.name for line in filled.lines} | {
        problem.row: problem.cell for problem in filled.problems
    }
    return {
        row: (_("Row %(row)s, %(name)s") % {"row": row, "name": name or "—"}, "")
        for row, name in named.items()
    }


def _reviewed(
    request: SignedIn, sheet: AnswerSheet, filled: answer_sheets.Filled
) -> HttpResponse:
    """What the sheet would do, with the sealed word of what was looked at, which the confirmation hands back."""
    notice = sheet.notice
    review = answer_sheets.review(filled, notice, request.user)
    seen = {
        "sheet": sheet.pk,
        "user": request.user.pk,
        "notice": notice.pk,
        "key": review.key,
    }
    context: dict[str, Any] = {
        "notice": notice,
        "name": sheet.name,
        "review": review,
        "problems": review.problems[:PROBLEMS_SHOWN],
        "more": max(0, len(review.problems) - PROBLEMS_SHOWN),
        "seen": signing.dumps(seen, salt=SALT),
    }
    return render(request, "notices/answers_review.html", context)


def _answers() -> list[tuple[str, Any, int, bool]]:
    """The answers as the page explains them: code, word, digit, whether a reason is owed."""
    numbered = enumerate(answer_sheets.ANSWERS, start=1)
    return [
        (claim.value, claim.label, digit, claim in OWE_REASON)
        for digit, claim in numbered
    ]


def _visible(request: SignedIn, number: str) -> Notice:
    """The notice as its liaison sees it, as long as it is open for answers."""
    notices = Notice.objects.visible_to(request.user).select_related(
        "case", "platform", "reply_deadline", "drafted_by"
    )
    return get_object_or_404(notices, number=number, state__in=ISSUED_NOTICE)
