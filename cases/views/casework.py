"""Cases: the list, opening one, the case page with its tabs, and the verbs on a case."""

import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases import timeline, workflow
from cases.extensions import case_panels, target_providers
from cases.forms import AddressesForm, CaseForm, JoinForm, TextForm
from cases.models import BulkAct, Case, Complaint, SheetImport, Target
from cases.other_cases import became
from cases.states import (
    CASE_STATES,
    ENDED_CASE,
    HANDLED_CASE,
    OPEN_CASE,
    OVER_CASE,
    UNDER_WAY_CASE,
    CaseState,
    ComplaintState,
    case_before,
)
from cases.tables import CaseList
from cases.titles import proposed_title
from cases.work_table import TargetList
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter, number, reads
from corps.access.permissions import may
from corps.database.snapshots import snapshot
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.forms import chosen_act
from corps.models import AuditEntry, Deadline, User
from corps.ui.formats import day
from corps.ui.list_export import exported
from corps.ui.lists import capped_count, page_of
from corps.ui.refusals import refusals_go_to, send_back

KINDS = (
    ("", gettext_lazy("Everything")),
    ("case.", gettext_lazy("Case")),
    ("notice.", gettext_lazy("Notices")),
    ("target.", gettext_lazy("Targets")),
    ("item.", gettext_lazy("Items")),
)
OWN_TABS = ("targets", "complaints", "elsewhere", "timeline", "notes")
COMPLAINT = re.compile(r"[A-Z0-9-]{1,20}")
STEPS = CASE_STATES.group("step")


def under_way(user: User) -> int:
    """How many cases are not closed, for the sidebar."""
    return Case.objects.visible_to(user).filter(state__in=UNDER_WAY_CASE).count()


@open_to("cases.view_cases")
@CaseList.reads()
@require_GET
def list_cases(request: SignedIn) -> HttpResponse:
    """Cases, newest first, with how many targets they have and how many are verified."""
    context = CaseList(request).context() | {"over": OVER_CASE}
    return render(request, "cases/case_list.html", context)


export_cases = open_to("cases.view_cases")(exported(CaseList))
export_targets = open_to("cases.view_cases")(exported(TargetList))


@open_to("cases.open_case")
@reads(Parameter("complaint", many=True, pattern=COMPLAINT.pattern))
def new_case(request: SignedIn) -> HttpResponse:
    """Make a case of accepted complaints of one firm, named by `complaint` in the address or the form, or take them
    into one of the firm's that is open."""
    complaints = _accepted_complaints(request)
    if not complaints:
        messages.warning(request, _("Choose accepted complaints first."))
        return redirect("cases:complaints")
    initial = {"title": proposed_title(now())}
    form = CaseForm(_sent(request, "title"), user=request.user, initial=initial)
    into = JoinForm(_sent(request, "case"), user=request.user, firm=complaints[0].firm)
    if into.is_valid():
        with refusals_go_to(into):
            case = into.cleaned_data["case"]
            return redirect(
                workflow.add_complaints(
                    case=case, complaints=complaints, actor=request.user
                )
            )
    if form.is_valid():
        with refusals_go_to(form):
            case = workflow.open_case(
                actor=request.user, complaints=complaints, **form.cleaned_data
            )
            return redirect(case)
    context = {
        "form": form,
        "into": into,
        "complaints": complaints,
        "targets": Target.objects.filter(complaint__in=complaints).count(),
    }
    return render(request, "cases/case_new.html", context)


def _accepted_complaints(request: SignedIn) -> list[Complaint]:
    """The accepted complaints that the form or the address names, of those that the person may see."""
    named = request.POST.getlist("complaint") or request.GET.getlist("complaint")
    numbers = [number for number in named if COMPLAINT.fullmatch(number)]
    visible = Complaint.objects.visible_to(request.user).select_related("firm")
    return list(visible.filter(number__in=numbers, state=ComplaintState.ACCEPTED))


def _sent(request: SignedIn, field: str) -> QueryDict | None:
    """What was sent, for the one of a page's forms that has this field; None where another one was sent, or none."""
    if field in request.POST:
        return request.POST
    return None


