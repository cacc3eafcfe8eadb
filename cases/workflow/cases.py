"""Cases: opened of complaints, given their officers, filed or declined, given a ground, noted on."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.models import (
    BulkAct,
    Campaign,
    Case,
    CaseNote,
    CaseOfficer,
    Complaint,
    LegalGround,
    Target,
)
from cases.states import (
    CASE_STATES,
    COMPLAINT_STATES,
    OVER_CASE,
    CaseState,
    ComplaintState,
    case_before,
)
from cases.workflow.bulk_acts import keep_act
from cases.workflow.carrying_over import carry_over, held_by, named_by
from cases.workflow.guards import (
    given,
    lock_case,
    require_open,
    require_valid_ground,
    require_way,
)
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import entry, record, record_many
from corps.database.locking import held, locked
from corps.deadlines.clock import now, shanghai_date
from corps.errors import TransitionRefused
from corps.models import Deadline, Unit, User
from corps.workflow import announce, document_number, take_number
from listings.workflow import lock_registry

NOTE = 4000


@transaction.atomic
def open_case(
    *,
    actor: User,
    complaints: Iterable[Complaint],
    title: str,
    unit: Unit | None = None,
    ground: LegalGround | None = None,
    lead: User | None = None,
    second: User | None = None,
    campaign: Campaign | None = None,
    at: datetime | None = None,
) -> Case:
    """Make a case of accepted complaints of one firm; their targets become the case's.

    unit: the handling unit, the actor's own unless said. campaign: that of the complaints unless said. lead, second:
    the two officers, who can also be assigned later. Raises PermissionDenied; ValidationError by field;
    TransitionRefused "no-complaints", "not-accepted", "several-firms", "other-unit", "ground-not-valid", or as
    `assign_officers`.
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.open_case")
    lock_registry()
    taken = _locked_complaints(complaints, actor)
    _require_one_firm(taken)
    unit = _unit_for(actor, unit)
    if ground is not None:
        require_valid_ground(ground, at)

    case = Case(
        title=title.strip(),
        firm=taken[0].firm,
        campaign=campaign or _shared_campaign(taken),
        unit=unit,
        ground=ground,
        opened_by=actor,
        opened_at=at,
    )
    case.clean_fields(exclude={field.name for field in Case._meta.fields} - {"title"})
    case.number = take_number("C", at)
    case.save()
    _record_opened(case, actor, at)
    _put_in(case, taken, actor, at)
    if lead is not None or second is not None:
        _assign(case, lead, second, actor, at)
    _keep(BulkAct.Verb.OPEN, case, taken, actor, at)
    _ask_for_filing(case, actor)
    return case


def _record_opened(case: Case, actor: User, at: datetime) -> None:
    record(
        actor,
        "case.opened",
        case,
        at=at,
        thread=case.thread,
        number=case.number,
        firm=case.firm.code,
        unit=case.unit_id,
    )


def _ask_for_filing(case: Case, actor: User) -> None:
    """Tell who decides on filing that a case waits for it."""
    announce(
        "case.to_file",
        case,
        actor=actor,
        url=case.get_absolute_url(),
        number=case.number,
        title=case.title,
    )


def _require_one_firm(complaints: Collection[Complaint]) -> None:
    if not complaints:
        raise TransitionRefused(
            "no-complaints", _("A case is made of at least one complaint.")
        )
    if len({complaint.firm_id for complaint in complaints}) > 1:
        raise TransitionRefused(
            "several-firms", _("These complaints come from different firms.")
        )


def _unit_for(actor: User, unit: Unit | None) -> Unit:
    """The unit that handles a new case: the one that is asked for, or else the actor's own."""
    unit = unit or actor.unit
    if unit is None or not (actor.sees_every_unit or _is_below(unit, actor.unit)):
        raise TransitionRefused(
            "other-unit", _("A case is opened in one's own unit or in one below it.")
        )
    return unit


