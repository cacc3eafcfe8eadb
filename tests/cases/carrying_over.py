"""Targets that two firms name, and what ends the complaint or the case that holds them."""

from cases import workflow
from cases.models import Case, Target
from tests.put_into import put_into

A, B = "600000000001", "600000000002"


def target(canonical_id: str = A) -> Target:
    return Target.objects.select_related("case", "complaint", "firm").get(
        listing__canonical_id=canonical_id
    )


def leave(verb):
    return lambda scenario, case: verb(case=case, actor=scenario.chief, reason="误立")


def end_complaint(verb):
    return lambda scenario, case: verb(
        complaint=case.complaints.get(), actor=scenario.officer, reason="企业和解"
    )


def archive(scenario, case: Case) -> None:
    put_into(
        Case.objects.filter(pk=case.pk),
        "closed",
        filed_at=case.opened_at,
        closed_at=case.opened_at,
    )
    case.refresh_from_db()
    workflow.archive_case(case=case, actor=scenario.officer)


def decline(scenario, case: Case) -> None:
    workflow.decline_case(case=case, actor=scenario.chief, reason="轻微")