def _tab_keys(_user: User) -> list[str]:
    """The tabs of a case's page, its own and those of other apps."""
    return [*OWN_TABS, *(panel.key for panel in case_panels)]


@open_to("cases.view_cases")
@reads(
    Parameter("tab", _tab_keys),
    *TargetList.parameters(),
    Parameter("verb", [*dict(KINDS)]),
    number("each"),
    paged=True,
)
@require_GET
@snapshot()
def show_case(request: SignedIn, number: str) -> HttpResponse:
    """A case: its state, its clocks, and in tabs its targets, complaints, timeline, notes and what other apps show."""
    case = visible_case(request.user, number)
    tab = request.GET.get("tab") or "targets"
    panel = next((panel for panel in case_panels if panel.key == tab), None)
    own: dict[str, Callable[[SignedIn, Case], dict[str, Any]]] = {
        "targets": _targets,
        "complaints": _complaints,
        "elsewhere": _elsewhere,
        "timeline": _timeline,
        "notes": _notes,
    }
    context = _head(request, case, tab)
    if panel is not None:
        context |= panel.context(case, request.user)
        return render(request, panel.template, context)
    return render(request, f"cases/case_{tab}.html", context | own[tab](request, case))


def _head(request: SignedIn, case: Case, tab: str) -> dict[str, Any]:
    user = request.user
    turns = list(
        case.assignments.filter(until=None)
        .select_related("officer")
        .order_by("-is_lead")
    )
    return {
        "case": case,
        "tab": tab,
        "turns": turns,
        "tabs": [
            place | {"current": place["key"] == tab} for place in _tabs(user, case)
        ],
        "clocks": _clocks(user, case),
        "steps": _steps(case),
        "verbs": verbs_on(user, case),
        "undoable": BulkAct.objects.visible_to(user)
        .undoable()
        .filter(case=case)
        .order_by("-pk"),
    }


def _tabs(user: User, case: Case) -> list[dict[str, Any]]:
    """The tabs of a case's page, its own and those of other apps, with their counts."""
    return [
        {
            "key": "targets",
            "label": _("Targets"),
            "url": "?",
            "count": case.targets.count(),
        },
        # Not counted here: it would read every row of the case's sheets for each page of it.
        {
            "key": "elsewhere",
            "label": _("Targets elsewhere"),
            "url": "?tab=elsewhere",
            "count": None,
        },
        {
            "key": "complaints",
            "label": _("Complaints"),
            "url": "?tab=complaints",
            "count": case.complaints.count(),
        },
        *(
            {
                "key": panel.key,
                "label": panel.label,
                "url": f"?tab={panel.key}",
                "count": panel.count(case, user),
            }
            for panel in case_panels
        ),
        {
            "key": "notes",
            "label": _("Notes"),
            "url": "?tab=notes",
            "count": case.notes.count(),
        },
        {
            "key": "timeline",
            "label": _("Timeline"),
            "url": "?tab=timeline",
            "count": None,
        },
    ]


def _clocks(user: User, case: Case) -> list[dict[str, Any]]:
    """What is due in a case: by other apps, whether to file it, and its handling."""
    clocks = [
        clock for provider in target_providers for clock in provider.clocks(case, user)
    ]
    if filing := case.filing_deadline:
        clocks.append(_clock(_("Filing decision"), filing, calendar_days=False))
    if case.handling_deadline and case.state not in (CaseState.CLOSED, *ENDED_CASE):
        clocks.append(_clock(_("Handling"), case.handling_deadline, calendar_days=True))
    return clocks


def _clock(label: str, deadline: Deadline, *, calendar_days: bool) -> dict[str, Any]:
    """A clock as the component `tabs` takes it."""
    return {
        "label": label,
        "left": None,
        "due": deadline.due_on,
        "calendar_days": calendar_days,
        "provisional": deadline.is_provisional,
    }


class Step(NamedTuple):
    """A step of the stepper. state: "now", "done", or "" while it lies ahead."""

    label: Any
    note: str
    state: str


