"""What waits for people in this app, for their home pages: complaints, deadlines of handling, leads to be filed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from cases.models import Case, CaseOfficer, Complaint, SheetImport, Target
from cases.states import (
    HANDLED_CASE,
    IMPORT_FOR_ITS_FIRM,
    OPEN_COMPLAINT,
    UNFINISHED,
    CaseState,
    ComplaintState,
)
from corps.access.permissions import may
from corps.deadlines.clock import today
from corps.models import User
from corps.ui.extensions import Provider
from corps.ui.formats import day, thousands
from corps.ui.home import keys_of
from corps.ui.stream import Key, Need, Subject

# Who handles cases, answers for a unit, or speaks for a firm: each is told of other things.
HANDLES, OVERSEES = "cases.view_own_tasks", "cases.view_tasks_of_unit"
SPEAKS_FOR_FIRM = "cases.view_tasks_of_firm"
# How long before the end of its handling period a case comes onto the home page.
NEAR = timedelta(days=14)


def case_key(pk: int) -> Key:
    """A case as the subject of needs."""
    return "case", pk


def case_subjects(user: User, ids: Collection[int]) -> Mapping[int, Subject]:
    """Cases as they are called in a stream; one statement."""
    cases = Case.objects.visible_to(user).filter(pk__in=ids).select_related("firm")
    return {
        case.pk: Subject(
            case.title,
            case.get_absolute_url(),
            (case.firm.short_label, case.document_number or case.number),
        )
        for case in cases
    }


def complaint_subjects(user: User, ids: Collection[int]) -> Mapping[int, Subject]:
    """Complaints as they are called in a stream; one statement."""
    complaints = (
        Complaint.objects.visible_to(user).filter(pk__in=ids).select_related("firm")
    )
    return {
        complaint.pk: _complaint_subject(complaint, user) for complaint in complaints
    }


def _complaint_subject(complaint: Complaint, user: User) -> Subject:
    received = _("received %(day)s") % {"day": day(complaint.received_on)}
    title = _("Complaint: %(subject)s") % {"subject": complaint.subject}
    facts = [complaint.number, received]
    if user.scope != User.Scope.FIRM:
        facts.insert(0, complaint.firm.short_label)
    return Subject(title, complaint.get_absolute_url(), tuple(facts))


def _not_in_case(user: User) -> QuerySet[Complaint]:
    return Complaint.objects.visible_to(user).filter(state__in=OPEN_COMPLAINT)


def to_take_in(user: User) -> Iterator[Need]:
    """Complaints that are not in a case yet, with what is the next act on each; one statement."""
    found = (
        _not_in_case(user)
        .select_related("sheet_import", "verify_deadline")
        .order_by("received_on", "pk")
    )
    for complaint in found:
        need = _next_act(complaint, getattr(complaint, "sheet_import", None))
        deadline = complaint.verify_deadline
        if deadline is not None:
            need = replace(
                need,
                due=deadline.due_on,
                clock=_("Verification due"),
                provisional=deadline.is_provisional,
            )
        yield need


def _next_act(complaint: Complaint, sheet: SheetImport | None) -> Need:
    """What comes next of a complaint: its rows, why its sheet could not be read, accepting it, or making a case."""
    key, page = ("complaint", complaint.pk), complaint.get_absolute_url()
    rows, note = None, ""
    if sheet is not None:
        rows, note = sheet.rows, str(sheet.get_state_display())
    if sheet is not None and sheet.state == SheetImport.State.REVIEW:
        url, act = (
            reverse(name, args=[sheet.pk])
            for name in ("cases:import", "cases:import_sheet")
        )
        return Need(
            key,
            _("rows to review"),
            sheet.rows,
            f"{url}?show=all",
            verb=_("Look at the rows"),
            act=act,
        )
    if sheet is not None and sheet.state == SheetImport.State.FAILED:
        return Need(key, _("sheet not read"), None, page, verb=_("See why"))
    if complaint.state == ComplaintState.ACCEPTED:
        act = f"{reverse('cases:case_new')}?complaint={complaint.number}"
        return Need(
            key,
            _("to be made a case"),
            rows or None,
            page,
            verb=_("Open a case"),
            act=act,
            note=note,
        )
    return Need(
        key, _("to be accepted"), rows or None, page, verb=_("Accept"), note=note
    )


def _ending_soon(user: User) -> QuerySet[Case]:
    cases = Case.objects.visible_to(user).filter(state__in=HANDLED_CASE)
    return cases.filter(handling_deadline__due_on__lte=today() + NEAR)


def handling(user: User) -> Iterator[Need]:
    """Cases whose handling period ends soon or is over; one statement."""
    unfinished = Count(
        "targets", filter=Q(targets__state__in=UNFINISHED, targets__is_official=False)
    )
    cases = (
        _ending_soon(user)
        .select_related("handling_deadline")
        .annotate(unfinished=unfinished)
    )
    for case in cases.order_by("handling_deadline__due_on", "pk"):
        deadline = case.handling_deadline
        if deadline is None:
            continue
        url = f"{case.get_absolute_url()}?state=unfinished"
        yield Need(
            case_key(case.pk),
            _("not finished yet"),
            case.unfinished,
            url,
            due=deadline.due_on,
            clock=_("Case deadline"),
            verb="",
            act=case.get_absolute_url(),
            provisional=deadline.is_provisional,
        )


def _leads(user: User) -> QuerySet[Case]:
    return Case.objects.visible_to(user).filter(state=CaseState.LEAD)


def _filings(leads: QuerySet[Case]) -> Iterator[tuple[Case, Need]]:
    """Leads with what has to be decided on them, the most urgent first; one statement."""
    targets = (
        Target.objects.filter(case=OuterRef("pk"))
        .order_by()
        .values("case")
        .annotate(count=Count("pk"))
    )
    counted = leads.annotate(
        target_count=Coalesce(Subquery(targets.values("count")), 0),
        filing_due_on=Min("complaints__verify_deadline__due_on"),
    )
    for case in counted.order_by("filing_due_on", "opened_at", "pk"):
        need = Need(
            case_key(case.pk),
            _("to be filed"),
            case.target_count,
            case.get_absolute_url(),
            due=case.filing_due_on,
            clock=_("Decision to file"),
            since=case.opened_at,
        )
        yield case, need


def to_file(user: User) -> Iterator[Need]:
    """Leads that wait for the head of department to file them; one statement."""
    for _case, need in _filings(_leads(user)):
        yield replace(
            need, verb=_("Look"), whom=_("Head of department"), asked=_("to file it")
        )


def _to_file_oneself(user: User) -> QuerySet[Case]:
    if not may(user, "cases.file_case"):
        return Case.objects.none()
    return Case.objects.visible_to(user).to_be_filed_by(user)


def to_decide(user: User) -> Iterator[Need]:
    """Leads that this person files or does not; one statement, none for others."""
    for case, need in _filings(_to_file_oneself(user)):
        yield replace(
            need,
            verb=_("Decide"),
            act=f"{reverse('notices:approvals')}?filing={case.number}",
        )


def own_unit(user: User) -> QuerySet[Case]:
    """The cases of a supervisor's unit and of those below; none for the head of department, to whom all are open."""
    if user.sees_every_unit or user.unit is None:
        return Case.objects.none()
    return Case.objects.filter(unit__path__startswith=str(user.unit.path))