@transaction.atomic
def add_complaints(
    *,
    case: Case,
    complaints: Iterable[Complaint],
    actor: User,
    at: datetime | None = None,
) -> Case:
    """Take further accepted complaints of the same firm into a case.

    Raises PermissionDenied; TransitionRefused "case-not-open", "not-accepted", "several-firms".
    """
    at = accept_at(actor, at, now())
    lock_registry()
    case = lock_case(case)
    require(actor, "cases.open_case", case)
    require_open(case)
    taken = _locked_complaints(complaints, actor)
    if any(complaint.firm_id != case.firm_id for complaint in taken):
        raise TransitionRefused(
            "several-firms",
            _("A case holds the complaints of one firm."),
            firm=case.firm.code,
        )
    _put_in(case, taken, actor, at)
    _keep(BulkAct.Verb.JOIN, case, taken, actor, at)
    return case


@transaction.atomic
def assign_officers(
    *,
    case: Case,
    lead: User | None,
    second: User | None,
    actor: User,
    at: datetime | None = None,
) -> Case:
    """Say which two officers handle the case; whoever handled it until now is relieved.

    Raises PermissionDenied; TransitionRefused "wrong-state" once it is closed, "two-officers", "not-an-officer".
    """
    at = accept_at(actor, at, now())
    case = lock_case(case)
    require(actor, "cases.assign_officers", case)
    if case.state in OVER_CASE:
        raise TransitionRefused(
            "wrong-state", _("This case is over."), state=case.state, **last_act(case)
        )
    _assign(case, lead, second, actor, at)
    return case


@transaction.atomic
def file_case(*, case: Case, actor: User, at: datetime | None = None) -> Case:
    """Decide that the lead is filed (立案); the period for handling begins (rule CB).

    Two who file at once get one filing and one refusal. Raises PermissionDenied; TransitionRefused "wrong-state",
    "own-draft", "two-officers". Source: 市场监督管理行政处罚程序规定, art. 18 and 19.
    """
    at = accept_at(actor, at, now())
    case = lock_case(case)
    require(actor, "cases.file_case", case)
    require_way(case, case_before(CaseState.FILED))
    if case.opened_by_id == actor.pk:
        raise TransitionRefused(
            "own-draft", _("Nobody files the case that they opened.")
        )
    _require_two_officers(case)

    CASE_STATES.move(case, CaseState.FILED)
    case.filed_by, case.filed_at = actor, at
    case.handling_deadline = Deadline.objects.ensure("CB", shanghai_date(at))
    case.document_number = document_number("立", at)
    case.save(
        update_fields=[
            "state",
            "filed_by",
            "filed_at",
            "handling_deadline",
            "document_number",
        ]
    )
    record(
        actor,
        "case.filed",
        case,
        at=at,
        thread=case.thread,
        document_number=case.document_number,
        due_on=case.handling_deadline.due_on,
    )
    _announce_decision("case.filed", case, actor)
    return case


@transaction.atomic
def decline_case(
    *, case: Case, actor: User, reason: str, at: datetime | None = None
) -> Case:
    """Decide that the lead is not filed (不予立案); what others name as well passes to their cases.

    Raises PermissionDenied; TransitionRefused "wrong-state", "reason-missing", "reason-too-long".
    Source: 市场监督管理行政处罚程序规定, art. 20.
    """
    at = accept_at(actor, at, now())
    lock_registry()
    case = lock_case(case)
    require(actor, "cases.file_case", case)
    require_way(case, case_before(CaseState.NOT_FILED))
    case.conclusion, case.declined_at = given(reason), at
    CASE_STATES.move(case, CaseState.NOT_FILED)
    case.document_number = document_number("不立", at)
    case.save(update_fields=["state", "conclusion", "declined_at", "document_number"])
    said = {"document_number": case.document_number, "reason": case.conclusion}
    record(actor, "case.not_filed", case, at=at, thread=case.thread, **said)
    _announce_decision("case.declined", case, actor)
    carry_over(held_by(case=case), actor=actor, at=at)
    return case