def _steps(case: Case) -> list[Step]:
    """The stepper: what was reached, when, by whom."""
    filed_by = ""
    if case.filed_by:
        filed_by = case.filed_by.name
    reached = {
        CaseState.LEAD: (case.opened_at, case.opened_by.name),
        CaseState.FILED: (case.filed_at, filed_by),
        CaseState.DISPOSING: (case.disposing_at, ""),
        CaseState.CONCLUDING: (case.concluding_at, ""),
        CaseState.CLOSED: (case.closed_at, ""),
    }
    position = _position(case, {state for state in reached if reached[state][0]})
    steps = []
    for index, step in enumerate(STEPS):
        at, who = reached.get(step, (None, ""))
        note = state = ""
        if at:
            note = f"{day(at)} {who}"
        if index == position:
            state = "now"
        elif index < position:
            state = "done"
        steps.append(Step(step.label, note, state))
    return steps


def _position(case: Case, reached: Collection[CaseState]) -> float:
    """Where a case stands among STEPS. One that left the path stands beyond the last step that it reached."""
    state = CaseState(case.state)
    if state == CaseState.SUSPENDED:
        state = CaseState(case.suspended_from)
    if state == CaseState.REOPENED:
        state = CaseState.DISPOSING
    if state in STEPS:
        return STEPS.index(state)
    last = max(index for index, step in enumerate(STEPS) if step in reached)
    return last + 0.5


# What can be begun on the page of a case: by the verb that a person must be allowed, in these states.
VERBS: dict[str, tuple[str, Collection[str]]] = {
    "compose": ("notices.compose", HANDLED_CASE),
    "file": ("cases.file_case", case_before(CaseState.FILED)),
    "assign": (
        "cases.assign_officers",
        CASE_STATES.unfinished(),
    ),
    "ground": ("cases.give_ground", OPEN_CASE),
    "conclude": ("cases.conclude_case", case_before(CaseState.CONCLUDING)),
    "close": ("cases.close_case", case_before(CaseState.CLOSED)),
    "reopen": ("cases.reopen_case", case_before(CaseState.REOPENED)),
    "suspend": ("cases.suspend_case", case_before(CaseState.SUSPENDED)),
    "resume": ("cases.suspend_case", (CaseState.SUSPENDED,)),
    "reconsider": ("cases.file_case", case_before(CaseState.LEAD)),
    "archive": ("cases.close_case", case_before(CaseState.ARCHIVED)),
    "leave": ("cases.leave_case", case_before(CaseState.TRANSFERRED)),
}
# Those that have a button of their own; the others stand under "More".
BUTTONS = ("compose", "file")


def verbs_on(user: User, case: Case) -> dict[str, bool]:
    """What this person may do with the case as it stands."""
    verbs = {
        name: case.state in states and may(user, verb)
        for name, (verb, states) in VERBS.items()
    }
    return verbs | {"more": any(verbs[name] for name in verbs.keys() - set(BUTTONS))}


def _targets(request: SignedIn, case: Case) -> dict[str, Any]:
    """The work table; and which sheets are being registered, whose targets are on their way into it."""
    registering = SheetImport.objects.filter(
        complaint__case=case, state=SheetImport.State.REGISTERING
    )
    context = {
        "addresses": AddressesForm(),
        "registering": registering.select_related("complaint"),
    }
    return TargetList(request, case=case).context() | context


def _elsewhere(request: SignedIn, case: Case) -> dict[str, Any]:
    """What the case's complaints name as well and another one named first: its state, and where it lies."""
    found = Target.objects.named_elsewhere(case).select_related(
        "platform", "listing", "store", "complaint", "case__unit"
    )
    page = page_of(
        found, request.GET, order=("-id",), total=lambda: capped_count(found)
    )
    fates = became(page.rows, request.user, case.pk)
    seen = set(
        Target.objects.visible_to(request.user)
        .filter(pk__in=fates)
        .values_list("pk", flat=True)
    )
    return {
        "page": page,
        "rows": [(target, fates[target.pk], target.pk in seen) for target in page],
        "may_take_up": may(request.user, "cases.add_targets")
        and case.state in OPEN_CASE,
        "may_check": may(request.user, "notices.check"),
    }


