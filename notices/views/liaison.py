"""The liaison's inbox: which notices wait, and answering one in a few keystrokes."""

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cases.models import LegalGround, Target
from cases.states import Claim
from cases.target_history import FAR
from cases.views.home import GROUP
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter, reads
from corps.access.permissions import may
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.forms import ticked_ids
from corps.models import User
from corps.results import Result, tally
from corps.ui.formats import thousands
from corps.ui.home import since_for, stream_for
from corps.ui.lists import page_of
from corps.ui.prefetch import is_read
from corps.ui.refusals import say_refused, send_back, status_of
from listings.addresses import read_cell
from notices import letters, workflow
from notices.filters import ASKED, SHOWN
from notices.forms import AnswerForm
from notices.home_news import for_liaison
from notices.models import Notice, NoticeItem, WithdrawalLetter
from notices.models.notices import NoticeQuerySet
from notices.states import (
    ANSWER_KINDS,
    RETRACTABLE,
    ItemState,
    NoticeState,
)
from notices.tables import MOST_PICKED, LiaisonItemList
from notices.workflow import Reply

Shown = TypeVar("Shown", bound=HttpResponseBase)
# The answers with the digits of their keys.
KEYS = tuple((kind.claim, str(n)) for n, kind in enumerate(ANSWER_KINDS, start=1))
# Taken up by a later notice before this one was answered: nothing is left to answer here, and nothing was.
CARRIED = Q(state=ItemState.CARRIED_OVER, answered_at__isnull=True)
LONGEST_NAME = 40


@open_to("notices.answer")
@reads(Parameter("show", ("open", "answered")), GROUP, paged=True)
@require_GET
def list_notices(request: SignedIn) -> HttpResponse:
    """Open notices, most urgent first, beside what happened; those answered in full behind `show=answered`."""
    if request.GET.get("show") == "answered":
        answered = _with_counts(Notice.objects.visible_to(request.user)).filter(
            open_count=0
        )
        page = page_of(answered, request.GET, order=("-id",), total=answered.count())
        return render(request, "notices/answered_notices.html", {"page": page})
    since = since_for(request.user)
    context = {
        "stream": stream_for(request.user, request.GET.get("group", "")),
        "since": since,
        "news": for_liaison(request.user, since),
        "now": now(),
    }
    return render(request, "notices/to_answer.html", context)


def opened(request: SignedIn, notice: Notice, show: Callable[[Notice], Shown]) -> Shown:
    """Show an issued notice, or a paper of it, to its liaison, and note the first time that it was opened.

    show: makes the response, which tells the due date that the opening sets. Where there is no reader, as for a
    prefetch or one who has hung up, what was noted is taken back.
    """
    is_liaison = may(request.user, "notices.answer")
    is_first_opening = notice.opened_at is None and request.method == "GET"
    if not (is_liaison and is_first_opening):
        return show(notice)
    with transaction.atomic():
        workflow.open_notice(notice=notice, actor=request.user)
        response = show(notice)
        if not is_read(request):
            transaction.set_rollback(True)
        return response


def show_notice(
    request: SignedIn,
    notice: Notice,
    picked: Iterable[str] = (),
    kept: Iterable[int] = (),
) -> HttpResponse:
    """A notice as its liaison sees it: what is asked, by whom, by when, why, and the table to answer.

    picked: lines that the person pasted; kept: ids of items that were selected before. With either, only the items
    that they name are shown, all of them selected.
    """
    items = notice.items.exclude(state=ItemState.DRAFT)
    counts = _item_counts(items)
    shown = _shown_part(request.GET.get("show", ""), counts)
    selection = Selection()
    if picked:
        selection = _picked(request.user, items, list(picked))
    elif kept:
        selection = Selection(items.filter(pk__in=list(kept)))
    listed = LiaisonItemList(
        request, notice=notice, shown=shown, chosen=selection.items
    )
    next_notice = None
    if counts["total"] and not counts["open"]:
        next_notice = _most_urgent(request.user)
    context = listed.context() | {
        "notice": notice,
        "shown_url": f"?show={shown}",
        "matching_query": listed.changed(),
        "counts": counts,
        "answer_counts": _answer_counts(items),
        "shown": shown,
        "picked": list(picked),
        "selected": selection.is_chosen,
        "unknown": selection.unknown,
        "next": next_notice,
        "keys": [(answer, answer.label, key) for answer, key in KEYS],
        "contact": letters.contact_of(notice),
        "withdrawals": WithdrawalLetter.objects.of(notice),
        "grounds": LegalGround.objects.filter(pk__in=items.values("ground"))[:4],
    }
    return render(request, "notices/notice_to_answer.html", context)