def late(
    needs: Iterator[Need], cases: Collection[int], officers: Mapping[int, str]
) -> Iterator[Need]:
    """Of the needs of these cases those that are past their day, for a supervisor: the officers have to act."""
    for need in needs:
        kind, pk = need.subject
        if (
            kind == "case"
            and pk in cases
            and need.due is not None
            and need.due < today()
        ):
            whom = need.whom or officers.get(pk) or _("the officers")
            yield replace(need, whom=whom, verb=_("Look"), act=need.url)


def leading_officers(cases: Collection[int]) -> dict[int, str]:
    """Who leads each of these cases; one statement."""
    turns = CaseOfficer.objects.filter(
        case__in=cases, until=None, is_lead=True
    ).select_related("officer")
    return {turn.case_id: turn.officer.name for turn in turns}


def late_in_unit(user: User) -> Iterator[Need]:
    """Handling periods and decisions to file that are past their day in a supervisor's unit."""
    cases = own_unit(user)
    ids = set(cases.values_list("pk", flat=True))
    officers = leading_officers(ids)
    if not ids:
        return
    yield from late(handling(user), ids, officers)
    yield from late(to_file(user), ids, officers)


def _late_keys(user: User) -> list[QuerySet[Any]]:
    ids = own_unit(user).values("pk")
    overdue = _ending_soon(user).filter(
        pk__in=ids, handling_deadline__due_on__lt=today()
    )
    leads = _leads(user).filter(
        pk__in=ids, complaints__verify_deadline__due_on__lt=today()
    )
    return [keys_of(overdue, "case"), keys_of(leads, "case")]


def _of_firm(user: User) -> QuerySet[Complaint]:
    """A firm's complaints on which something is to be done: by the firm, or by the corps."""
    waits = Q(state=ComplaintState.RECEIVED) | Q(
        state__in=OPEN_COMPLAINT, sheet_import__state__in=IMPORT_FOR_ITS_FIRM
    )
    return Complaint.objects.visible_to(user).filter(waits)


def for_firm(user: User) -> Iterator[Need]:
    """What a firm has to do on its sheets, and which of its complaints wait for the corps; one statement."""
    for complaint in (
        _of_firm(user).select_related("sheet_import").order_by("received_on", "pk")
    ):
        sheet = getattr(complaint, "sheet_import", None)
        need = _next_act(complaint, sheet)
        if sheet is None or sheet.state not in IMPORT_FOR_ITS_FIRM:
            need = replace(
                need,
                verb=_("Look"),
                act="",
                note="",
                whom=_("The corps"),
                since=complaint.submitted_at,
                asked=_asked_of_corps(sheet),
            )
        yield need


def _asked_of_corps(sheet: SheetImport | None) -> str:
    """What the corps is asked for: to accept a complaint with so many rows."""
    if sheet is None or not sheet.rows:
        return _("to accept it")
    text = npgettext(
        "asked of the corps",
        "to accept it, %(rows)s row",
        "to accept it, %(rows)s rows",
        sheet.rows,
    )
    return text % {"rows": thousands(sheet.rows)}


SUBJECTS = {"case": case_subjects, "complaint": complaint_subjects}
# What waits for the people of each role, in this order.
PROVIDERS = (
    Provider(
        HANDLES,
        to_take_in,
        lambda user: [keys_of(_not_in_case(user), "complaint")],
    ),
    Provider(HANDLES, handling, lambda user: [keys_of(_ending_soon(user), "case")]),
    Provider(HANDLES, to_file, lambda user: [keys_of(_leads(user), "case")]),
    Provider(
        OVERSEES,
        to_decide,
        lambda user: [keys_of(_to_file_oneself(user), "case")],
    ),
    Provider(OVERSEES, late_in_unit, _late_keys),
    Provider(
        SPEAKS_FOR_FIRM,
        for_firm,
        lambda user: [keys_of(_of_firm(user), "complaint")],
    ),
)
