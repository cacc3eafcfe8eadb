"""What waits on people's desks in this room: answers that are owed, checks, decisions of others."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from cases import desk
from cases.models import Case, CaseOfficer
from cases.states import UNFINISHED, CaseState, TargetState
from corps import identity
from corps.access import may
from corps.clock import today
from corps.home import Need, calls
from corps.models import Approval, Delivery, User
from corps.pieces.words import moment, thousands
from notices import workflow
from notices.models import Notice, NoticeItem, Objection
from notices.standing import owed_by
from notices.states import UNDECIDED, ItemState, NoticeState, ObjectionState
from notices.views import deliveries
from notices.workflow.guards import OPEN_FOR_NOTICES
from stores.models import Platform

LONGEST_NOTE = 60
# Why a target waits for a notice, where that is not what its state says.
WHY = {TargetState.NOTICED: gettext_lazy("answer owed")}


def _unanswered(user: User) -> QuerySet[Any]:
    """Issued notices with unanswered items, how many, and until when they are to be answered; no clock runs while their
    case is suspended."""
    return (
        Notice.objects.visible_to(user)
        .filter(state=NoticeState.ISSUED, items__state=ItemState.OPEN)
        .exclude(case__state=CaseState.SUSPENDED)
        .select_related("platform", "case__firm", "reply_deadline")
        .annotate(open_count=Count("items"), due_on=F("reply_due_on"))
        .order_by("due_on", "pk")
    )


def due(user: User) -> Iterable[desk.Task]:
    """Notices whose answer is owed today or was before."""
    for notice in _unanswered(user).filter(due_on__lte=today())[: desk.MOST]:
        late = notice.due_on < today()
        yield desk.Task(
            title=_("%(platform)s has not answered %(notice)s") % {"platform": notice.platform.label, "notice": notice},
            note=_("round %(round)s") % {"round": notice.round},
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=notice.open_count,
            unit=_items(notice.open_count),
            url=reverse("notices:compose", args=[notice.case.number]) if late else notice.get_absolute_url(),
            verb=_("Follow up") if late else _("Look"),
            due=notice.due_on,
            provisional=bool(notice.reply_deadline and notice.reply_deadline.is_provisional),
        )


def cut_off(user: User) -> Iterable[desk.Task]:
    """Platforms that have nobody to send to, where something of this person's is open."""
    platforms = {platform.pk: platform for platform in Platform.objects.without_recipient()}
    for pk, owed in owed_by(list(platforms), user).items() if platforms else ():
        yield desk.Task(
            title=_("%(platform)s has nobody to send to") % {"platform": platforms[pk].label},
            note=_("an administrator appoints a primary liaison"),
            place=_("open notices: %(count)s") % {"count": thousands(owed.notices)},
            count=owed.items,
            unit=_items(owed.items),
            url=reverse("stores:platforms"),
            verb=_("Look"),
            due=owed.due,
        )


def without_telephone(user: User) -> Iterable[desk.Task]:
    """That an officer has no telephone, while letters of their open cases would name them; one statement at most."""
    if user.phone or user.role != User.Role.OFFICER:
        return
    named = CaseOfficer.objects.filter(officer=user, is_lead=True, until=None, case__state__in=OPEN_FOR_NOTICES).count()
    if named:
        yield desk.Task(
            title=_("Your account has no telephone"),
            note=_("letters name you as the contact, and platforms could not call you"),
            place="",
            count=named,
            unit=npgettext("counted", "case", "cases", named),
            url=reverse("account_telephone"),
            verb=_("Enter it"),
        )


def to_send(user: User) -> Iterable[desk.Task]:
    """Cases with targets that wait for a notice, and why they do; two statements."""
    cases = Case.objects.visible_to(user)
    counts: dict[int, dict[str, int]] = {}
    rows = workflow.waiting_among(cases).order_by("case").values_list("case", "state")
    for case, state, count in rows.annotate(Count("pk")):
        counts.setdefault(case, {})[state] = count
    for case in cases.filter(pk__in=counts).select_related("firm").order_by("pk")[: desk.MOST]:
        states = counts[case.pk]
        why = [f"{WHY.get(word, word.label)} {thousands(states[word])}" for word in UNFINISHED if word in states]
        yield desk.Task(
            title=case.title,
            note="　".join(why),
            place=f"{case.firm.short_label}　{case.number}",
            count=sum(states.values()),
            unit=npgettext("counted", "target", "targets", sum(states.values())),
            url=reverse("notices:compose", args=[case.number]),
            verb=_("Compose"),
        )


