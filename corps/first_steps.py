"""What an administrator does on the first day, each ticked by what stands in the database."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.clock import today
from corps.models import Holiday, Installation, Unit, User
from corps.organisation import current


@dataclass(frozen=True, slots=True)
class Step:
    """One step. order: where it stands in the list. url: where it is done; who does it otherwise, or how, says note."""

    order: int
    text: Any
    is_done: bool
    url: str = ""
    note: Any = ""


# What each app has to say; higher apps add theirs. Each is a fixed number of statements.
providers: list[Callable[[], Iterable[Step]]] = []


def first_steps() -> list[Step]:
    """All steps in order; nothing once all are done, or in a demonstration."""
    if Installation.objects.exclude(demonstration=Installation.Demonstration.NONE).exists():
        return []
    steps = sorted((step for tell in providers for step in tell()), key=lambda step: step.order)
    return steps if any(not step.is_done for step in steps) else []


def of_the_corps() -> Iterator[Step]:
    """Organisation, units, people, calendar and mail."""
    people = list(User.objects.filter(is_active=True).values_list("role", "duties"))
    officers = sum(role == User.Role.OFFICER for role, _duties in people)
    duties = {duty for _role, own in people for duty in own}
    year = today().year
    is_published = Holiday.objects.filter(date__year=year, is_provisional=False).exists()
    tested = Installation.objects.values_list("mail_tested_at", flat=True).get()
    new_officer = reverse("user_new", args=["officer"])
    new_supervisor = reverse("user_new", args=["supervisor"])
    named = not {"name", "document_prefix"} & current().missing
    yield Step(10, _("Name of the organisation and beginning of official numbers"), named, reverse("organisation"))
    yield Step(20, _("A unit"), Unit.objects.exists(), reverse("units"))
    yield Step(30, _("Two officers, for a case is handled by two"), officers >= 2, new_officer)
    approver = bool({User.Duty.HEAD_OF_UNIT, User.Duty.HEAD_OF_DEPARTMENT} & duties)
    yield Step(40, _("A supervisor with a duty that approves notices"), approver, new_supervisor)
    chief = User.Duty.HEAD_OF_DEPARTMENT in duties
    yield Step(50, _("A head of department, who files cases"), chief, new_supervisor)
    calendar = reverse("calendar_publish", args=[year])
    yield Step(100, _("The calendar of %(year)d published") % {"year": year}, is_published, calendar)
    yield Step(
        110, _("A test mail taken by the mail server"), tested is not None, reverse("outbox"), "./manage.py mailtest"
    )