def _shown_part(asked: str, counts: dict[str, int]) -> str:
    """The part of the items that is shown: what is to be answered, unless another one is asked for."""
    if not asked and counts["open"]:
        return "open"
    if asked in SHOWN:
        return asked
    return "all"


@dataclass(frozen=True, slots=True)
class Selection:
    """The items that the person named, all of which are selected then; None where they named none.

    unknown: pasted lines that name none of them, each with the other notice that it belongs to, if any.
    """

    items: QuerySet[NoticeItem] | None = None
    unknown: Sequence[dict[str, Any]] = ()

    @property
    def is_chosen(self) -> bool:
        return self.items is not None


def _item_counts(items: QuerySet[NoticeItem]) -> dict[str, int]:
    """How many items there are of each part of the page; one statement."""
    counts = items.aggregate(
        all=Count("pk"),
        total=Count("pk", filter=ASKED),
        open=Count("pk", filter=SHOWN["open"]),
        answered=Count("pk", filter=SHOWN["answered"]),
        carried=Count("pk", filter=CARRIED),
        back=Count("pk", filter=SHOWN["back"]),
        retractable=Count("pk", filter=Q(state__in=RETRACTABLE)),
        stores=Count("pk", filter=SHOWN["stores"] & ASKED),
        listings=Count("pk", filter=~SHOWN["stores"] & ASKED),
    )
    return counts | {"withdrawn": counts["all"] - counts["total"]}


def _answer_counts(items: QuerySet[NoticeItem]) -> list[tuple[Any, int]]:
    """How many answers say what, in the order of the answers; those that nobody gave are left out."""
    answered = items.exclude(outcome="").filter(SHOWN["answered"])
    return _counts_by_answer(answered.values_list("outcome").annotate(Count("pk")))


def _counts_by_answer(counts: Iterable[tuple[str, int]]) -> list[tuple[Any, int]]:
    """Counts by answer with its name, in the order of the answers."""
    count_of = dict(counts)
    return [
        (label, count_of[answer])
        for answer, label in Claim.choices
        if answer in count_of
    ]


@open_to("notices.answer")
@require_POST
def pick(request: SignedIn, number: str) -> HttpResponse:
    """Select the items that a pasted column of addresses or ids names, or those selected before. Changes nothing."""
    notice = _visible(request, number)
    if kept := _selected(request, notice):
        return show_notice(request, notice, kept=kept[:MOST_PICKED])
    stripped = map(str.strip, request.POST.get("lines", "").splitlines())
    lines = list(filter(None, stripped))
    if not lines:
        messages.warning(request, _("Paste one address or id on each line first."))
        return redirect(notice)
    return show_notice(request, notice, lines[:MOST_PICKED])


@open_to("notices.answer")
@require_POST
def answer(request: SignedIn, number: str) -> HttpResponse:
    """Answer the selected items: first a summary with room for a remark, then, confirmed, the result of each row.

    The form's token is the act's idempotency key, so that a double click or a resent form answers once.
    """
    notice = _visible(request, number)
    ids = _selected(request, notice)
    if not ids:
        messages.warning(request, _("Select the items first."))
        return redirect(notice)
    # Only answers that the person was told of are replaced, not those that a colleague has given since.
    if "confirmed" in request.POST:
        form = AnswerForm(request.POST, initial=_first(request))
        replaced = ticked_ids(request.POST, "replaced")
    else:
        form = AnswerForm(initial=_first(request))
        replaced = _retractable(notice, ids)
    context = {
        "notice": notice,
        "form": form,
        "ids": ids,
        "replaced": replaced,
        "summary": _summary(notice, ids),
    }
    if not form.is_valid():
        return render(request, "notices/answer_confirm.html", context)
    try:
        results = _answer_confirmed(request.user, notice, form, ids, replaced)
    except TransitionRefused as refused:
        say_refused(form, refused)
        return render(request, "notices/answer_confirm.html", context)
    done, failed = tally(results)
    if not failed:
        messages.success(request, _answered(done, form.cleaned_data["outcome"]))
        return redirect(notice)
    context |= {
        "results": results,
        "names": _names(notice, ids),
        "said": form.cleaned_data,
    }
    return render(
        request, "notices/answer_results.html", context, status=status_of(results)
    )


