"""What this room tells the pages of cases: a target's story, why it counts, what can be done, a case's notices, and
what waits on people's desks."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Case as Either
from django.db.models import Count, Exists, F, FilteredRelation, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import story, timeline
from cases.models import Case, Target
from cases.states import Seen
from corps.access import may
from corps.clock import today
from corps.models import Deadline, User
from corps.pieces.words import moment
from notices.models import Answer, Check, Notice, NoticeItem, Objection, Outcome, Recurrence
from notices.states import UNFINISHED, ItemState, NoticeState, ObjectionState
from stores.models import Platform

SEEN_KINDS = {Seen.GONE: "green", Seen.LIVE: "red", Seen.UNREACHABLE: "amber"}


def tell(target: Target, user: User) -> Iterator[story.Line]:
    """Notices, answers, looks, objections and what they brought, cause before effect; a handful of statements."""
    items = NoticeItem.objects.filter(target=target).exclude(state=ItemState.DRAFT).select_related("notice__platform")
    for item in items:
        notice = item.notice
        if notice.issued_at:
            note = _("round %(round)s, %(platform)s") % {"round": notice.round, "platform": notice.platform.label}
            yield story.Line(
                notice.issued_at,
                _("Notice sent"),
                "blue",
                notice.document_number,
                note,
                notice.get_absolute_url(),
                notice.number,
                part="notice",
            )
    answers = Answer.objects.filter(item__target=target).select_related("by", "item__notice")
    for answer in answers:
        note = " ".join(filter(None, [str(answer.by), answer.remark, _("late") if answer.is_late else ""]))
        notice = answer.item.notice
        yield story.Line(
            answer.at,
            _("Answer:"),
            "amber",
            answer.get_outcome_display(),
            note,
            notice.get_absolute_url(),
            notice.number,
            part="answer",
        )
    for check in Check.objects.filter(item__target=target).select_related("by"):
        kind = SEEN_KINDS[Seen(check.seen)]
        note = f"{check.by} {check.note}".strip()
        yield story.Line(check.at, _("Seen:"), kind, check.get_seen_display(), note, part="check")
    for objection in Objection.objects.filter(target=target).select_related("lodged_by", "decided_by"):
        url = reverse("notices:objection", args=[objection.number])
        yield story.Line(
            objection.lodged_at, _("Objection lodged"), "amber", "", objection.reason, url, objection.number
        )
        if objection.decided_at:
            word = objection.get_state_display()
            yield story.Line(
                objection.decided_at, _("Objection decided:"), objection.state, word, objection.decision_reason
            )
    for event in Recurrence.objects.filter(target=target):
        kind = "red" if event.kind == Recurrence.Kind.RELISTING else "green"
        yield story.Line(event.at, event.get_kind_display(), kind, "", _("beside the number, not in it"))
    for outcome in Outcome.objects.filter(target=target):
        sign = "+1" if outcome.sign > 0 else "−1"
        note = " ".join([outcome.get_cause_display(), outcome.reason]).strip()
        kind = "green" if outcome.sign > 0 else "red"
        yield story.Line(outcome.at, outcome.get_kind_display(), kind, sign, note)


def witness(target: Target, user: User) -> dict[str, list[Any]]:
    """Who answered and looked last, when, and how often; two statements."""
    said: dict[str, list[Any]] = {"claimed": [], "seen": []}
    answers = list(Answer.objects.filter(item__target=target).select_related("by", "item__notice").order_by("pk"))
    checks = list(Check.objects.filter(item__target=target).select_related("by").order_by("pk"))
    if answers:
        last = answers[-1]
        words = {"by": last.by, "when": moment(last.at), "notice": last.item.notice}
        said["claimed"].append(_("%(by)s, %(when)s, %(notice)s") % words)
        against = sum(check.seen == Seen.LIVE for check in checks)
        times = {"count": len(answers), "against": against}
        said["claimed"].append(
            _("answered %(count)s times, %(against)s of them contradicted") % times
            if against
            else _("answered %(count)s times") % times
        )
    if checks:
        said["seen"].append(_("%(by)s, %(when)s") % {"by": checks[-1].by, "when": moment(checks[-1].at)})
        said["seen"].append(_("looked at %(count)s times") % {"count": len(checks)})
    return said


def ledger(target: Target, user: User) -> list[story.Count]:
    """What the target added to the numbers and what stands beside them, in the order in which it was recorded."""
    lines = [
        (outcome.recorded_at, story.Count(outcome.get_kind_display(), outcome.at, outcome.sign))
        for outcome in Outcome.objects.filter(target=target)
    ]
    lines += [
        (event.recorded_at, story.Count(event.get_kind_display(), event.at, 0))
        for event in Recurrence.objects.filter(target=target)
    ]
    return [line for _recorded, line in sorted(lines, key=lambda pair: pair[0])]


def prove(target: Target, user: User) -> Iterator[tuple[Any, Any, Any]]:
    """The chain from the notice to the +1, as (name, value, address)."""
    last = (
        Outcome.objects.filter(target=target).select_related("item__notice", "check_row__by").order_by("-nth").first()
    )
    if last is None or last.sign < 0:
        return
    item = last.item
    notice = item.notice
    yield (
        _("Notice item"),
        _("%(notice)s, no. %(position)s") % {"notice": notice, "position": item.position},
        (notice.get_absolute_url()),
    )
    yield _("Issued"), moment(notice.issued_at), ""
    answer = Answer.objects.filter(item=item, at__lte=last.at).select_related("by").order_by("-pk").first()
    if answer:
        yield _("Answer"), f"{answer.get_outcome_display()} {answer.by} {moment(answer.at)}", ""
    if last.check_row:
        yield _("Check"), f"{last.check_row.get_seen_display()} {last.check_row.by} {moment(last.check_row.at)}", ""
    yield _("Result"), f"+1 {last.get_kind_display()} {moment(last.at)}", ""


def offer(target: Target, user: User) -> Iterator[tuple[Any, str]]:
    """What can be begun on a target's page."""
    noticed = NoticeItem.objects.filter(target=target).exclude(state=ItemState.DRAFT).exists()
    if noticed and may(user, "notices.lodge_objection"):
        yield _("Lodge an objection…"), reverse("notices:objection_new", args=[target.pk])
    if target.is_counted and may(user, "notices.propose_correction"):
        yield _("Propose a correction…"), reverse("notices:correction_new", args=[target.pk])