def _announce_decision(event: str, case: Case, actor: User) -> None:
    """Tell the officers, and the firm for each of its complaints, whether the case was filed."""
    url = case.get_absolute_url()
    announce(
        event,
        case,
        to="officers",
        actor=actor,
        url=url,
        number=case.number,
        reason=case.conclusion,
    )
    for complaint in case.complaints.order_by("pk"):
        url = complaint.get_absolute_url()
        announce(
            event,
            complaint,
            to="firm (paper)",
            actor=actor,
            url=url,
            number=complaint.number,
        )


@transaction.atomic
def reconsider_case(
    *, case: Case, actor: User, reason: str, at: datetime | None = None
) -> Case:
    """Make a lead again of a case that was not filed, without what passed to another case meanwhile.

    Raises as `decline_case`.
    """
    at = accept_at(actor, at, now())
    lock_registry()
    case = lock_case(case)
    require(actor, "cases.file_case", case)
    require_way(case, case_before(CaseState.LEAD))
    reason = given(reason)
    CASE_STATES.move(case, CaseState.LEAD)
    case.conclusion, case.document_number, case.declined_at = "", "", None
    case.save(update_fields=["state", "conclusion", "document_number", "declined_at"])
    record(actor, "case.reconsidered", case, at=at, thread=case.thread, reason=reason)
    carry_over(named_by(case.complaints.all()), actor=actor, at=at)
    return case


@transaction.atomic
def give_ground(
    *, case: Case, actor: User, ground: LegalGround | None, at: datetime | None = None
) -> Case:
    """Say on which ground the case stands; it holds for every target that has none of its own. None takes it back.

    Raises PermissionDenied; TransitionRefused "case-not-open", "ground-not-valid".
    """
    at = accept_at(actor, at, now())
    case = lock_case(case)
    require(actor, "cases.give_ground", case)
    require_open(case)
    if ground is not None:
        require_valid_ground(ground, at)
    before, case.ground = case.ground, ground
    case.save(update_fields=["ground"])
    record(
        actor,
        "case.ground_given",
        case,
        at=at,
        thread=case.thread,
        before=before.code if before else "",
        after=ground.code if ground else "",
    )
    return case


@transaction.atomic
def retitle_case(
    *, case: Case, actor: User, title: str, at: datetime | None = None
) -> Case:
    """Correct the title under which the case stands in its letters; those already sent keep theirs, and a notice that
    waits for approval has to be put forward anew.

    title: 1 to 160 characters. Raises PermissionDenied; ValidationError by field; TransitionRefused "case-not-open".
    """
    at = accept_at(actor, at, now())
    case = lock_case(case)
    require(actor, "cases.retitle_case", case)
    require_open(case)
    before, case.title = case.title, title.strip()
    case.clean_fields(exclude={field.name for field in Case._meta.fields} - {"title"})
    case.save(update_fields=["title"])
    record(
        actor,
        "case.retitled",
        case,
        at=at,
        thread=case.thread,
        before=before,
        after=case.title,
    )
    return case


