"""Withdrawing a notice as a whole, and the letters of withdrawal as their readers see them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from corps.access.decorators import SignedIn, open_to
from corps.ui.refusals import refusals_go_to
from notices import letters, withdrawal_letters, workflow
from notices.forms import WithdrawalForm
from notices.models import Notice, WithdrawalLetter
from notices.states import ISSUED_NOTICE

ITEMS_SHOWN = 200


@open_to("notices.withdraw_notice")
def withdraw_notice(request: SignedIn, number: str) -> HttpResponse:
    """Ask, with what it would touch counted, and withdraw an issued notice as a whole."""
    notice = get_object_or_404(
        Notice.objects.visible_to(request.user).select_related(
            "case", "platform", "recipient"
        ),
        number=number,
    )
    counts = workflow.withdrawal_counts(notice)
    form = WithdrawalForm(
        request.POST or None, initial={"confirmed": counts["unfinished"]}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            notice = workflow.withdraw_notice(
                notice=notice, actor=request.user, **form.cleaned_data
            )
            messages.success(
                request,
                _("Notice %(number)s is withdrawn.")
                % {"number": notice.document_number},
            )
            return redirect(notice)
    if request.method == "POST":
        form = form.with_count(counts["unfinished"])
    context = {
        "notice": notice,
        "counts": counts,
        "form": form,
        "recipients": withdrawal_letters.recipients_of([notice])[notice.pk],
        "may_withdraw": notice.state in ISSUED_NOTICE and counts["unfinished"],
    }
    return render(request, "notices/notice_withdraw.html", context)


@open_to("notices.read_letters")
@require_GET
def show_letter(request: SignedIn, number: str, letter: str) -> HttpResponse:
    """A letter of withdrawal as it was written, with the items that it names; to the corps with its mails too."""
    written = _visible(request, number, letter)
    entries = withdrawal_letters.items_of(written)
    context = {
        "letter": written,
        "notice": written.notice,
        "letter_html": withdrawal_letters.content_of(written.letter_html).decode(),
        "entries": entries[:ITEMS_SHOWN],
        "total": entries.count(),
    }
    if request.user.is_corps:
        deliveries = (
            withdrawal_letters.deliveries_of(written)
            .with_replayed()
            .select_related("message")
            .defer("content")
        )
        context["deliveries"] = deliveries
    return render(request, "notices/withdrawal.html", context)


@open_to("notices.read_letters")
@require_GET
def download_sheet(request: SignedIn, number: str, letter: str) -> HttpResponse:
    """The attached sheet of a letter of withdrawal, as it was sent."""
    written = _visible(request, number, letter)
    if written.attachment is None:
        raise Http404
    response = HttpResponse(
        withdrawal_letters.content_of(written.attachment), content_type=letters.XLSX
    )
    response["Content-Disposition"] = f'attachment; filename="{written.number}.xlsx"'
    return response


def _visible(request: SignedIn, number: str, letter: str) -> WithdrawalLetter:
    letters = WithdrawalLetter.objects.visible_to(request.user).select_related(
        "notice__case", "notice__platform", "letter_html", "attachment", "issued_by"
    )
    return get_object_or_404(letters, notice__number=number, number=letter)