def bind(targets: QuerySet[Target]) -> QuerySet[Target]:
    """Targets with the notice whose unfinished item binds them, and when the next act on that item is due."""
    due = Either(
        When(bond__state=ItemState.OPEN, then="bond__notice__reply_deadline__due_on"),
        When(bond__state=ItemState.CLAIMED, then="bond__check_deadline__due_on"),
    )
    return targets.annotate(
        bond=FilteredRelation("items", condition=Q(items__state__in=UNFINISHED)),
        notice_number=F("bond__notice__number"),
        due_on=Coalesce(due, Value(story.FAR)),
    )


def clocks(case: Case, user: User) -> Iterator[dict[str, Any]]:
    """The earliest date by which an answer of the case must be checked, and by which a platform owes one."""
    notices = Notice.objects.visible_to(user).filter(case=case)
    claimed = NoticeItem.objects.filter(notice__in=notices, state=ItemState.CLAIMED)
    unanswered = NoticeItem.objects.filter(notice=OuterRef("pk"), state=ItemState.OPEN)
    # By the few deadlines and the few notices, not by the thousands of items.
    checks = Deadline.objects.filter(pk__in=claimed.values("check_deadline").distinct())
    due = checks.aggregate(check=Min("due_on")) | notices.filter(Exists(unanswered)).aggregate(
        answer=Min("reply_deadline__due_on")
    )
    for name, label in (("check", _("Check")), ("answer", _("Platform's answer"))):
        if due[name]:
            yield {"label": label, "due": due[name], "left": None, "calendar_days": False, "provisional": False}