@transaction.atomic
def add_note(
    *, case: Case, actor: User, text: str, at: datetime | None = None
) -> CaseNote:
    """Write something down about a case, in whatever state. text: 1 to 4,000 characters.

    Raises PermissionDenied; TransitionRefused "note-empty", "note-too-long".
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.add_note", case)
    text = text.strip()
    if not text:
        raise TransitionRefused("note-empty", _("The note is empty."))
    if len(text) > NOTE:
        raise TransitionRefused(
            "note-too-long",
            _("The note is longer than %(limit)s characters.") % {"limit": NOTE},
        )
    note = CaseNote.objects.create(case=case, author=actor, text=text, at=at)
    record(actor, "case.noted", case, at=at, thread=case.thread, note=note.pk)
    return note


def _locked_complaints(complaints: Iterable[Complaint], actor: User) -> list[Complaint]:
    """The complaints as they stand, in the order of ids, locked; each must be accepted and visible to the actor."""
    ids = {complaint.pk for complaint in complaints}
    visible = Complaint.objects.visible_to(actor).filter(pk__in=ids).order_by("pk")
    found = list(locked(visible).select_related("firm", "campaign"))
    wrong = [
        complaint for complaint in found if complaint.state != ComplaintState.ACCEPTED
    ]
    if wrong or len(found) < len(ids):
        message = _(
            "Only accepted complaints that are in no case yet can be taken into one."
        )
        numbers = [complaint.number for complaint in wrong]
        raise TransitionRefused(
            "not-accepted",
            message,
            complaints=numbers,
            **(last_act(wrong[0]) if wrong else {}),
        )
    return found


def _shared_campaign(complaints: list[Complaint]) -> Campaign | None:
    campaigns = {complaint.campaign for complaint in complaints}
    return campaigns.pop() if len(campaigns) == 1 else None


def _keep(
    verb: str, case: Case, complaints: list[Complaint], actor: User, at: datetime
) -> None:
    """Keep the act by which complaints came into a case."""
    ids = [complaint.pk for complaint in complaints]
    keep_act(
        verb, actor=actor, at=at, case=case, subjects=ids, before=[None for _pk in ids]
    )


def _put_in(case: Case, complaints: list[Complaint], actor: User, at: datetime) -> None:
    """Make locked complaints the case's, with their targets; the caller holds `lock_registry`."""
    ids = [complaint.pk for complaint in complaints]
    COMPLAINT_STATES.move_all(
        Complaint.objects.filter(pk__in=ids), ComplaintState.IN_CASE, case=case
    )
    targets = Target.objects.filter(complaint__in=ids, case__isnull=True).update(
        case=case
    )
    record_many(
        entry(
            actor,
            "complaint.in_case",
            complaint,
            at=at,
            thread=case.thread,
            number=complaint.number,
        )
        for complaint in complaints
    )
    record(
        actor,
        "case.complaints_added",
        case,
        at=at,
        thread=case.thread,
        complaints=[complaint.number for complaint in complaints],
        targets=targets,
    )


def _assign(
    case: Case, lead: User | None, second: User | None, actor: User, at: datetime
) -> None:
    if lead is None or second is None or lead.pk == second.pk:
        raise TransitionRefused(
            "two-officers",
            _("A case is handled by two officers, one of them in the lead."),
        )
    if not (_can_handle(lead) and _can_handle(second)):
        raise TransitionRefused(
            "not-an-officer", _("Only officers of the corps can handle a case.")
        )
    current = case.assignments.filter(until__isnull=True)
    relieved = list(current.order_by("-is_lead").values_list("officer", flat=True))
    current.update(until=at)
    CaseOfficer.objects.bulk_create(
        CaseOfficer(case=case, officer=officer, is_lead=officer is lead, since=at)
        for officer in (lead, second)
    )
    record(
        actor,
        "case.assigned",
        case,
        at=at,
        thread=case.thread,
        officers=[lead.pk, second.pk],
        relieved=relieved,
    )


def _require_two_officers(case: Case) -> None:
    """Raise TransitionRefused "two-officers" unless two who can handle a case are assigned to this one."""
    officers = User.objects.filter(
        assignments__case=case, assignments__until__isnull=True
    )
    held(User, officers.values_list("pk", flat=True))
    if sum(_can_handle(officer) for officer in officers.all()) < 2:
        said = _(
            "A case is filed with two officers assigned to it, whose accounts are open."
        )
        raise TransitionRefused("two-officers", said)


def _can_handle(officer: User) -> bool:
    """Whether a person can handle cases: an officer or a supervisor whose account is open."""
    return officer.is_active and officer.is_corps


def _is_below(unit: Unit, top: Unit | None) -> bool:
    """Whether a unit is another one or belongs to it."""
    return top is not None and (unit.path or "").startswith(top.path or "/")
