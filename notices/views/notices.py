"""Notices as the corps sees them: the list, the composer, one notice with its letter, items and deliveries."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy
from django.views.decorators.http import require_GET, require_POST, require_safe

from cases.models import Case, Target
from cases.states import HANDLED_CASE
from cases.views.casework import timeline_of
from cases.work_table import filtered
from corps.access.decorators import SignedIn, open_to
from corps.access.limits import counted
from corps.access.parameters import Parameter, number, reads
from corps.access.permissions import may
from corps.errors import TransitionRefused
from corps.forms import chosen_act, posted, ticked_ids
from corps.models import AuditEntry, Delivery, User
from corps.request_bodies import takes
from corps.results import Result, tally
from corps.ui.csv_export import Download
from corps.ui.list_export import exported, list_file
from corps.ui.record_lists import SORT
from corps.ui.refusals import refusals_go_to, send_back, status_of
from corps.workflow import open_file
from notices import letters, workflow
from notices.forms import ReasonForm, ServedForm
from notices.models import Notice, NoticeItem, WithdrawalLetter
from notices.states import ISSUED_NOTICE, NOT_ISSUED, ItemState, NoticeState
from notices.tables import LiaisonItemList, NoticeItemList, NoticeList
from notices.views import liaison
from notices.views.deliveries import undelivered_of
from notices.views.stepper import sent_back, steps_of
from notices.workflow.guards import by_reason, screen
from notices.workflow.periods import reply_period
from stores.models import Platform

# Refusals of a service that are said beside a field.
SERVICE_FIELDS = {
    "served-ahead": "served_on",
    "served-before-issue": "served_on",
    "proof-missing": "proof",
    "proof-too-long": "proof",
}
TABS = ("items", "letter", "deliveries", "timeline")
# What the page of a notice reads of its table, whoever opens it.
ITEM_PARAMETERS = list(
    {
        each.name: each
        for listed in (LiaisonItemList, NoticeItemList)
        for each in listed.parameters()
        if each.name != SORT
    }.values()
)
ITEM_PARAMETERS.append(
    Parameter(
        SORT,
        [
            f"{sign}{key}"
            for key in LiaisonItemList.table.sortable | NoticeItemList.table.sortable
            for sign in ("", "-")
        ],
    )
)


@open_to("notices.view_notices")
@NoticeList.reads()
@require_GET
def list_notices(request: SignedIn) -> HttpResponse:
    """Every notice of the cases one may see, newest first."""
    return render(request, "notices/list.html", NoticeList(request).context())


export_notices = open_to("notices.view_notices")(exported(NoticeList))


@open_to("notices.read_letters")
@reads(
    Parameter("tab", TABS),
    *ITEM_PARAMETERS,
    number("each"),
    paged=True,
)
@require_GET
def show_notice(request: SignedIn, number: str) -> HttpResponse:
    """A notice: to its liaison the page to answer it, to the corps the office page."""
    notices = Notice.objects.visible_to(request.user).select_related(
        "case__ground",
        "case__campaign",
        "platform",
        "recipient",
        "reply_deadline",
        "drafted_by",
        "submitted_by",
        "issued_by",
    )
    notice = get_object_or_404(notices, number=number)
    if may(request.user, "notices.answer"):
        return liaison.opened(
            request, notice, lambda notice: liaison.show_notice(request, notice)
        )
    tab = request.GET.get("tab") or "items"
    shown = {
        "items": _items,
        "letter": _letter,
        "deliveries": _deliveries,
        "timeline": _timeline,
    }
    returned = sent_back(notice)
    context = {
        "notice": notice,
        "tab": tab,
        "returned": returned,
        "steps": steps_of(notice, returned),
        "undelivered": undelivered_of(notice),
        "withdrawals": WithdrawalLetter.objects.of(notice),
    } | _verbs(request.user, notice)
    return render(
        request, f"notices/notice_{tab}.html", context | shown[tab](request, notice)
    )


@open_to("notices.view_notices")
@reads("notice")
@require_GET
def compose(request: SignedIn, number: str) -> HttpResponse:
    """The composer: the drafts of a case by platform, what blocks, and the letter as it will arrive."""
    case = get_object_or_404(
        Case.objects.visible_to(request.user).select_related("ground", "campaign"),
        number=number,
    )
    drafts = _drafts_of(case, request.user)
    waiting = workflow.waiting_targets(case)
    context: dict[str, Any] = {
        "case": case,
        "is_open": case.state in HANDLED_CASE,
        "drafts": drafts,
        "drafted": sum(draft.item_count for draft in drafts),
        **_waiting_by_platform(waiting),
    }
    if drafts:
        requested = request.GET.get("notice")
        shown = [draft for draft in drafts if draft.number == requested] or drafts
        context |= {"current": shown[0], "period": reply_period(case)}
        context |= _composed(shown[0])
    else:
        targets = list(waiting.select_related("ground"))
        context["blocked"] = by_reason(screen(case, targets).blocked)
    return render(request, "notices/compose.html", context)


def _drafts_of(case: Case, user: User) -> list[Any]:
    """The drafts of a case and what was returned of it, each with `item_count`."""
    drafts = (
        Notice.objects.visible_to(user)
        .drafts()
        .filter(case=case)
        .select_related(
            "platform",
            "recipient",
            "case__ground",
            "case__campaign",
            "reply_deadline",
            "drafted_by",
        )
        .annotate(item_count=Count("items"))
    )
    return list(drafts.order_by("pk"))


def _waiting_by_platform(waiting: QuerySet[Target]) -> dict[str, Any]:
    """How many targets wait for a notice to each platform, and in all."""
    counts = dict(waiting.order_by().values_list("platform").annotate(Count("pk")))
    platforms = Platform.objects.filter(pk__in=counts).order_by("pk")
    return {
        "waiting": [
            {
                "label": platform.label,
                "slug": platform.slug,
                "count": counts[platform.pk],
            }
            for platform in platforms
        ],
        "waiting_total": sum(counts.values()),
    }


@open_to("notices.compose")
@require_POST
def draft(request: SignedIn, number: str) -> HttpResponse:
    """Draft notices from targets of a case: those named by `ids`, all that the table's filter leaves, or all that
    wait for one."""
    case = get_object_or_404(Case.objects.visible_to(request.user), number=number)
    ids = ticked_ids(request.POST)
    if request.POST.get("all_matching"):
        ids = list(filtered(request, case).values_list("pk", flat=True))
    try:
        composed = workflow.compose_notices(
            case=case, actor=request.user, targets=ids or None
        )
    except TransitionRefused as refused:
        return send_back(request, refused, case)
    if composed.blocked:
        messages.warning(request, _stay_behind(composed.blocked))
    if not composed.notices:
        messages.warning(request, _("No notice could be drafted."))
    return redirect("notices:compose", case.number)


def _stay_behind(blocked: list[Result]) -> str:
    """How many targets enter no draft, and why."""
    reasons = [
        f"{reason['words']} ({reason['count']})" for reason in by_reason(blocked)
    ]
    sentence = ngettext(
        "%(count)d target stays behind: %(why)s",
        "%(count)d targets stay behind: %(why)s",
        len(blocked),
    )
    return sentence % {"count": len(blocked), "why": "; ".join(reasons)}


@open_to("notices.compose")
@require_POST
def change_draft(request: SignedIn, number: str) -> HttpResponse:
    """What the buttons of composer and page do to drafts: submit, take back, take items out, give up, change."""
    notice = get_object_or_404(
        Notice.objects.visible_to(request.user).select_related("case"), number=number
    )
    composer = reverse("notices:compose", args=[notice.case.number])
    composer = f"{composer}?notice={notice.number}"
    act = DRAFT_ACTS[chosen_act(request, *DRAFT_ACTS)]
    try:
        act(request, notice)
    except TransitionRefused as refused:
        return send_back(request, refused, composer)
    return redirect(composer)


def _submit(request: SignedIn, notice: Notice) -> None:
    workflow.submit_notice(notice=notice, actor=request.user)
    messages.success(
        request,
        _("Notice %(number)s waits for approval.") % {"number": notice.number},
    )


def _submit_all(request: SignedIn, notice: Notice) -> None:
    drafts = notice.case.notices.drafts().select_related("platform")
    labels: dict[Any, str] = {draft.pk: draft.platform.label for draft in drafts}
    results = workflow.submit_notices(notices=list(labels), actor=request.user)
    done, _failed = tally(results)
    if done:
        sentence = ngettext(
            "%(count)d notice waits for approval.",
            "%(count)d notices wait for approval.",
            done,
        )
        messages.success(request, sentence % {"count": done})
    for result in results:
        if not result.ok:
            messages.error(request, f"{labels[result.ref]}　{result.message}")


def _remove(request: SignedIn, notice: Notice) -> None:
    results = workflow.remove_items(
        notice=notice, items=ticked_ids(request.POST), actor=request.user
    )
    done, _failed = tally(results)
    sentence = ngettext(
        "%(count)d item was taken out.", "%(count)d items were taken out.", done
    )
    messages.success(request, sentence % {"count": done})


def _change_request(request: SignedIn, notice: Notice) -> None:
    workflow.change_request(
        notice=notice,
        actor=request.user,
        ask_preserve="preserve" in request.POST,
        ask_operator="operator" in request.POST,
    )


def _recall(request: SignedIn, notice: Notice) -> None:
    workflow.recall_notice(notice=notice, actor=request.user)
    messages.success(request, _("It is a draft again."))


def _give_up(request: SignedIn, notice: Notice) -> None:
    workflow.withdraw_draft(notice=notice, actor=request.user)
    messages.success(request, _("The draft was given up; its targets are free again."))


DRAFT_ACTS: dict[str, Callable[[SignedIn, Notice], None]] = {
    "submit": _submit,
    "submit_all": _submit_all,
    "remove": _remove,
    "request": _change_request,
    "recall": _recall,
    "withdraw": _give_up,
}


@open_to("notices.compose")
@require_POST
def change_items(request: SignedIn, number: str) -> HttpResponse:
    """Withdraw items of an issued notice, or hand over those answered "not ours", or take some out of one that is not
    issued; with a result for each."""
    notice = get_object_or_404(
        Notice.objects.visible_to(request.user).select_related("case"), number=number
    )
    act = ITEM_ACTS[chosen_act(request, *ITEM_ACTS)]
    ids = ticked_ids(request.POST)
    if request.POST.get("all_matching"):
        ids = list(
            NoticeItemList(request, notice=notice).found.values_list("pk", flat=True)
        )
    try:
        results = act.change(request, notice, ids)
    except TransitionRefused as refused:
        return send_back(request, refused, notice)
    except MissingInput as missing:
        messages.error(request, missing.message)
        return redirect(missing.url)
    if results and all(result.ok for result in results):
        done = len(results)
        messages.success(request, act.done % {"count": done})
        return redirect(notice)
    items = notice.items.filter(pk__in=ids).select_related(
        "target__listing", "target__store"
    )
    names = {item.pk: (str(item.target.thing), "") for item in items}
    context = {"notice": notice, "results": results, "names": names}
    return render(request, "notices/result.html", context, status=status_of(results))


class MissingInput(Exception):
    """Something has to be entered or chosen first. url: the page to do it on."""

    def __init__(self, message: str, url: str) -> None:
        super().__init__(message)
        self.message, self.url = message, url


def _withdraw_items(request: SignedIn, notice: Notice, ids: list[int]) -> list[Result]:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise MissingInput(_("Enter a reason."), notice.get_absolute_url())
    return workflow.withdraw_items(
        items=ids, actor=request.user, reason=form.cleaned_data["reason"]
    )


def _take_out_items(request: SignedIn, notice: Notice, ids: list[int]) -> list[Result]:
    return workflow.remove_items(notice=notice, items=ids, actor=request.user)


def _hand_over_items(request: SignedIn, notice: Notice, ids: list[int]) -> list[Result]:
    slug = request.POST.get("platform")
    if not slug:
        not_ours = f"{notice.get_absolute_url()}?state={ItemState.NOT_OURS}"
        choose = _("Choose the platform that they belong to.")
        raise MissingInput(choose, not_ours)
    platform = get_object_or_404(Platform.objects.visible_to(request.user), slug=slug)
    return workflow.hand_over(items=ids, platform=platform, actor=request.user)


class ItemAct(NamedTuple):
    """What may be done to chosen items of a notice, and the sentence once it was done to all of them."""

    change: Callable[[SignedIn, Notice, list[int]], list[Result]]
    done: Any


ITEM_ACTS = {
    "withdraw": ItemAct(
        _withdraw_items,
        ngettext_lazy(
            "%(count)d item was withdrawn.",
            "%(count)d items were withdrawn.",
            "count",
        ),
    ),
    "take_out": ItemAct(
        _take_out_items,
        ngettext_lazy(
            "%(count)d item was taken out.",
            "%(count)d items were taken out.",
            "count",
        ),
    ),
    "hand_over": ItemAct(
        _hand_over_items,
        ngettext_lazy(
            "%(count)d item is handed over; its notice to the other platform waits for approval.",
            "%(count)d items are handed over; their notice to the other platform waits for approval.",
            "count",
        ),
    ),
}


@open_to("notices.serve")
@takes("body.paper")
def serve(request: SignedIn, number: str) -> HttpResponse:
    """Record that a notice was served in another way than by mail."""
    notice = get_object_or_404(
        Notice.objects.visible_to(request.user).select_related("case"), number=number
    )
    form = ServedForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form, SERVICE_FIELDS):
            workflow.serve_otherwise(
                notice=notice, actor=request.user, **form.cleaned_data
            )
            return redirect(notice.get_absolute_url() + "?tab=deliveries")
    return render(request, "notices/serve.html", {"notice": notice, "form": form})


@open_to("notices.read_letters")
@require_GET
def letter(request: SignedIn, number: str) -> HttpResponse:
    """The letter alone, for reading and printing."""
    notice = get_object_or_404(
        Notice.objects.visible_to(request.user).select_related(
            "case__ground", "platform", "reply_deadline", "drafted_by"
        ),
        number=number,
    )
    return liaison.opened(request, notice, lambda notice: _letter_page(request, notice))


@open_to("notices.read_letters")
@require_GET
@counted("papers.saved")
def sheet(request: SignedIn, number: str) -> HttpResponse:
    """The attached sheet of a notice, as it was sent; of a draft, as it would be."""
    notice = get_object_or_404(
        Notice.objects.visible_to(request.user).select_related(
            "case", "platform", "attachment", "reply_deadline", "drafted_by"
        ),
        number=number,
    )
    taken = Download(request, "notice_items", about=notice.number)
    count = notice.items.named().count()
    return liaison.opened(
        request, notice, lambda notice: taken.whole(_sheet_of(notice), count)
    )


def _letter_page(request: SignedIn, notice: Notice) -> HttpResponse:
    return render(
        request,
        "notices/letter_page.html",
        {"notice": notice} | letters.letter_context(notice),
    )


def _sheet_of(notice: Notice) -> HttpResponse:
    """The attached sheet as a download: as it was sent, or as it would be."""
    if notice.attachment:
        with open_file(notice.attachment) as file:
            content = file.read()
    else:
        content = letters.render(notice).sheet
    response = HttpResponse(content, content_type=letters.XLSX)
    response["Content-Disposition"] = f'attachment; filename="{notice.number}.xlsx"'
    return response


def _composed(notice: Notice) -> dict[str, Any]:
    """What the composer shows of the draft in hand."""
    items = list(
        notice.items.select_related(
            "target__ground", "target__listing", "target__store", "ground"
        ).order_by("position")
    )
    screened = screen(
        notice.case,
        [item.target for item in items],
        drafted_in=notice,
        handing_over=any(
            item.target.platform_id != notice.platform_id for item in items
        ),
    )
    blocked = {result.ref for result in screened.blocked}
    for item in items:
        item.ground = letters.ground_of(item, notice.case)
    return letters.letter_context(notice) | {
        "notice": notice,
        "free": len(screened.free),
        "blocked": by_reason(screened.blocked),
        "blocked_items": [item.pk for item in items if item.target_id in blocked],
        "rows": [item for item in items if item.target_id not in blocked][:20],
        "returned": sent_back(notice),
    }


def _verbs(user: User, notice: Notice) -> dict[str, bool]:
    return {
        "may_compose": may(user, "notices.compose"),
        "may_withdraw": may(user, "notices.withdraw_notice"),
        "may_withdraw_whole": may(user, "notices.withdraw_notice")
        and notice.state in ISSUED_NOTICE
        and notice.items.unfinished().exists(),
        "may_take_out": may(user, "notices.compose") and notice.state in NOT_ISSUED,
        "may_approve": notice.state == NoticeState.SUBMITTED
        and workflow.may_decide(user, notice),
    }


def _state_cells(counts: dict[str, int], current: str) -> list[dict[str, Any]]:
    """How many items are in each state, each with the address that shows them; all of them first."""
    cells: list[dict[str, Any]] = [
        {
            "value": sum(counts.values()),
            "label": _("All"),
            "kind": "grey",
            "url": "?",
            "current": not current,
            "whole": True,
        }
    ]
    for state, label in ItemState.choices:
        if state in counts:
            cells.append(
                {
                    "value": counts[state],
                    "label": label,
                    "kind": state,
                    "url": f"?state={state}",
                    "current": state == current,
                }
            )
    return cells


def _items(request: SignedIn, notice: Notice) -> dict[str, Any]:
    counts = dict(notice.items.order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    platforms = Platform.objects.visible_to(request.user).taking_part()
    listed = NoticeItemList(request, notice=notice)
    return listed.context() | {
        "matching_query": listed.changed(),
        "cells": _state_cells(counts, state),
        "state": state,
        "not_ours": counts.get(ItemState.NOT_OURS, 0),
        "platforms": platforms.exclude(pk=notice.platform_id),
    }


@open_to("notices.read_letters")
@reads(*ITEM_PARAMETERS)
@require_safe
@counted("exports")
def export_items(request: SignedIn, number: str, kind: str) -> HttpResponseBase:
    """The items of a notice as a file; that a liaison takes it is reading the notice."""
    if not may(request.user, "notices.answer"):
        return list_file(NoticeItemList.opened(request, number), kind)
    listed = LiaisonItemList.opened(request, number)
    return liaison.opened(
        request, listed.notice, lambda _notice: list_file(listed, kind)
    )


def _letter(request: SignedIn, notice: Notice) -> dict[str, Any]:
    return letters.letter_context(notice) | {"notice": notice}


def _deliveries(request: SignedIn, notice: Notice) -> dict[str, Any]:
    letters_of = letters.deliveries_of(notice).with_replayed()  # type: ignore[attr-defined]
    return {
        "deliveries": letters_of.select_related("message", "decided_by").defer(
            "content"
        )
    }


def _timeline(request: SignedIn, notice: Notice) -> dict[str, Any]:
    """What happened to the notice, its letters and its items; what befell many items in a day is one."""
    deliveries = letters.deliveries_of(notice).values("pk")
    # By the thread, which has an index: of the system's entries about items there are millions.
    entries = AuditEntry.objects.filter(
        Q(subject_type=notice._meta.label_lower, subject_id=notice.pk)
        | Q(
            thread=notice.case.thread,
            subject_type=Delivery._meta.label_lower,
            subject_id__in=deliveries,
        )
        | Q(
            thread=notice.case.thread,
            subject_type=NoticeItem._meta.label_lower,
            subject_id__in=notice.items.values("pk"),
        )
    )
    return timeline_of(request, entries)