def _notices_of(case: Case, user: User) -> dict[str, Any]:
    notices = (
        Notice.objects.visible_to(user)
        .filter(case=case)
        .select_related("platform", "reply_deadline")
        .annotate(
            item_count=Count("items"),
            open_count=Count("items", filter=Q(items__state=ItemState.OPEN)),
            claimed_count=Count("items", filter=Q(items__state=ItemState.CLAIMED)),
            verified_count=Count("items", filter=Q(items__state=ItemState.VERIFIED)),
        )
        .order_by("-pk")
    )
    return {"notices": notices}


NOTICES = story.Panel(
    key="notices",
    label=gettext_lazy("Notices"),
    template="notices/case_notices.html",
    count=lambda case, user: Notice.objects.visible_to(user).filter(case=case).count(),
    context=_notices_of,
)


def due(user: User) -> Iterable[story.Task]:
    """Issued notices with unanswered items, and failed or uncertain deliveries."""
    notices = (
        Notice.objects.visible_to(user)
        .filter(state=NoticeState.ISSUED, items__state=ItemState.OPEN)
        .select_related("platform", "case__firm", "reply_deadline")
        .annotate(open_count=Count("items"), due_on=F("reply_deadline__due_on"))
        .order_by("due_on", "pk")[:50]
    )
    for notice in notices:
        late = notice.due_on < today()
        yield story.Task(
            title=_("%(platform)s has not answered %(notice)s") % {"platform": notice.platform.label, "notice": notice},
            note=_("round %(round)s") % {"round": notice.round},
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=notice.open_count,
            unit=_("items"),
            url=f"{reverse('notices:compose', args=[notice.case.number])}" if late else notice.get_absolute_url(),
            verb=_("Follow up") if late else _("Look"),
            due=notice.due_on,
            provisional=bool(notice.reply_deadline and notice.reply_deadline.is_provisional),
        )


def to_check(user: User) -> Iterable[story.Task]:
    """Claimed items, by notice, with the earliest deadline of each."""
    found = (
        NoticeItem.objects.visible_to(user)
        .filter(state=ItemState.CLAIMED, pending_verdict=None)
        .order_by()
        .values("notice__number", "notice__document_number", "notice__platform", "notice__case__number")
        .annotate(count=Count("pk"), due_on=F("check_deadline__due_on"))
        .order_by("due_on", "notice__number")[:50]
    )
    platforms = {platform.pk: platform.label for platform in Platform.objects.visible_to(user)}
    for row in found:
        yield story.Task(
            title=f"{platforms[row['notice__platform']]}　{row['notice__document_number']}",
            note="",
            place=row["notice__case__number"],
            count=row["count"],
            unit=_("items"),
            url=f"{reverse('notices:checks')}?notice={row['notice__number']}",
            verb=_("Check"),
            due=row["due_on"],
        )


def waiting(user: User) -> Iterable[story.Task]:
    """What others have to decide: notices that wait for approval, objections that are not decided."""
    notices = (
        Notice.objects.visible_to(user)
        .filter(state=NoticeState.SUBMITTED)
        .select_related("platform", "case__firm")
        .annotate(item_count=Count("items"))
        .order_by("submitted_at")[:50]
    )
    for notice in notices:
        yield story.Task(
            title=_("Notice to %(platform)s") % {"platform": notice.platform.label},
            note=_("waits for approval since %(when)s") % {"when": moment(notice.submitted_at)},
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=notice.item_count,
            unit=_("items"),
            since=notice.submitted_at,
            url=notice.get_absolute_url(),
            verb=_("Look"),
        )
    objections = Objection.objects.visible_to(user).filter(state__in=(ObjectionState.LODGED, ObjectionState.ACCEPTED))
    for objection in objections.select_related("case__firm").order_by("lodged_at")[:50]:
        yield story.Task(
            title=_("Objection %(number)s") % {"number": objection.number},
            note=objection.reason[:60],
            place=f"{objection.case.firm.short_label}　{objection.case.number}",
            count=1,
            unit=_("items"),
            since=objection.lodged_at,
            url=reverse("notices:objection", args=[objection.number]),
            verb=_("Look"),
        )