def drafts(user: User) -> Iterable[desk.Task]:
    """Drafts that nobody has submitted yet, those that were returned aside."""
    declined = Approval.objects.filter(subject_type=Notice._meta.label_lower, state=Approval.State.RETURNED)
    found = (
        Notice.objects.visible_to(user)
        .filter(state=NoticeState.DRAFT)
        .exclude(pk__in=declined.values("subject_id"))
        .select_related("platform", "case__firm")
        .annotate(item_count=Count("items"))
        .order_by("pk")[: desk.MOST]
    )
    for notice in found:
        yield desk.Task(
            title=_("Draft %(number)s to %(platform)s is not submitted")
            % {"number": notice.number, "platform": notice.platform.label},
            note=str(notice.drafted_by or ""),
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=notice.item_count,
            unit=_items(notice.item_count),
            url=f"{reverse('notices:compose', args=[notice.case.number])}?notice={notice.number}",
            verb=_("Go on"),
        )


def _items(count: int) -> str:
    return npgettext("counted", "item", "items", count)


def returned(user: User) -> Iterable[desk.Task]:
    """Notices that were not approved and are not submitted anew: returned, or drafts again since."""
    declined = Approval.objects.filter(
        subject_type=Notice._meta.label_lower, subject_id=OuterRef("pk"), state=Approval.State.RETURNED
    ).order_by("-pk")
    notices = (
        Notice.objects.visible_to(user)
        .filter(state__in=(NoticeState.DRAFT, NoticeState.RETURNED))
        .select_related("platform", "case__firm")
        .annotate(reason=Subquery(declined.values("reason")[:1]), item_count=Count("items"))
        .exclude(reason=None)
        .order_by("pk")[: desk.MOST]
    )
    for notice in notices:
        yield desk.Task(
            title=_("Notice %(number)s to %(platform)s was returned")
            % {"number": notice.number, "platform": notice.platform.label},
            note=notice.reason[:LONGEST_NOTE],
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=notice.item_count,
            unit=_items(notice.item_count),
            url=f"{reverse('notices:compose', args=[notice.case.number])}?notice={notice.number}",
            verb=_("Put right"),
        )


def answered_back(user: User) -> Iterable[desk.Task]:
    """Items that a platform says belong elsewhere, by notice; one statement. What needs more waits for a notice."""
    words = {ItemState.NOT_OURS: (_("%(platform)s says: not ours"), _("Hand over"))}
    found = (
        NoticeItem.objects.visible_to(user)
        .filter(state__in=words)
        .values_list("notice", "state")
        .annotate(Count("pk"))
        .order_by("notice", "state")[: desk.MOST]
    )
    counts = list(found)
    notices = Notice.objects.select_related("platform", "case__firm").in_bulk({notice for notice, *_rest in counts})
    for pk, state, count in counts:
        notice = notices[pk]
        said, verb = words[ItemState(state)]
        yield desk.Task(
            title=said % {"platform": notice.platform.label},
            note=str(notice),
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=count,
            unit=_items(count),
            url=f"{notice.get_absolute_url()}?state={state}",
            verb=verb,
        )


def undelivered(user: User) -> Iterable[desk.Task]:
    """Mails that failed, and those of which nobody knows whether they arrived; a person decides about each."""
    titles = {Delivery.State.UNCERTAIN: _("Mails of unknown outcome"), Delivery.State.FAILED: _("Mails that failed")}
    found = deliveries.visible(user).filter(state__in=titles).order_by().values_list("state").annotate(Count("pk"))
    for state, count in found:
        yield desk.Task(
            title=titles[Delivery.State(state)],
            note="",
            place="",
            count=count,
            unit=npgettext("counted", "mail", "mails", count),
            url=f"{reverse('notices:deliveries')}?state={state}",
            verb=_("Decide"),
        )


def held_back(user: User) -> Iterable[desk.Task]:
    """Letters that wait because mail does not go out at all; an administrator decides. One statement where it does."""
    if not (reason := identity.reason_to_hold()):
        return
    count = deliveries.visible(user).held().count()  # type: ignore[attr-defined]
    if count:
        yield desk.Task(
            title=reason,
            note="",
            place="",
            count=count,
            unit=npgettext("counted", "mail", "mails", count),
            url=f"{reverse('notices:deliveries')}?state=pending",
            verb=_("Look"),
        )


def to_check(user: User) -> Iterable[desk.Task]:
    """Claimed items, by notice, with the earliest deadline of each; of a person's own work, that somebody else does."""
    found = (
        NoticeItem.objects.visible_to(user)
        .to_check()
        .order_by()
        .values("notice__number", "notice__document_number", "notice__platform", "notice__case__number")
        .annotate(
            count=Count("pk"), own=Count("pk", filter=workflow.own_work(user)), due_on=F("check_deadline__due_on")
        )
        .order_by("due_on", "notice__number")[: desk.MOST]
    )
    platforms = {platform.pk: platform.label for platform in Platform.objects.visible_to(user)}
    for row in found:
        yield desk.Task(
            title=f"{platforms[row['notice__platform']]}　{row['notice__document_number']}",
            note=_("your own work, somebody else checks it") if row["own"] == row["count"] else "",
            place=row["notice__case__number"],
            count=row["count"],
            unit=_items(row["count"]),
            url=f"{reverse('notices:checks')}?notice={row['notice__number']}",
            verb=_("Look") if row["own"] == row["count"] else _("Check"),
            due=row["due_on"],
        )


