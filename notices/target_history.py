"""What this app tells the pages of cases: a target's history, why it counts, what can be done, and a case's notices."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Case as Either
from django.db.models import (
    Exists,
    F,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import target_history, timeline
from cases.models import Case, Target
from cases.states import CHECKED_GONE, CaseState, Seen
from corps.access.permissions import may
from corps.models import AuditEntry, Deadline, User
from corps.ui.formats import day, moment
from notices.models import (
    Answer,
    Check,
    LedgerEntry,
    Notice,
    NoticeItem,
    Objection,
    Recurrence,
    WithdrawalLetter,
)
from notices.states import UNFINISHED, ItemState
from notices.workflow.checkers import CHECKS_FIRST, check_refusals

SEEN_KINDS = {Seen.GONE: "green", Seen.LIVE: "red", Seen.UNREACHABLE: "amber"}
# What only the audit knows of an item: that it left its notice, and for which other, if any, or that its answer was
# taken back.
LEFT = (
    "item.carried_over",
    "item.handed_over",
    "item.withdrawn",
    "item.answer_retracted",
)


class NoticesHistory(target_history.TargetProvider):
    """Notices, answers, checks, objections, and what they brought."""

    def lines(self, target: Target, user: User) -> Iterator[target_history.Line]:
        """Notices, answers, checks, objections and what they brought, cause before effect; a handful of statements."""
        yield from _notice_lines(target)
        yield from _answer_lines(target)
        yield from _check_lines(target)
        yield from _objection_lines(target)
        yield from _withdrawal_lines(target)
        yield from _count_lines(target)

    def witnesses(self, target: Target, user: User) -> dict[str, list[Any]]:
        """Who answered and checked last, when, and how often; two statements."""
        not_retracted = Answer.objects.not_retracted().filter(item__target=target)
        answers = not_retracted.select_related("by", "item__notice").order_by("pk")
        checks = Check.objects.filter(item__target=target).select_related("by")
        by_time = list(checks.order_by("pk"))
        return {
            "claimed": _last_answer(list(answers), by_time),
            "seen": _last_check(by_time),
        }

    def ledger(self, target: Target, user: User) -> list[target_history.Count]:
        """What the target added to the numbers and what stands beside them, in the order in which it was recorded."""
        lines = [
            (
                entry.recorded_at,
                target_history.Count(entry.get_kind_display(), entry.at, entry.sign),
            )
            for entry in LedgerEntry.objects.filter(target=target)
        ]
        lines += [
            (
                event.recorded_at,
                target_history.Count(event.get_kind_display(), event.at, 0),
            )
            for event in Recurrence.objects.filter(target=target)
        ]
        return [line for _recorded, line in sorted(lines, key=lambda pair: pair[0])]

    def proofs(self, target: Target, user: User) -> Iterator[tuple[Any, Any, Any]]:
        """The chain from the notice to the +1, as (name, value, address)."""
        last = (
            LedgerEntry.objects.filter(target=target)
            .select_related("item__notice", "check_row__by")
            .order_by("-nth")
            .first()
        )
        if last is None or last.sign < 0:
            return
        item = last.item
        notice = item.notice
        yield (
            _("Notice item"),
            _("%(notice)s, no. %(position)s")
            % {"notice": notice, "position": item.position},
            (notice.get_absolute_url()),
        )
        yield _("Issued"), moment(notice.issued_at), ""
        stand = Answer.objects.not_retracted().filter(item=item, at__lte=last.at)
        answer = stand.select_related("by").order_by("-pk").first()
        if answer:
            yield (
                _("Answer"),
                f"{answer.get_outcome_display()} {answer.by} {moment(answer.at)}",
                "",
            )
        if last.check_row:
            yield (
                _("Check"),
                f"{last.check_row.get_seen_display()} {last.check_row.by} {moment(last.check_row.at)}",
                "",
            )
        yield _("Result"), f"+1 {last.get_kind_display()} {moment(last.at)}", ""

    def acts(self, target: Target, user: User) -> Iterator[tuple[Any, str]]:
        """What can be begun on a target's page."""
        noticed = (
            NoticeItem.objects.filter(target=target)
            .exclude(state=ItemState.DRAFT)
            .exists()
        )
        if noticed and may(user, "notices.lodge_objection"):
            yield (
                _("Lodge an objection…"),
                reverse("notices:objection_new", args=[target.pk]),
            )
        if target.is_counted and may(user, "notices.propose_correction"):
            yield (
                _("Propose a correction…"),
                reverse("notices:correction_new", args=[target.pk]),
            )
        verified = target.state in CHECKED_GONE
        if verified and may(user, "notices.check") and _may_check_again(target, user):
            yield _("Check again…"), reverse("notices:look_again", args=[target.pk])

    def clocks(self, case: Case, user: User) -> Iterator[dict[str, Any]]:
        """The earliest date by which an answer of the case must be checked, and by which a platform owes one; none
        while it is suspended."""
        if case.state == CaseState.SUSPENDED:
            return
        notices = Notice.objects.visible_to(user).filter(case=case)
        claimed = NoticeItem.objects.filter(notice__in=notices, state=ItemState.CLAIMED)
        unanswered = NoticeItem.objects.filter(
            notice=OuterRef("pk"), state=ItemState.OPEN
        )
        # By the few deadlines and the few notices, not by the thousands of items.
        checks = Deadline.objects.filter(
            pk__in=claimed.values("check_deadline").distinct()
        )
        due = checks.aggregate(check=Min("due_on")) | notices.filter(
            Exists(unanswered)
        ).aggregate(answer=Min("reply_due_on"))
        for name, label in (("check", _("Check")), ("answer", _("Platform's answer"))):
            if due[name]:
                yield {
                    "label": label,
                    "due": due[name],
                    "left": None,
                    "calendar_days": False,
                    "provisional": False,
                }


