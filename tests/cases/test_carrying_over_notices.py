"""Targets that notices name: they stay while a notice holds them and pass on once it does not."""

import pytest
from django.urls import reverse

from cases import workflow
from cases.models import Case, LegalGround, Target
from corps.models import User
from notices import workflow as notices
from notices.models import LedgerEntry, NoticeItem, Recurrence
from stores.models import Liaison
from tests.cases.carrying_over import A, B, archive, target

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(scenario, case_of):
    """Opens and files a case with a ground, on a platform that has a liaison."""
    Liaison.objects.create(
        platform=scenario.platforms["taobao"],
        user=scenario.liaison,
        name="方",
        email="fang@taobao.example",
        duty="primary",
    )

    def make(*ids: str, firm: str = "CXT", unit=None) -> Case:
        case = case_of(*ids, firm=firm, unit=unit)
        case = workflow.give_ground(
            case=case,
            actor=scenario.officer,
            ground=LegalGround.objects.get(code="counterfeit"),
        )
        return workflow.file_case(case=case, actor=scenario.head)

    scenario.people["head"] = User.objects.create(
        username="head",
        name="head",
        role="supervisor",
        unit=scenario.chief.unit,
        duties=["head_of_department"],
    )
    return make


def issue(
    scenario,
    case: Case,
    *targets: Target,
    by: User | None = None,
    drafter: User | None = None,
):
    drafter = drafter or scenario.officer
    composed = notices.compose_notices(
        case=case, actor=drafter, targets=[one.pk for one in targets]
    )
    notice = notices.submit_notice(notice=composed.notices[0], actor=drafter)
    return notices.approve_notice(
        notice=notice, actor=by or scenario.supervisor, version=notice.version
    )


def answer(scenario, notice, outcome: str = "removed") -> list[int]:
    ids = list(notice.items.order_by("pk").values_list("pk", flat=True))
    notices.answer_items(
        notice=notice,
        replies=[notices.Reply(pk, outcome, item=pk) for pk in ids],
        actor=scenario.liaison,
    )
    return ids


def withdraw(scenario, case: Case) -> None:
    workflow.withdraw_complaint(
        complaint=case.complaints.get(), actor=scenario.officer, reason="和解"
    )


def test_what_was_withdrawn_from_a_notice_passes_on_then(scenario, filed):
    first, second = filed(A, firm="HYS"), filed(A)
    [item] = issue(scenario, first, target()).items.all()
    withdraw(scenario, first)
    assert target().case == first
    notices.withdraw_items(items=[item.pk], actor=scenario.officer, reason="和解")
    assert (target().case, target().state) == (second, "reported")
    assert (
        NoticeItem.objects.get().notice.case == first
    )  # the letter stays where it was


@pytest.mark.parametrize("how", ["remove", "give_up"])
def test_what_leaves_a_draft_passes_on_then(scenario, filed, how):
    first, second = filed(A, B, firm="HYS"), filed(A)
    composed = notices.compose_notices(
        case=first, actor=scenario.officer, targets=[target(A).pk, target(B).pk]
    )
    [draft] = composed.notices
    withdraw(scenario, first)
    assert target(A).case == first
    if how == "remove":
        notices.remove_items(
            notice=draft,
            items=[draft.items.get(target=target(A)).pk],
            actor=scenario.officer,
        )
    else:
        notices.withdraw_draft(notice=draft, actor=scenario.officer)
    assert (target(A).case, target(B).case) == (
        second,
        first,
    )  # nobody else names the other


def test_a_listing_of_an_archived_case_reported_anew_comes_as_a_relisting_and_is_removed_again(
    scenario, filed
):
    first = filed(A, firm="HYS")
    notices.verify_items(
        items=answer(scenario, issue(scenario, first, target())),
        seen="gone",
        actor=scenario.officer2,
    )
    [entry] = LedgerEntry.objects.all()
    archive(scenario, first)
    second = filed(A)
    assert (target().case, target().state) == (first, "verified")
    notices.check_again(targets=[target().pk], seen="live", actor=scenario.officer2)
    assert (target().case, target().state, target().is_counted) == (
        second,
        "relisted",
        True,
    )
    again = issue(scenario, second, target())
    notices.verify_items(
        items=answer(scenario, again), seen="gone", actor=scenario.officer2
    )
    assert target().state == "verified"
    assert list(LedgerEntry.objects.values_list("pk", "case", "firm__code")) == [
        (entry.pk, first.pk, "HYS")
    ]
    assert list(
        Recurrence.objects.order_by("pk").values_list("kind", "case", "firm__code")
    ) == [
        ("relisting", first.pk, "HYS"),
        ("repeat_removal", second.pk, "HYS"),
    ]


def test_seen_live_first_and_reported_anew_it_comes_as_a_relisting_too(scenario, filed):
    first = filed(A, firm="HYS")
    notices.verify_items(
        items=answer(scenario, issue(scenario, first, target())),
        seen="gone",
        actor=scenario.officer2,
    )
    archive(scenario, first)
    notices.check_again(targets=[target().pk], seen="live", actor=scenario.officer2)
    assert target().case == first  # nobody asks for it yet
    second = filed(A)
    assert (target().case, target().state, target().is_counted) == (
        second,
        "relisted",
        True,
    )


def test_an_officer_looks_again_at_what_another_units_case_had_removed(
    scenario, filed, client
):
    other = filed(A, firm="HYS", unit=scenario.officer3.unit)
    notice = issue(
        scenario, other, target(), by=scenario.head, drafter=scenario.officer2
    )
    notices.verify_items(
        items=answer(scenario, notice), seen="gone", actor=scenario.officer
    )
    archive(scenario, other)
    other.assignments.update(until=other.opened_at)
    client.force_login(scenario.officer)
    address = reverse("notices:look_again", args=[target().pk])
    assert client.get(address).status_code == 404
    second = filed(A)
    assert (
        address
        in client.get(second.get_absolute_url() + "?tab=elsewhere").content.decode()
    )
    page = client.get(address).content.decode()
    assert other.number not in page
    client.post(address, {"seen": "live"})
    assert (target().case, target().state) == (second, "relisted")


def test_a_corrected_target_of_an_archived_case_passes_on(scenario, filed):
    first = filed(A, firm="HYS")
    notices.verify_items(
        items=answer(scenario, issue(scenario, first, target())),
        seen="gone",
        actor=scenario.officer2,
    )
    archive(scenario, first)
    second = filed(A)
    notices.propose_correction(target=target(), actor=scenario.officer, reason="看错")
    notices.correct_outcome(target=target(), actor=scenario.supervisor, reason="看错")
    assert (target().case, target().state) == (second, "reported")
    assert [entry.case_id for entry in LedgerEntry.objects.order_by("pk")] == [
        first.pk,
        first.pk,
    ]