VERBS = {
    "notice.drafted": (gettext_lazy("Notice drafted"), "grey"),
    "notice.changed": (gettext_lazy("Request of the notice changed"), "grey"),
    "notice.draft_withdrawn": (gettext_lazy("Draft given up"), "grey"),
    "notice.items_removed": (gettext_lazy("Items taken out of the draft"), "grey"),
    "notice.submitted": (gettext_lazy("Notice submitted for approval"), "purple"),
    "notice.returned": (gettext_lazy("Notice returned"), "red"),
    "notice.issued": (gettext_lazy("Notice issued"), "blue"),
    "notice.completed": (gettext_lazy("Notice completed"), "green"),
    "notice.opened_again": (gettext_lazy("Notice opened again"), "amber"),
    "notice.withdrawn": (gettext_lazy("Notice withdrawn"), "grey"),
    "notice.served_otherwise": (gettext_lazy("Notice served in another way"), "blue"),
    "notice.answered_on_behalf": (gettext_lazy("Answer recorded for the liaison"), "amber"),
    "delivery.sent": (gettext_lazy("Mail sent"), "grey"),
    "delivery.failed": (gettext_lazy("Mail failed"), "red"),
    "delivery.cancelled": (gettext_lazy("Mail cancelled"), "grey"),
    "delivery.uncertain": (gettext_lazy("Mail uncertain"), "red"),
    "delivery.decided": (gettext_lazy("Decided about a mail"), "grey"),
    "item.answered": (gettext_lazy("Item answered"), "amber"),
    "item.checked": (gettext_lazy("Item checked"), "green"),
    "item.carried_over": (gettext_lazy("Item carried over"), "grey"),
    "item.handed_over": (gettext_lazy("Item handed over"), "grey"),
    "item.withdrawn": (gettext_lazy("Item withdrawn"), "grey"),
    "target.noticed": (gettext_lazy("Target named in a notice"), "blue"),
    "target.seen": (gettext_lazy("Target looked at again"), "grey"),
    "target.relisted": (gettext_lazy("Target found relisted"), "red"),
    "target.restored": (gettext_lazy("Target restored"), "grey"),
    "objection.lodged": (gettext_lazy("Objection lodged"), "amber"),
    "objection.accepted": (gettext_lazy("Objection taken up"), "amber"),
    "objection.upheld": (gettext_lazy("Objection upheld"), "red"),
    "objection.dismissed": (gettext_lazy("Objection dismissed"), "grey"),
    "outcome.correction_proposed": (gettext_lazy("Correction proposed"), "purple"),
    "outcome.correction_declined": (gettext_lazy("Correction declined"), "grey"),
    "outcome.corrected": (gettext_lazy("Result corrected"), "red"),
    "approval.requested": (gettext_lazy("Approval asked for"), "purple"),
    "approval.void": (gettext_lazy("Approval void"), "grey"),
}


def register() -> None:
    """Fill the lists of the cases room; called once, from `AppConfig.ready()`."""
    timeline.words.update(VERBS)
    story.tellers.append(tell)
    story.binders.append(bind)
    story.clocks.append(clocks)
    story.proofs.append(prove)
    story.witnesses.append(witness)
    story.ledgers.append(ledger)
    story.acts.append(offer)
    story.panels.append(NOTICES)
    story.more.update(
        due=("notices:list", "?state=issued"),
        check=("notices:checks_list", ""),
        waiting=("notices:list", "?state=submitted"),
    )
    story.providers["due"].append(due)
    story.providers["check"].append(to_check)
    story.providers["waiting"].append(waiting)