def _may_check_again(target: Target, user: User) -> bool:
    """Whether looking is offered: to officers always, to supervisors what is left to them."""
    if may(user, CHECKS_FIRST):
        return True
    verified = NoticeItem.objects.filter(
        target=target, state=ItemState.VERIFIED
    ).select_related("notice__case")
    last = verified.order_by("-pk").first()
    return last is not None and not check_refusals([last], user)


def _last_answer(answers: list[Answer], checks: list[Check]) -> list[Any]:
    """Who answered last when in which notice, and how often it was answered, and contradicted by a check."""
    if not answers:
        return []
    last, against = answers[-1], _contradicted(checks)
    values = {"by": last.by, "when": moment(last.at), "notice": last.item.notice}
    how_often = ngettext(
        "answered %(count)s time", "answered %(count)s times", len(answers)
    )
    if against:
        how_often = ngettext(
            "answered %(count)s time, %(against)s of them contradicted",
            "answered %(count)s times, %(against)s of them contradicted",
            len(answers),
        )
    return [
        _("%(by)s, %(when)s, %(notice)s") % values,
        how_often % {"count": len(answers), "against": against},
    ]


def _last_check(checks: list[Check]) -> list[Any]:
    """Who checked last when, and how often it was checked."""
    if not checks:
        return []
    values = {"by": checks[-1].by, "when": moment(checks[-1].at)}
    how_often = ngettext(
        "looked at %(count)s time", "looked at %(count)s times", len(checks)
    )
    return [_("%(by)s, %(when)s") % values, how_often % {"count": len(checks)}]


def _notice_lines(target: Target) -> Iterator[target_history.Line]:
    """That the target left notices, and which notices named it."""
    named = NoticeItem.objects.filter(target=target).exclude(state=ItemState.DRAFT)
    items = list(named.select_related("notice__platform").order_by("pk"))
    left = AuditEntry.objects.filter(
        subject_type=NoticeItem._meta.label_lower,
        subject_id__in=[item.pk for item in items],
        verb__in=LEFT,
    )
    yield from timeline.lines_of(left.select_related("actor").order_by("pk"))
    for item in items:
        notice = item.notice
        if notice.issued_at:
            note = _("round %(round)s, %(platform)s") % {
                "round": notice.round,
                "platform": notice.platform.label,
            }
            yield target_history.Line(
                notice.issued_at,
                _("Notice sent"),
                "blue",
                notice.document_number,
                note,
                notice.get_absolute_url(),
                notice.number,
                part="notice",
            )


def _answer_lines(target: Target) -> Iterator[target_history.Line]:
    """What the platform answered, with the paper by which an answer came, if any."""
    for answer in Answer.objects.filter(item__target=target).select_related(
        "by", "item__notice"
    ):
        details = [str(answer.by), answer.remark]
        if answer.is_late:
            details.append(_("late"))
        notice = answer.item.notice
        url, link = notice.get_absolute_url(), notice.number
        note = " ".join(filter(None, details))
        if answer.document_id:
            note = f"{note} {notice.number}"
            url, link = (
                reverse("notices:answer_paper", args=[answer.pk]),
                _("paper of the answer"),
            )
        yield target_history.Line(
            answer.at,
            _("Answer:"),
            "amber",
            answer.get_outcome_display(),
            note,
            url,
            link,
            part="answer",
        )