def waiting(user: User) -> Iterable[desk.Task]:
    """What others have to do: approve notices, decide objections, answer notices that are not due yet."""
    notices = (
        Notice.objects.visible_to(user)
        .to_approve()
        .select_related("platform", "case__firm")
        .annotate(item_count=Count("items"))
        .order_by("submitted_at")[: desk.MOST]
    )
    for notice in notices:
        yield desk.Task(
            title=_("Notice to %(platform)s") % {"platform": notice.platform.label},
            note=_("waits for approval since %(when)s") % {"when": moment(notice.submitted_at)},
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=notice.item_count,
            unit=_items(notice.item_count),
            since=notice.submitted_at,
            url=notice.get_absolute_url(),
            verb=_("Look"),
        )
    yield from _objections(user, ObjectionState.ACCEPTED, _("Look"))

    for notice in _unanswered(user).filter(Q(due_on__gt=today()) | Q(due_on=None))[: desk.MOST]:
        yield desk.Task(
            title=_("%(platform)s is to answer %(notice)s") % {"platform": notice.platform.label, "notice": notice},
            note=_("round %(round)s") % {"round": notice.round} if notice.due_on else _("Not arrived yet"),
            place=f"{notice.case.firm.short_label}　{notice.case.number}",
            count=notice.open_count,
            unit=_items(notice.open_count),
            url=notice.get_absolute_url(),
            verb=_("Look"),
            due=notice.due_on,
            provisional=bool(notice.reply_deadline and notice.reply_deadline.is_provisional),
        )


def appeals(user: User) -> Iterable[desk.Task]:
    """Objections that nobody took up yet, those of one notice as one."""
    yield from _objections(user, ObjectionState.LODGED, _("Take up"))


def _objections(user: User, state: ObjectionState, verb: str) -> Iterator[desk.Task]:
    """Objections in a state: those that came by answers by notice, the others one by one; two statements."""
    found = Objection.objects.visible_to(user).filter(state=state)
    by_notice = (
        found.exclude(item=None)
        .order_by()
        .values("item__notice__number", "item__notice__platform", "case__number", "case__firm")
        .annotate(count=Count("pk"), since=Min("lodged_at"))
        .order_by("since", "item__notice__number")[: desk.MOST]
    )
    platforms = {platform.pk: platform.label for platform in Platform.objects.visible_to(user)}
    for row in by_notice:
        yield desk.Task(
            title=_("%(platform)s: merchants appeal") % {"platform": platforms[row["item__notice__platform"]]},
            note=row["item__notice__number"],
            place=row["case__number"],
            count=row["count"],
            unit=npgettext("counted", "objection", "objections", row["count"]),
            since=row["since"],
            url=f"{reverse('notices:objections')}?notice={row['item__notice__number']}&state={state}",
            verb=verb,
        )
    for objection in found.filter(item=None).select_related("case__firm").order_by("lodged_at")[: desk.MOST]:
        yield _single(objection, verb)


def _single(objection: Objection, verb: str) -> desk.Task:
    return desk.Task(
        title=_("Objection %(number)s") % {"number": objection.number},
        note=objection.reason[:LONGEST_NOTE],
        place=f"{objection.case.firm.short_label}　{objection.case.number}",
        count=1,
        unit=npgettext("counted", "objection", "objections", 1),
        since=objection.lodged_at,
        url=reverse("notices:objection", args=[objection.number]),
        verb=verb,
    )


def to_decide(user: User) -> Iterator[Need]:
    """How many objections wait for this person's decision, and since when the oldest; one statement."""
    if not may(user, "notices.decide_objection"):
        return
    undecided = Objection.objects.visible_to(user).filter(state__in=UNDECIDED).exclude(lodged_by=user)
    waiting = undecided.aggregate(count=Count("pk"), since=Min("lodged_at"))
    if count := waiting["count"]:
        said = ngettext("%(count)s objection to be decided", "%(count)s objections to be decided", count)
        yield Need(
            colour="purple",
            mark=_("to decide"),
            text=said % {"count": thousands(count)},
            note=_("the oldest lodged %(when)s") % {"when": moment(waiting["since"])},
            url=f"{reverse('notices:objections')}?state=open",
            verb=_("Look"),
        )


def register() -> None:
    """Fill the home page of the cases room; called once, from `AppConfig.ready()`."""
    desk.more["check"] = "notices:checks_list"
    desk.providers["due"].append(cut_off)
    desk.providers["due"].append(due)
    desk.providers["send"] += [without_telephone, to_send, drafts]
    desk.providers["back"] += [held_back, undelivered, returned, answered_back, appeals]
    calls.append(to_decide)
    desk.providers["check"].append(to_check)
    desk.providers["waiting"].append(waiting)
