"""What waits for people in this app, for their home pages: answers that are owed, notices, checks, decisions."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from cases.home_needs import (
    HANDLES,
    OVERSEES,
    case_key,
    late,
    leading_officers,
    own_unit,
)
from cases.models import Case, CaseOfficer, Target
from cases.states import HANDLED_CASE, UNFINISHED, CaseState, TargetState
from corps.access.permissions import may
from corps.deadlines.clock import today
from corps.installation import identity
from corps.models import Approval, Delivery, User
from corps.ui.extensions import Need as Line
from corps.ui.extensions import Provider
from corps.ui.formats import thousands
from corps.ui.home import keys_of, one_key
from corps.ui.stream import Key, Need, Subject
from notices import liaison_home, workflow
from notices.models import Notice, NoticeItem, Objection
from notices.platform_backlog import owed_by
from notices.states import UNDECIDED, ItemState, NoticeState, ObjectionState
from notices.tables import visible_deliveries
from notices.views import approvals
from stores.models import Platform

LONGEST_NOTE = 60
# No item at all.
NOBODYS = Q(pk__in=())
# Why a target waits for a notice, where that is not what its state says.
WHY = {TargetState.NOTICED: gettext_lazy("answer overdue")}
FOR_A_PERSON = {
    Delivery.State.UNCERTAIN: gettext_lazy("mails of unknown outcome"),
    Delivery.State.FAILED: gettext_lazy("mails that failed"),
}
# Official accounts and corrections of belonging that wait for a decision are one row each.
ACCOUNTS: Key = ("accounts", 0)
BELONGINGS: Key = ("belongings", 0)
TELEPHONE: Key = ("telephone", 0)


def _labels(user: User) -> dict[int, str]:
    """What platforms are called; one statement."""
    return {
        platform.pk: platform.label for platform in Platform.objects.visible_to(user)
    }


def _list(name: str, **asked: str | int) -> str:
    """The address of a list with its filter."""
    return f"{reverse(name)}?{urlencode(asked)}"


def _unanswered(user: User) -> QuerySet[Notice]:
    """Issued notices with unanswered items; no clock runs while their case is suspended."""
    notices = Notice.objects.visible_to(user).filter(
        state=NoticeState.ISSUED, items__state=ItemState.OPEN
    )
    return notices.exclude(case__state=CaseState.SUSPENDED)


def unanswered(user: User) -> Iterator[Need]:
    """Answers that are owed: until their day the platforms are waited for, from then on an officer follows up."""
    labels, on = _labels(user), today()
    notices = (
        _unanswered(user)
        .order_by("reply_due_on", "pk")
        .annotate(open_count=Count("items"))
    )
    for notice in notices.select_related("case", "reply_deadline"):
        label, url, due = (
            labels[notice.platform_id],
            notice.get_absolute_url(),
            notice.reply_due_on,
        )
        clock = _("Platform's answer")
        if due is None:
            clock = _("Not arrived yet")
        asked = npgettext(
            "asked of a platform",
            "%(count)s answer",
            "%(count)s answers",
            notice.open_count,
        )
        need = Need(
            case_key(notice.case_id),
            _("%(platform)s has not answered") % {"platform": label},
            notice.open_count,
            f"{url}?state={ItemState.OPEN}",
            due=due,
            clock=clock,
            verb=_("Look"),
            act=url,
            hint=_hint(notice),
            provisional=bool(
                notice.reply_deadline and notice.reply_deadline.is_provisional
            ),
        )
        if due is None or due > on:
            need = replace(
                need, whom=label, asked=asked % {"count": thousands(notice.open_count)}
            )
        elif due < on:
            need = replace(
                need,
                verb=_("Follow up"),
                act=reverse("notices:compose", args=[notice.case.number]),
            )
        yield need


def _hint(notice: Notice) -> str:
    """Which notice a chip is about."""
    return f"{notice}　{_('round %(round)s') % {'round': notice.round}}"


def cut_off(user: User) -> Iterator[Need]:
    """Platforms that have nobody to send to, where something of this person's is open; an administrator appoints."""
    platforms = dict(Platform.objects.without_recipient().values_list("pk", "slug"))
    if not platforms:
        return
    for pk, owed in owed_by(list(platforms), user).items():
        url = _list("notices:list", answers="missing", platform=platforms[pk])
        yield Need(
            ("platform", pk),
            _("unanswered"),
            owed.items,
            url,
            due=owed.due,
            clock=_("Platform's answer"),
            whom=_("Administrator"),
            verb=_("Look"),
            asked=_("to appoint a primary liaison"),
            act=reverse("stores:platforms"),
        )