def _check_lines(target: Target) -> Iterator[target_history.Line]:
    """What officers saw when they looked."""
    for check in Check.objects.filter(item__target=target).select_related("by"):
        kind = SEEN_KINDS[Seen(check.seen)]
        note = f"{check.by} {check.note}".strip()
        yield target_history.Line(
            check.at, _("Seen:"), kind, check.get_seen_display(), note, part="check"
        )


def _objection_lines(target: Target) -> Iterator[target_history.Line]:
    """Objections against the target, and how they were decided."""
    for objection in Objection.objects.filter(target=target).select_related(
        "lodged_by", "decided_by"
    ):
        url = reverse("notices:objection", args=[objection.number])
        yield target_history.Line(
            objection.lodged_at,
            _("Objection lodged"),
            "amber",
            "",
            objection.reason,
            url,
            objection.number,
        )
        if objection.decided_at:
            state = objection.get_state_display()
            yield target_history.Line(
                objection.decided_at,
                _("Objection decided:"),
                objection.state,
                state,
                objection.decision_reason,
            )


def _count_lines(target: Target) -> Iterator[target_history.Line]:
    """What the target added to the numbers and took from them, and what stands beside them."""
    for event in Recurrence.objects.filter(target=target):
        kind = "green"
        if event.kind == Recurrence.Kind.RELISTING:
            kind = "red"
        yield target_history.Line(
            event.at,
            event.get_kind_display(),
            kind,
            "",
            _("beside the number, not in it"),
        )
    for entry in LedgerEntry.objects.filter(target=target):
        sign, kind = "−1", "red"
        if entry.sign > 0:
            sign, kind = "+1", "green"
        note = " ".join([entry.get_cause_display(), entry.reason]).strip()
        yield target_history.Line(entry.at, entry.get_kind_display(), kind, sign, note)


def _withdrawal_lines(target: Target) -> Iterator[target_history.Line]:
    """The letters that said that the target is asked for no longer, and whether they asked to restore it."""
    letters = (
        WithdrawalLetter.objects.filter(items__item__target=target)
        .select_related("notice")
        .order_by("pk")
    )
    for letter in letters:
        details = [letter.get_cause_display()]
        if letter.asks_restoring:
            details.append(_("restoring asked"))
        yield target_history.Line(
            letter.issued_at,
            _("Letter of withdrawal"),
            "grey",
            letter.document_number,
            " ".join(filter(None, details)),
            letter.get_absolute_url(),
            letter.number,
            part="notice",
        )


def _contradicted(checks: list[Check]) -> int:
    """How many checks found live what a platform had claimed gone; live after gone is a relisting, no contradiction."""
    gone, against = set(), 0
    for check in checks:
        against += check.seen == Seen.LIVE and check.item_id not in gone
        if check.seen == Seen.GONE:
            gone.add(check.item_id)
    return against


def bind(targets: QuerySet[Target]) -> QuerySet[Target]:
    """Targets with the notice whose unfinished item binds them, and when the next act on that item is due."""
    due = Either(
        When(bond__state=ItemState.OPEN, then="bond__notice__reply_due_on"),
        When(bond__state=ItemState.CLAIMED, then="bond__check_deadline__due_on"),
    )
    return targets.annotate(
        bond=FilteredRelation("items", condition=Q(items__state__in=UNFINISHED)),
        notice_number=F("bond__notice__number"),
        due_on=Coalesce(due, Value(target_history.FAR)),
    )


def _notices_of(case: Case, user: User) -> dict[str, Any]:
    notices = (
        Notice.objects.visible_to(user)
        .filter(case=case)
        .select_related("platform", "reply_deadline")
        .with_counts()
        .order_by("-pk")
    )
    return {"notices": notices}


NOTICES = target_history.Panel(
    key="notices",
    label=gettext_lazy("Notices"),
    template="notices/case_notices.html",
    count=lambda case, user: Notice.objects.visible_to(user).filter(case=case).count(),
    context=_notices_of,
)


def last_asked(targets: Collection[int]) -> dict[int, Any]:
    """For `cases.extensions.pasted_lookups`: of targets, with which notice a platform was last asked, and when.

    One statement.
    """
    items = NoticeItem.objects.filter(
        target__in=targets, notice__issued_at__isnull=False
    ).select_related("notice")
    latest = items.order_by("target", "-notice__issued_at", "-pk").distinct("target")
    sentence = _("notice %(number)s of %(day)s")
    return {
        item.target_id: sentence
        % {"number": item.notice.number, "day": day(item.notice.issued_at)}
        for item in latest
    }
