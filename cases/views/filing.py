"""What a head of department sees of a lead before filing it: who complains, of what, by whom it is handled, by when."""

from typing import Any

from django.db.models import Count, QuerySet

from cases.models import Case
from corps.access.permissions import may
from corps.models import User


def to_be_filed(user: User) -> QuerySet[Case]:
    """The leads that wait for this person to decide whether they are filed, the longest waiting first."""
    if not may(user, "cases.file_case"):
        return Case.objects.none()
    return (
        Case.objects.visible_to(user)
        .to_be_filed_by(user)
        .select_related("firm", "unit", "opened_by")
        .order_by("pk")
    )


def filing_context(case: Case) -> dict[str, Any]:
    """What the decision rests on. Five statements."""
    assigned = (
        case.assignments.filter(until=None)
        .select_related("officer")
        .order_by("-is_lead")
    )
    platforms = (
        case.targets.order_by()
        .values("platform__name", "kind")
        .annotate(count=Count("pk"))
    )
    return {
        "lead": case,
        "filing_deadline": case.filing_deadline,
        "complaints": case.complaints.order_by("received_on", "pk"),
        "officers": [turn.officer for turn in assigned],
        "platforms": platforms.order_by("platform__name", "kind"),
        "target_count": sum(row["count"] for row in platforms),
    }