def _cut_off_keys(user: User) -> list[QuerySet[Any]]:
    items = NoticeItem.objects.visible_to(user).filter(
        notice__state=NoticeState.ISSUED, state=ItemState.OPEN
    )
    nobody = Platform.objects.without_recipient().values("pk")
    return [
        keys_of(
            items.filter(notice__platform__in=nobody), "platform", "notice__platform"
        )
    ]


def _platform_subjects(user: User, ids: Collection[int]) -> Mapping[int, Subject]:
    return {
        platform.pk: Subject(
            _("%(platform)s has nobody to send to") % {"platform": platform.label},
            reverse("stores:platforms"),
        )
        for platform in Platform.objects.visible_to(user).filter(pk__in=ids)
    }


def _named_in_letters(user: User) -> QuerySet[CaseOfficer]:
    """Where letters of open cases would name an officer who has no telephone."""
    if user.phone or not may(user, HANDLES):
        return CaseOfficer.objects.none()
    return CaseOfficer.objects.filter(
        officer=user, is_lead=True, until=None, case__state__in=HANDLED_CASE
    )


def without_telephone(user: User) -> Iterator[Need]:
    """That an officer has no telephone, while letters of their open cases would name them; one statement at most."""
    if _named_in_letters(user).exists():
        note = _("letters name you as the contact, and platforms could not call you")
        url = f"{reverse('cases:list')}?mine=1&state=open"
        act = reverse("account_telephone")
        yield Need(
            TELEPHONE,
            _("your cases"),
            None,
            url,
            verb=_("Enter it"),
            act=act,
            note=note,
        )


def _waiting(user: User) -> QuerySet[Target]:
    """Targets of a person's cases that wait for a notice."""
    return workflow.waiting_among(Case.objects.visible_to(user))


def to_send(user: User) -> Iterator[Need]:
    """Cases with targets that wait for a notice, and why they do; one statement."""
    rows = _waiting(user).order_by("case")
    counts: dict[tuple[int, str], dict[str, int]] = {}
    for case, number, state, count in rows.values_list(
        "case", "case__number", "state"
    ).annotate(Count("pk")):
        counts.setdefault((case, number), {})[state] = count
    for (case, number), states in counts.items():
        why = [
            f"{WHY.get(word, word.label)} {thousands(states[word])}"
            for word in UNFINISHED
            if word in states
        ]
        yield Need(
            case_key(case),
            _("to be sent"),
            sum(states.values()),
            f"{reverse('cases:case', args=[number])}?state=waiting",
            verb=_("Compose"),
            act=reverse("notices:compose", args=[number]),
            note="　".join(why),
        )


def _unsubmitted(user: User) -> QuerySet[Any]:
    """Drafts, and notices that were returned, with the reason of the last return; nothing withdrawn."""
    declined = Approval.objects.filter(
        subject_type=Notice._meta.label_lower,
        subject_id=OuterRef("pk"),
        state=Approval.State.RETURNED,
    ).order_by("-pk")
    notices = Notice.objects.visible_to(user).drafts()
    return notices.annotate(reason=Subquery(declined.values("reason")[:1]))


def unsubmitted(user: User) -> Iterator[Need]:
    """Drafts that nobody has submitted, and notices that came back: returned, or drafts again since."""
    labels = _labels(user)
    notices = (
        _unsubmitted(user)
        .select_related("case", "drafted_by")
        .annotate(item_count=Count("items"))
    )
    for notice in notices.order_by("pk"):
        values = {"platform": labels[notice.platform_id]}
        url = f"{reverse('notices:compose', args=[notice.case.number])}?notice={notice.number}"
        if notice.reason is None:
            text, verb, note = (
                _("draft to %(platform)s, not submitted"),
                _("Go on"),
                str(notice.drafted_by or ""),
            )
        else:
            text, verb, note = (
                _("notice to %(platform)s returned"),
                _("Revise"),
                notice.reason[:LONGEST_NOTE],
            )
        yield Need(
            case_key(notice.case_id),
            text % values,
            notice.item_count,
            url,
            verb=verb,
            note=note,
        )


