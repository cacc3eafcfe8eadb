"""The administrator's first page: what needs somebody now, and how the system is."""

from datetime import date, timedelta

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from corps.access.decorators import SignedIn, open_to
from corps.deadlines.clock import today
from corps.mail.outbox import backlog
from corps.models import Holiday, Installation, User
from corps.monitoring.disk import free_bytes
from corps.monitoring.first_steps import first_steps
from corps.monitoring.placeholders import of_database, of_settings
from corps.monitoring.readiness import SWEEP_IS_LATE
from corps.ui.extensions import administrator_needs
from corps.ui.formats import length_of

# From this month on the State Council's notice for the next year is to be expected.
NOTICE_COMES_IN = 11
# Mail that has waited for longer than this is not just on its way.
STUCK_AFTER = timedelta(minutes=10)


@open_to("corps.view_administrator_home")
@require_safe
def show_administrator_home(request: SignedIn) -> HttpResponse:
    """What needs an administrator, and the accounts of each role. A fixed number of statements."""
    installation = Installation.objects.get()
    waiting = backlog()
    counts = {
        role: (open_ones, closed)
        for role, open_ones, closed in User.objects.values_list("role")
        .annotate(
            open=Count("pk", filter=Q(is_active=True)),
            closed=Count("pk", filter=Q(is_active=False)),
        )
        .order_by()
    }
    context = {
        "held": installation.outbox_quarantined,
        "lacks_server": waiting.lacks_server,
        "because": [
            Installation.Held(code).label for code in installation.held_because
        ],
        "unsent": waiting.unsent,
        "backlog": waiting,
        "stuck_for": length_of(waiting.oldest)
        if waiting.oldest and waiting.oldest > STUCK_AFTER
        else "",
        "sweep_late": installation.swept_at is None
        or timezone.now() - installation.swept_at > SWEEP_IS_LATE,
        "swept_at": installation.swept_at,
        "years": _unpublished(today()),
        "steps": first_steps(),
        "placeholders": [*of_settings(), *of_database()],
        "needs": [need for tell in administrator_needs for need in tell(request.user)],
        "roles": [
            (role.value, role.label, *counts.get(role.value, (0, 0)))
            for role in User.Role
        ],
        "today": today(),
        "free_disk": free_bytes(),
    }
    return render(request, "corps/administrator_home.html", context)


def _unpublished(on: date) -> list[tuple[int, str]]:
    """The years whose table is due and not published, each with why it matters."""
    published = set(
        Holiday.objects.filter(is_provisional=False).values_list(
            "date__year", flat=True
        )
    )
    wanted = [(on.year, _("deadlines of this year are provisional"))]
    if on.month >= NOTICE_COMES_IN:
        wanted.append(
            (on.year + 1, _("deadlines that reach into the next year are provisional"))
        )
    return [(year, why) for year, why in wanted if year not in published]