def _complaints(request: SignedIn, case: Case) -> dict[str, Any]:
    return {
        "complaints": case.complaints.select_related("firm", "sheet_import").order_by(
            "pk"
        )
    }


def _timeline(request: SignedIn, case: Case) -> dict[str, Any]:
    """Everything that happened in the case, or one kind of it; what befell many targets or items in a day told once."""
    # A complaint had a thread of its own before it came into the case.
    before = (f"complaint:{pk}" for pk in case.complaints.values_list("pk", flat=True))
    entries = AuditEntry.objects.in_thread(case.thread, *before)
    shown = request.GET.get("verb", "")
    if shown not in dict(KINDS):
        shown = ""
    return timeline_of(request, entries.filter(verb__startswith=shown)) | {
        "kinds": KINDS,
        "shown": shown,
    }


def timeline_of(request: SignedIn, entries: QuerySet[AuditEntry]) -> dict[str, Any]:
    """A page of what happened; with `each`, the id of an entry, what is told as one with it, one by one."""
    each = request.GET.get("each", "")
    if each.isascii() and each.isdigit() and len(each) < 19:
        page = page_of(
            timeline.one_by_one(entries, int(each)), request.GET, order=("-at", "-id")
        )
        return {"page": page, "days": timeline.days_of_each(page), "one_by_one": True}
    page = page_of(timeline.acts_of(entries), request.GET, order=("-begun", "-first"))
    return {"page": page, "days": timeline.days_of(entries, page)}


def _notes(request: SignedIn, case: Case) -> dict[str, Any]:
    return {
        "notes": case.notes.select_related("author").order_by("-pk"),
        "form": TextForm(label=_("What is to be noted down")),
    }


@open_to("cases.view_cases")
@require_POST
def act(request: SignedIn, number: str) -> HttpResponse:
    """The verbs on a case that need no more than a word: each goes to its workflow function."""
    case = visible_case(request.user, number)
    reason, text = request.POST.get("reason", ""), request.POST.get("text", "")
    verbs: dict[str, Any] = {
        "file": lambda: workflow.file_case(case=case, actor=request.user),
        "decline": lambda: workflow.decline_case(
            case=case, actor=request.user, reason=reason
        ),
        "conclude": lambda: workflow.conclude_case(case=case, actor=request.user),
        "close": lambda: workflow.close_case(
            case=case, actor=request.user, conclusion=text
        ),
        "reopen": lambda: workflow.reopen_case(
            case=case, actor=request.user, reason=reason
        ),
        "suspend": lambda: workflow.suspend_case(
            case=case, actor=request.user, reason=reason
        ),
        "resume": lambda: workflow.resume_case(case=case, actor=request.user),
        "archive": lambda: workflow.archive_case(case=case, actor=request.user),
    }
    name = chosen_act(request, "note", *verbs)
    if name == "note":
        return _note(request, case)
    try:
        verbs[name]()
    except TransitionRefused as refused:
        return send_back(request, refused, case)
    return redirect(case)


def _note(request: SignedIn, case: Case) -> HttpResponse:
    """Write a note down; what is wrong with it is said beside it, and the text stays."""
    form = TextForm(request.POST, label=_("What is to be noted down"))
    if form.is_valid():
        with refusals_go_to(form):
            workflow.add_note(case=case, actor=request.user, **form.cleaned_data)
            return redirect(f"{case.get_absolute_url()}?tab=notes")
    context = _head(request, case, "notes") | _notes(request, case) | {"form": form}
    return render(request, "cases/case_notes.html", context)


def visible_case(user: User, number: str) -> Case:
    """The case of a number among those the person may see; 404 otherwise."""
    cases: QuerySet[Case] = Case.objects.visible_to(user).select_related(
        "firm",
        "campaign",
        "unit",
        "ground",
        "opened_by",
        "filed_by",
        "handling_deadline",
    )
    return get_object_or_404(cases, number=number)