def _not_ours(user: User) -> QuerySet[NoticeItem]:
    return NoticeItem.objects.visible_to(user).filter(state=ItemState.NOT_OURS)


def not_ours(user: User) -> Iterator[Need]:
    """Items that a platform says belong elsewhere, by notice. What needs more waits for a notice."""
    labels = _labels(user)
    rows = (
        _not_ours(user)
        .order_by("notice")
        .values_list("notice__number", "notice__platform", "notice__case")
    )
    for number, platform, case, count in rows.annotate(Count("pk")):
        url = f"{reverse('notices:notice', args=[number])}?state={ItemState.NOT_OURS}"
        text = _("%(platform)s says: not ours") % {"platform": labels[platform]}
        yield Need(case_key(case), text, count, url, verb=_("Hand over"))


def _undelivered(user: User) -> QuerySet[Delivery]:
    return visible_deliveries(user).filter(state__in=FOR_A_PERSON)


def undelivered(user: User) -> Iterator[Need]:
    """Mails that failed, and those of which nobody knows whether they arrived, by case; a person decides."""
    of_notices = Notice.objects.filter(pk=OuterRef("message__subject_id"))
    undecided = (
        _undelivered(user)
        .order_by()
        .annotate(case=Subquery(of_notices.values("case")[:1]))
    )
    undecided = undecided.annotate(
        number=Subquery(of_notices.values("case__number")[:1])
    )
    for case, number, state, count in undecided.values_list(
        "case", "number", "state"
    ).annotate(Count("pk")):
        text = FOR_A_PERSON[Delivery.State(state)]
        url = _list("notices:deliveries", state=state, case=number)
        yield Need(case_key(case), text, count, url, verb=_("Decide"))


def _undelivered_keys(user: User) -> list[QuerySet[Any]]:
    failed = _undelivered(user).values("message__subject_id")
    return [
        keys_of(Notice.objects.visible_to(user).filter(pk__in=failed), "case", "case")
    ]


def held_back(user: User) -> Iterator[Line]:
    """Letters that wait because mail does not go out at all; an administrator decides. One statement where it does."""
    if not (reason := identity.reason_to_hold()):
        return
    if count := visible_deliveries(user).held().count():  # type: ignore[attr-defined]
        waits = ngettext("%(count)s mail waits", "%(count)s mails wait", count) % {
            "count": thousands(count)
        }
        url = _list("notices:deliveries", state=str(Delivery.State.PENDING))
        yield Line(
            colour="red",
            mark=_("stopped"),
            text=reason,
            note=waits,
            url=url,
            verb=_("Look"),
        )


def _to_check(user: User) -> QuerySet[NoticeItem]:
    return NoticeItem.objects.visible_to(user).to_check()


def to_check(user: User, own: Q | None = None) -> Iterator[Need]:
    """Claimed items by case, with the earliest day of each. own: those that others check; the person's own work unless
    given."""
    if own is None:
        own = workflow.own_work(user)
    rows = (
        _to_check(user)
        .order_by("notice__case")
        .values("notice__case", "notice__case__number")
    )
    for row in rows.annotate(
        count=Count("pk"),
        own=Count("pk", filter=own),
        due=Min("check_deadline__due_on", filter=~own),
        own_due=Min("check_deadline__due_on", filter=own),
    ):
        if row["count"] > row["own"]:
            yield _theirs_to_check(row)
        if row["own"]:
            yield _for_others_to_check(row)


def _theirs_to_check(row: Mapping[str, Any]) -> Need:
    """What a person may check of a case themselves. row: of `to_check`."""
    number, narrowed = row["notice__case__number"], {}
    if row["own"]:
        narrowed = {"own": "0"}
    return Need(
        case_key(row["notice__case"]),
        _("to check"),
        row["count"] - row["own"],
        _list("notices:checks_list", case=number, **narrowed),
        due=row["due"],
        clock=_("Check"),
        verb=_("Check"),
        act=_list("notices:checks", case=number),
    )


