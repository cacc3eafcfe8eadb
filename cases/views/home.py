"""Home pages: what do I do now?"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext

from cases import desk, story
from cases.models import Case, Complaint, SheetImport, Target
from cases.states import UNFINISHED, CaseState, ComplaintState
from corps.access import may
from corps.clock import now, today
from corps.doors import SignedIn
from corps.home import Need
from corps.models import User
from corps.pieces.words import day, moment, thousands

SECTIONS = (
    ("due", gettext_lazy("Due and overdue")),
    ("back", gettext_lazy("Come back to you")),
    ("send", gettext_lazy("To be sent")),
    ("check", gettext_lazy("Answers to check")),
    ("take_in", gettext_lazy("Complaints to take in")),
    ("waiting", gettext_lazy("Waiting for others")),
)
MOST = 8
# How long before the end of its handling period a case comes onto the desk.
NEAR = timedelta(days=14)


def officer(request: SignedIn) -> HttpResponse:
    """What is to be done, most urgent first, in lists of which nothing stands in two; with `all` one list in full."""
    on, at = today(), now()
    whole = request.GET.get("all", "")
    sections = []
    for key, label in [section for section in SECTIONS if section[0] == whole] or SECTIONS:
        tasks = [task for provide in desk.providers[key] for task in provide(request.user)]
        if key in ("back", "send") and not (tasks or whole):
            continue
        # What somebody was asked for comes before what is not due yet; what has no date, in the order of its providers.
        tasks.sort(key=lambda task: (task.since is None, task.due or story.FAR, task.since or at))
        shown = tasks if key == whole else tasks[:MOST]
        sections.append(
            {
                "key": key,
                "label": label,
                "tasks": [(task, task.due is not None and task.due <= on, _waited(task)) for task in shown],
                "total": sum(task.count for task in tasks) if key == "check" else len(tasks),
                "more": _whole(key) if len(tasks) > len(shown) or key in desk.more else "",
            }
        )
    return render(request, "cases/home.html", {"sections": sections, "today": on, "whole": len(sections) == 1})


def _whole(key: str) -> str:
    """Where all that a section counts is shown: on a page of another room, or here."""
    return reverse(desk.more[key]) if key in desk.more else f"?all={key}"


def _waited(task: desk.Task) -> str:
    """How long somebody has been asked: less than an hour, `5 hours`, then days."""
    if task.since is None:
        return ""
    hours = int((now() - task.since).total_seconds() // 3600)
    if hours < 1:
        return _("asked within the hour")
    if hours < 24:
        return _("waiting for %(hours)s h") % {"hours": thousands(hours)}
    return ngettext("waiting for %(days)s day", "waiting for %(days)s days", hours // 24) % {
        "days": thousands(hours // 24)
    }


def take_in(user: User) -> Iterator[desk.Task]:
    """Complaints that are not in a case yet, with what is the next act on each."""
    found = (
        Complaint.objects.visible_to(user)
        .filter(state__in=(ComplaintState.RECEIVED, ComplaintState.ACCEPTED))
        .select_related("firm", "sheet_import", "verify_deadline")
        .order_by("received_on", "pk")[: desk.MOST]
    )
    for complaint in found:
        sheet = getattr(complaint, "sheet_import", None)
        url, verb = complaint.get_absolute_url(), _("Accept")
        notes = [_("received %(day)s") % {"day": day(complaint.received_on)}]
        if sheet and sheet.state == SheetImport.State.REVIEW:
            url, verb = reverse("cases:import", args=[sheet.pk]), _("Look at the rows")
        elif sheet and sheet.state == SheetImport.State.FAILED:
            verb = _("See why")
        elif complaint.state == ComplaintState.ACCEPTED:
            url, verb = f"{reverse('cases:case_new')}?complaint={complaint.number}", _("Open a case")
        if sheet:
            notes.append(str(sheet.get_state_display()))
        deadline = complaint.verify_deadline
        yield desk.Task(
            title=f"{complaint.firm.short_label}　{complaint.sheet_name or complaint.subject}",
            note=" ".join(notes),
            place=f"{complaint.firm.short_label}　{complaint.number}",
            count=sheet.rows if sheet else 0,
            unit=npgettext("counted", "row", "rows", sheet.rows if sheet else 0),
            url=url,
            verb=verb,
            due=deadline.due_on if deadline else None,
            provisional=deadline.is_provisional if deadline else False,
        )


def handling(user: User) -> Iterator[desk.Task]:
    """Cases whose handling period ends soon or is over."""
    cases = (
        Case.objects.visible_to(user)
        .filter(state__in=(CaseState.FILED, CaseState.DISPOSING, CaseState.CONCLUDING, CaseState.REOPENED))
        .filter(handling_deadline__due_on__lte=today() + NEAR)
        .select_related("firm", "handling_deadline")
        .annotate(unfinished=Count("targets", filter=Q(targets__state__in=UNFINISHED, targets__is_official=False)))
        .order_by("handling_deadline__due_on", "pk")[: desk.MOST]
    )
    for case in cases:
        deadline = case.handling_deadline
        if deadline is None:
            continue
        yield desk.Task(
            title=_("Handling period: %(title)s") % {"title": case.title},
            note=case.document_number,
            place=f"{case.firm.short_label}　{case.number}",
            count=case.unfinished,
            unit=_("unfinished"),
            url=f"{case.get_absolute_url()}?state=unfinished",
            verb=_("See the case"),
            due=deadline.due_on,
            calendar_days=True,
            provisional=deadline.is_provisional,
        )


def to_file(user: User) -> Iterator[desk.Task]:
    """Leads that wait for the head of department to file them."""
    leads = Case.objects.visible_to(user).filter(state=CaseState.LEAD).select_related("firm")
    targets = Target.objects.filter(case=OuterRef("pk")).order_by().values("case").annotate(count=Count("pk"))
    counted = leads.annotate(
        target_count=Coalesce(Subquery(targets.values("count")), 0),
        filing_due_on=Min("complaints__verify_deadline__due_on"),
    )
    for case in counted.order_by("filing_due_on", "opened_at", "pk")[: desk.MOST]:
        yield desk.Task(
            title=_("To be filed: %(title)s") % {"title": case.title},
            note=_("the head of department decides"),
            place=f"{case.firm.short_label}　{case.number}",
            count=case.target_count,
            unit=npgettext("counted", "target", "targets", case.target_count),
            url=case.get_absolute_url(),
            verb=_("Look"),
            due=case.filing_due_on,
            since=case.opened_at,
        )


def to_decide(user: User) -> Iterator[Need]:
    """How many leads wait for this person to file them, and since when the oldest; one statement, none for the rest."""
    if not may(user, "cases.file_case"):
        return
    leads = Case.objects.visible_to(user).to_be_filed_by(user).aggregate(count=Count("pk"), since=Min("opened_at"))
    if count := leads["count"]:
        yield Need(
            colour="purple",
            mark=_("to decide"),
            text=ngettext("%(count)s case to be filed", "%(count)s cases to be filed", count)
            % {"count": thousands(count)},
            note=_("the oldest opened %(when)s") % {"when": moment(leads["since"])},
            url=f"{reverse('cases:list')}?filing=1",
            verb=_("Look"),
        )