def _answer_confirmed(
    actor: User,
    notice: Notice,
    form: AnswerForm,
    ids: list[int],
    replaced: Collection[int],
) -> list[Result]:
    """Answer the items as the form says, once for its token. Raises what `answer_once` raises."""
    answer, details = form.cleaned_data["outcome"], form.appeal_details()
    replies = [Reply(pk, answer, item=pk, remark=form.words(), **details) for pk in ids]
    body = [
        [reply.item, reply.outcome, reply.remark, *map(str, details.values())]
        for reply in replies
    ]
    key = f"page-{form.cleaned_data['token']}"
    return answer_once(actor, notice, key, body, lambda: replies, replaced)


def _answered(count: int, answer: str) -> str:
    sentence = ngettext(
        "%(count)s item answered “%(outcome)s”.",
        "%(count)s items answered “%(outcome)s”.",
        count,
    )
    return sentence % {"count": thousands(count), "outcome": Claim(answer).label}


@open_to("notices.answer")
@require_POST
def retract(request: SignedIn, number: str) -> HttpResponse:
    """Take the answers to the selected items back: first what that means, then, confirmed, the result of each row."""
    notice = _visible(request, number)
    ids = _selected(request, notice)
    if not ids:
        messages.warning(request, _("Select the items first."))
        return redirect(notice)
    if "confirmed" not in request.POST:
        return render(request, "notices/retract_answers.html", _retraction(notice, ids))
    try:
        results = workflow.retract_answers(notice=notice, items=ids, actor=request.user)
    except TransitionRefused as refused:
        return send_back(request, refused, notice)
    done, failed = tally(results)
    if not failed:
        sentence = ngettext(
            "%(count)s answer was taken back.",
            "%(count)s answers were taken back.",
            done,
        )
        messages.success(request, sentence % {"count": thousands(done)})
        return redirect(notice)
    context = {"notice": notice, "results": results, "names": _names(notice, ids)}
    return render(
        request, "notices/answer_results.html", context, status=status_of(results)
    )


def _retraction(notice: Notice, ids: list[int]) -> dict[str, Any]:
    """What taking answers back would touch: how many of each answer, and how many of those selected it cannot touch."""
    answered = notice.items.retractable().filter(pk__in=ids)
    answer_counts = _counts_by_answer(
        answered.order_by().values_list("outcome").annotate(Count("pk"))
    )
    total = sum(count for _label, count in answer_counts)
    return {
        "notice": notice,
        "ids": ids,
        "answer_counts": answer_counts,
        "total": total,
        "kept": len(ids) - total,
    }


def _retractable(notice: Notice, ids: list[int]) -> list[int]:
    return list(
        notice.items.retractable().filter(pk__in=ids).values_list("pk", flat=True)
    )


def _names(notice: Notice, ids: list[int]) -> dict[int, tuple[str, str]]:
    """What each item is called in a list of results."""
    items = notice.items.filter(pk__in=ids).select_related(
        "target__listing__store", "target__store"
    )
    return {
        item.pk: (f"{item.target.thing.canonical_id} {item.title[:LONGEST_NAME]}", "")
        for item in letters.name_items(items)
    }