def _for_others_to_check(row: Mapping[str, Any]) -> Need:
    """A person's own work in a case, which somebody else checks. row: of `to_check`."""
    narrowed = {}
    if row["count"] > row["own"]:
        narrowed = {"own": "1"}
    asked = npgettext(
        "asked of an officer",
        "to check %(count)s item",
        "to check %(count)s items",
        row["own"],
    )
    return Need(
        case_key(row["notice__case"]),
        _("for others to check, your own work"),
        row["own"],
        _list("notices:checks_list", case=row["notice__case__number"], **narrowed),
        due=row["own_due"],
        clock=_("Check"),
        verb=_("Look"),
        whom=_("Another officer"),
        asked=asked % {"count": thousands(row["own"])},
    )


def _to_approve(user: User) -> QuerySet[Notice]:
    return Notice.objects.visible_to(user).to_approve()


def _submitted(user: User) -> Iterator[tuple[Any, Need]]:
    """Notices that wait for approval, the longest waiting first."""
    labels = _labels(user)
    notices = (
        _to_approve(user)
        .select_related("case")
        .annotate(item_count=Count("items"))
        .order_by("submitted_at", "pk")
    )
    for notice in notices:
        text = _("notice to %(platform)s waits for approval") % {
            "platform": labels[notice.platform_id]
        }
        key, url = case_key(notice.case_id), notice.get_absolute_url()
        yield (
            notice,
            Need(
                key,
                text,
                notice.item_count,
                url,
                hint=_hint(notice),
                since=notice.submitted_at,
            ),
        )


def to_approve(user: User) -> Iterator[Need]:
    """The same for those who wait."""
    for notice, need in _submitted(user):
        count = notice.item_count
        asked = npgettext(
            "asked of an approver",
            "to approve %(count)s item",
            "to approve %(count)s items",
            count,
        )
        yield replace(
            need,
            verb=_("Look"),
            whom=_("Supervisor"),
            asked=asked % {"count": thousands(count)},
        )


def _undecided(user: User) -> QuerySet[Objection]:
    return Objection.objects.visible_to(user).filter(state__in=UNDECIDED)


def objections(user: User) -> Iterator[Need]:
    """Objections by case: those that nobody took up yet, and those that wait for a supervisor's decision."""
    rows = (
        _undecided(user).order_by("case").values_list("case", "case__number", "state")
    )
    for case, number, state, count, since in rows.annotate(
        Count("pk"), Min("lodged_at")
    ):
        url = _list("notices:objections", case=number, state=state)
        need = Need(
            case_key(case),
            _("merchants appeal"),
            count,
            url,
            verb=_("Take up"),
            since=since,
        )
        if state == ObjectionState.ACCEPTED:
            asked = npgettext(
                "asked of a supervisor",
                "to decide %(count)s",
                "to decide %(count)s",
                count,
            )
            need = replace(
                need,
                word=_("objections to decide"),
                verb=_("Look"),
                whom=_("Supervisor"),
                asked=asked % {"count": thousands(count)},
            )
        yield need


def approvals_owed(user: User) -> Iterator[Need]:
    """The same for those who approve or return them; none for others."""
    if may(user, "notices.approve"):
        for notice, need in _submitted(user):
            url = _list("notices:approvals", notice=notice.number)
            yield replace(need, url=url, verb=_("Approve"))


def _approval_keys(user: User) -> list[QuerySet[Any]]:
    owed = _to_approve(user)
    if not may(user, "notices.approve"):
        owed = owed.none()
    return [keys_of(owed, "case", "case")]


def decisions_owed(user: User) -> Iterator[Need]:
    """Objections, corrections of results and of belonging, and official accounts that somebody else put forward."""
    if may(user, "notices.decide_objection"):
        rows = (
            approvals.objections_for(user)
            .order_by("case")
            .values_list("case", "case__number")
        )
        for case, number, count, since in rows.annotate(Count("pk"), Min("lodged_at")):
            url = _list(
                "notices:objections", case=number, state="open", lodged="others"
            )
            yield Need(
                case_key(case),
                _("objections to decide"),
                count,
                url,
                verb=_("Decide"),
                since=since,
            )
    corrections = (
        approvals.corrections_for(user)
        .filter(case__isnull=False)
        .order_by("case")
        .values_list("case")
    )
    for case, count, first in corrections.annotate(Count("pk"), Min("pk")):
        url = _list("notices:approvals", correction=first)
        yield Need(
            case_key(case), _("results to correct"), count, url, verb=_("Decide")
        )
    accounts = approvals.revocations_for(user).aggregate(
        count=Count("pk"), first=Min("pk")
    )
    if accounts["count"]:
        url = _list("notices:approvals", strike=accounts["first"])
        yield Need(
            ACCOUNTS,
            _("to register or to revoke"),
            accounts["count"],
            url,
            verb=_("Decide"),
        )
    if count := approvals.belongings_for(user).count():
        yield Need(
            BELONGINGS,
            _("stores of listings to correct"),
            count,
            reverse("cases:claims"),
            verb=_("Look"),
        )


