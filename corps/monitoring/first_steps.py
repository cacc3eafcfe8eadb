"""What an administrator does on the first day, each ticked by what stands in the database."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.deadlines.clock import today
from corps.installation.organisation import current
from corps.models import Holiday, Installation, Unit, User
from corps.monitoring import extensions
from corps.monitoring.extensions import Step


def first_steps() -> list[Step]:
    """All steps in order; nothing once all are done, or in a demonstration."""
    if Installation.objects.demonstrations().exists():
        return []
    steps = sorted(
        (step for tell in extensions.first_steps for step in tell()),
        key=lambda step: step.order,
    )
    return steps if any(not step.is_done for step in steps) else []


def of_people() -> Iterator[Step]:
    """The people without whom no notice leaves. One statement."""
    people = list(User.objects.filter(is_active=True).values_list("role", "duties"))
    officers = sum(role == User.Role.OFFICER for role, _duties in people)
    duties = {duty for _role, own in people for duty in own}
    approves = bool({User.Duty.HEAD_OF_UNIT, User.Duty.HEAD_OF_DEPARTMENT} & duties)
    files = User.Duty.HEAD_OF_DEPARTMENT in duties
    new_officer, new_supervisor = (
        reverse("user_new", args=[role]) for role in ("officer", "supervisor")
    )
    yield Step(
        30, _("Two officers, for a case is handled by two"), officers >= 2, new_officer
    )
    yield Step(
        40,
        _("A supervisor with a duty that approves notices"),
        approves,
        new_supervisor,
    )
    yield Step(50, _("A head of department, who files cases"), files, new_supervisor)


def of_the_installation() -> Iterator[Step]:
    """Organisation, units, calendar and mail. Four statements."""
    year = today().year
    is_named = not {"name", "document_prefix"} & current().missing
    is_published = Holiday.objects.filter(
        date__year=year, is_provisional=False
    ).exists()
    is_tested = Installation.objects.filter(mail_tested_at__isnull=False).exists()
    calendar = reverse("calendar_publish", args=[year])
    yield Step(
        10,
        _("Name of the organisation and beginning of official numbers"),
        is_named,
        reverse("organisation"),
    )
    yield Step(20, _("A unit"), Unit.objects.exists(), reverse("units"))
    yield Step(
        100,
        _("The calendar of %(year)d published") % {"year": year},
        is_published,
        calendar,
    )
    command = "./manage.py mailtest"
    yield Step(
        110,
        _("A test mail taken by the mail server"),
        is_tested,
        reverse("outbox"),
        command,
    )