def answer_once(
    actor: User,
    notice: Notice,
    key: str,
    body: Any,
    replies: Callable[[], list[Reply]],
    replaced: Collection[int] = (),
) -> list[Result]:
    """Answer under a key, so that the same body sent twice answers once and gets the same results.

    replaced: ids of items whose present answer is to be taken back first. Raises what `reply_once` and
    `change_answers` raise.
    """

    def change_answers() -> list[dict[str, Any]]:
        results = workflow.change_answers(
            notice=notice, replies=replies(), replaced=replaced, actor=actor
        )
        return [_as_line(result) for result in results]

    lines = workflow.reply_once(
        notice=notice, actor=actor, key=key, body=body, answer=change_answers
    )
    return [Result(**line) for line in lines]


def _as_line(result: Result) -> dict[str, Any]:
    """A result as it is kept under the key."""
    return {
        "ref": result.ref,
        "ok": result.ok,
        "code": result.code,
        "message": str(result.message),
    }


def _visible(request: SignedIn, number: str) -> Notice:
    notices = Notice.objects.visible_to(request.user).select_related(
        "case", "platform", "reply_deadline", "drafted_by"
    )
    return get_object_or_404(notices, number=number)


def _with_counts(notices: NoticeQuerySet) -> QuerySet[Any]:
    counted = notices.with_counts().select_related("reply_deadline", "case")
    return counted.annotate(due_on=Coalesce("reply_due_on", Value(FAR)))


def _most_urgent(user: User) -> Notice | None:
    """The notice that a liaison would answer next."""
    waiting = _with_counts(Notice.objects.visible_to(user)).filter(
        state=NoticeState.ISSUED, open_count__gt=0
    )
    return waiting.order_by("due_on", "pk").first()


def _selected(request: SignedIn, notice: Notice) -> list[int]:
    """Ids ticked, or all that match the filter in the form's address."""
    if request.POST.get("all_matching"):
        shown = request.GET.get("show", "open")
        if shown not in SHOWN:
            shown = "open"
        matching = LiaisonItemList(request, notice=notice, shown=shown).found
        return list(matching.order_by("position").values_list("pk", flat=True))
    return ticked_ids(request.POST)[:10_000]


def _first(request: SignedIn) -> dict[str, str]:
    return {"outcome": request.POST.get("outcome", ""), "token": uuid.uuid4().hex}


def _summary(notice: Notice, ids: list[int]) -> dict[str, int]:
    """What an answer would touch: how many listings and stores, and how many of them are finished."""
    return notice.items.filter(pk__in=ids).aggregate(
        listings=Count("pk", filter=Q(target__kind=Target.Kind.LISTING)),
        stores=Count("pk", filter=Q(target__kind=Target.Kind.STORE)),
        closed=Count("pk", filter=~Q(state__in=(ItemState.OPEN, *RETRACTABLE))),
    )


def _picked(user: User, items: QuerySet[NoticeItem], lines: list[str]) -> Selection:
    """The items that lines name (addresses or bare ids), and the lines that name none, with where they belong."""
    lines_by_id: dict[str, str] = {}
    for line in lines:
        address = read_cell(line)
        canonical_id = line
        if address.kind in Target.Kind.values:
            canonical_id = address.canonical_id
        lines_by_id.setdefault(canonical_id, line)
    named = items.filter(_has_id(lines_by_id))
    here = set(named.values_list("target__listing__canonical_id", flat=True))
    here |= set(named.values_list("target__store__canonical_id", flat=True))
    missing = [key for key in lines_by_id if key not in here]
    elsewhere = _open_notices_naming(missing, user)
    unknown = [
        {"line": lines_by_id[key], "notice": elsewhere.get(key)} for key in missing
    ]
    return Selection(named, unknown)


def _has_id(canonical_ids: Iterable[str]) -> Q:
    """Items whose listing or store has one of these ids."""
    ids = list(canonical_ids)
    return Q(target__listing__canonical_id__in=ids) | Q(
        target__store__canonical_id__in=ids
    )


def _open_notices_naming(canonical_ids: list[str], user: User) -> dict[str, Notice]:
    """The notices in which items with these ids wait for an answer, by id; of the first two hundred items."""
    others = (
        NoticeItem.objects.visible_to(user)
        .filter(_has_id(canonical_ids), state=ItemState.OPEN)
        .select_related("notice", "target__listing", "target__store")[:200]
    )
    return {item.target.thing.canonical_id: item.notice for item in others}