def _decision_keys(user: User) -> list[QuerySet[Any]]:
    owed = approvals.objections_for(user)
    if not may(user, "notices.decide_objection"):
        owed = owed.none()
    return [
        keys_of(owed, "case", "case"),
        keys_of(
            approvals.corrections_for(user).filter(case__isnull=False), "case", "case"
        ),
        one_key(approvals.revocations_for(user), ACCOUNTS[0]),
        one_key(approvals.belongings_for(user), BELONGINGS[0]),
    ]


def late_in_unit(user: User) -> Iterator[Need]:
    """Answers and checks that are past their day in a supervisor's unit."""
    ids = set(own_unit(user).values_list("pk", flat=True))
    if not ids:
        return
    officers = leading_officers(ids)
    yield from late(unanswered(user), ids, officers)
    yield from late(to_check(user, own=NOBODYS), ids, officers)


def _late_keys(user: User) -> list[QuerySet[Any]]:
    ids = own_unit(user).values("pk")
    notices = _unanswered(user).filter(case__in=ids, reply_due_on__lt=today())
    items = _to_check(user).filter(
        notice__case__in=ids, check_deadline__due_on__lt=today()
    )
    return [keys_of(notices, "case", "case"), keys_of(items, "case", "notice__case")]


def _by_case(
    owed: Callable[[User], QuerySet[Any]], case: str = "case"
) -> Callable[[User], list[QuerySet[Any]]]:
    """How the cases are counted of which something is owed. case: the path to it."""
    return lambda user: [keys_of(owed(user), "case", case)]


def _single(
    title: Any, view: str, *notes: Any
) -> Callable[[User, Collection[int]], Mapping[int, Subject]]:
    """What tells a subject of which there is only one. title, notes: translated when they are shown."""
    return lambda _user, _ids: {
        0: Subject(str(title), reverse(view), tuple(str(note) for note in notes))
    }


SUBJECTS = {
    "platform": _platform_subjects,
    "notice": liaison_home.subjects,
    ACCOUNTS[0]: _single(
        gettext_lazy("Official accounts"),
        "notices:approvals",
        gettext_lazy("somebody else asks for it"),
    ),
    BELONGINGS[0]: _single(
        gettext_lazy("Belonging of listings"),
        "cases:claims",
        gettext_lazy("somebody else proposes it"),
    ),
    TELEPHONE[0]: _single(
        gettext_lazy("Your account has no telephone"), "account_telephone"
    ),
}
# What waits for the people of each role, in this order.
PROVIDERS = (
    Provider(HANDLES, cut_off, _cut_off_keys),
    Provider(
        HANDLES,
        without_telephone,
        lambda user: [one_key(_named_in_letters(user), TELEPHONE[0])],
    ),
    Provider(HANDLES, unanswered, _by_case(_unanswered)),
    Provider(HANDLES, undelivered, _undelivered_keys),
    Provider(HANDLES, unsubmitted, _by_case(_unsubmitted)),
    Provider(HANDLES, not_ours, _by_case(_not_ours, "notice__case")),
    Provider(HANDLES, objections, _by_case(_undecided)),
    Provider(HANDLES, to_check, _by_case(_to_check, "notice__case")),
    Provider(HANDLES, to_send, _by_case(_waiting)),
    Provider(HANDLES, to_approve, _by_case(_to_approve)),
    Provider(OVERSEES, approvals_owed, _approval_keys),
    Provider(OVERSEES, decisions_owed, _decision_keys),
    Provider(OVERSEES, late_in_unit, _late_keys),
    liaison_home.TO_ANSWER,
)
