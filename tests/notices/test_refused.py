"""What the verbs of notices refuse: nothing goes out, counts or is taken back but as the house has decided."""

import io
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Case, Complaint, LegalGround, Target
from cases.workflow import close_case, conclude_case, retitle_case
from corps.errors import TransitionRefused
from corps.mail.compose import read
from corps.models import Delivery, User
from firms.models import Representative
from notices import workflow
from notices.models import LedgerEntry, Notice, Objection, Recurrence
from tests.notices.world import World, add_targets, ago, answer, file_another, issue
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


def states(notice: Notice) -> list[str]:
    return list(notice.items.order_by("position").values_list("state", flat=True))


def test_a_changed_notice_is_submitted_and_approved_anew_and_then_stands(world: World):
    add_targets(world, 2)
    composed = workflow.compose_notices(case=world.case, actor=world.officer)
    notice = workflow.submit_notice(notice=composed.notices[0], actor=world.officer)
    seen = notice.version
    workflow.remove_items(
        notice=notice, items=[notice.items.first().pk], actor=world.officer
    )
    notice = workflow.submit_notice(notice=notice, actor=world.officer)
    with pytest.raises(TransitionRefused, match="version-changed"):
        workflow.approve_notice(notice=notice, actor=world.supervisor, version=seen)
    notice = workflow.approve_notice(
        notice=notice, actor=world.supervisor, version=notice.version
    )
    for act in (
        lambda: workflow.remove_items(
            notice=notice, items=[notice.items.get().pk], actor=world.officer
        ),
        lambda: workflow.withdraw_draft(notice=notice, actor=world.officer),
        lambda: workflow.change_request(
            notice=notice, actor=world.officer, ask_preserve=False, ask_operator=False
        ),
    ):
        with pytest.raises(TransitionRefused, match="already-issued"):
            act()
    assert states(notice) == ["open"]


def test_only_the_platforms_own_liaison_answers(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    for somebody in (world.other_liaison, world.stranger, world.supervisor):
        with pytest.raises(PermissionDenied):
            workflow.answer_items(
                notice=notice,
                replies=[workflow.Reply(1, "removed", item=notice.items.get().pk)],
                actor=somebody,
            )
    assert states(notice) == ["open"]


def test_what_was_gone_before_the_notice_and_comes_back_is_no_relisting(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice, "already_gone")
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    workflow.check_again(targets=[target.pk], seen="live", actor=world.officer2)
    [second] = issue(world)
    answer(world, second)
    workflow.verify_items(
        items=[second.items.get().pk], seen="gone", actor=world.officer2
    )
    assert list(LedgerEntry.objects.values_list("sign", flat=True)) == [1]
    assert not Recurrence.objects.exists()


def test_an_objection_is_about_something_asked_has_a_reason_and_is_decided_once(
    world: World,
):
    target, unasked = add_targets(world, 2)
    [notice] = issue(world, [target])
    workflow.compose_notices(case=world.case, actor=world.officer, targets=[unasked.pk])
    with pytest.raises(TransitionRefused, match="not-noticed"):
        workflow.lodge_objection(target=unasked, actor=world.officer, reason="误伤")
    with pytest.raises(TransitionRefused, match="reason-missing"):
        workflow.lodge_objection(target=target, actor=world.officer, reason="  ")
    objection = workflow.lodge_objection(
        target=target, actor=world.officer, reason="误伤"
    )
    with pytest.raises(TransitionRefused, match="objection-open"):
        workflow.lodge_objection(target=target, actor=world.officer, reason="又一次")
    with pytest.raises(TransitionRefused, match="already-decided"):
        workflow.decide_objection(
            objection=objection, actor=world.supervisor2, upheld=True, reason="属实"
        )
    workflow.accept_objection(objection=objection, actor=world.officer)
    with pytest.raises(TransitionRefused, match="reason-missing"):
        workflow.decide_objection(
            objection=objection, actor=world.supervisor2, upheld=True, reason=""
        )
    workflow.decide_objection(
        objection=objection, actor=world.supervisor2, upheld=True, reason="属实"
    )
    for upheld in (True, False):
        with pytest.raises(TransitionRefused, match="already-decided"):
            workflow.decide_objection(
                objection=objection,
                actor=world.supervisor2,
                upheld=upheld,
                reason="再议",
            )
    assert states(notice) == ["withdrawn"]
    notice.refresh_from_db()
    assert notice.state == "completed"


def test_a_correction_is_of_what_counts_and_of_the_ledger_entry_that_was_meant(
    world: World,
):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    with pytest.raises(TransitionRefused, match="not-counted"):
        workflow.propose_correction(
            target=target, actor=world.supervisor, reason="看错了"
        )
    answer(world, notice)
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    workflow.propose_correction(target=target, actor=world.supervisor, reason="看错了")
    objection = workflow.lodge_objection(
        target=target, actor=world.officer, reason="误伤"
    )
    workflow.accept_objection(objection=objection, actor=world.officer)
    workflow.decide_objection(
        objection=objection, actor=world.supervisor2, upheld=True, reason="属实"
    )
    with pytest.raises(TransitionRefused, match="not-counted"):
        workflow.correct_outcome(
            target=target, actor=world.supervisor2, reason="确实看错"
        )
    [second] = issue(world, [target])
    answer(world, second)
    workflow.verify_items(
        items=[second.items.get().pk], seen="gone", actor=world.officer2
    )
    with pytest.raises(TransitionRefused, match="version-changed"):
        workflow.correct_outcome(
            target=target, actor=world.supervisor2, reason="确实看错"
        )
    assert list(LedgerEntry.objects.order_by("nth").values_list("sign", flat=True)) == [
        1,
        -1,
        1,
    ]


@pytest.mark.parametrize(
    "what", ["items", "grounds", "title", "recipient", "preserving", "naming"]
)
def test_an_approval_is_of_everything_that_a_notice_says(world: World, what: str):
    add_targets(world, 2)
    composed = workflow.compose_notices(case=world.case, actor=world.officer)
    notice = workflow.submit_notice(notice=composed.notices[0], actor=world.officer)
    if what == "items":
        notice.items.first().delete()
    elif what == "grounds":
        notice.items.update(
            ground=LegalGround.objects.sufficient().exclude(pk=world.ground.pk).first()
        )
    elif what == "title":
        retitle_case(case=world.case, actor=world.officer, title="另一名称")
    else:
        backup = world.platform.liaisons.get(duty="backup")
        changed = {
            "recipient": ("recipient", backup),
            "preserving": ("ask_preserve", not notice.ask_preserve),
        }
        name, value = changed.get(what, ("ask_operator", not notice.ask_operator))
        Notice.objects.filter(pk=notice.pk).update(**{name: value})
    with pytest.raises(TransitionRefused, match="version-changed"):
        workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version
        )
    assert not Delivery.objects.exists()


def test_a_notice_waits_for_its_case_its_liaison_and_every_answer_under_decision(
    world: World,
):
    appealed, elsewhere = add_targets(world, 2)
    Target.objects.filter(pk=elsewhere.pk).update(case=file_another(world, 0).case)
    [notice] = issue(world, [appealed])
    answer(world, notice, "appealed")
    composed = workflow.compose_notices(
        case=world.case, actor=world.officer, targets=[appealed.pk, elsewhere.pk]
    )
    assert not composed.notices
    assert {result.ref: result.code for result in composed.blocked} == {
        appealed.pk: "appealed",
        elsewhere.pk: "not-in-case",
    }
    [_target] = add_targets(world, 1)
    [draft] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    world.platform.liaisons.update(is_active=False)
    with pytest.raises(TransitionRefused, match="no-liaison"):
        workflow.submit_notice(notice=draft, actor=world.officer)
    put_into(Case.objects.filter(pk=world.case.pk), "lead")
    with pytest.raises(TransitionRefused, match="case-not-filed"):
        workflow.compose_notices(case=world.case, actor=world.officer)


def test_service_in_another_way_has_its_proof_and_a_dismissed_appeal_is_open_again(
    world: World,
):
    add_targets(world, 1)
    [notice] = issue(world)
    with pytest.raises(TransitionRefused, match="proof-missing"):
        workflow.serve_otherwise(notice=notice, actor=world.officer, proof=" ")
    assert Delivery.objects.get().state == "pending"
    workflow.serve_otherwise(notice=notice, actor=world.officer, proof="专人送达")
    assert Delivery.objects.get().state == "cancelled"
    answer(world, notice, "appealed")
    objection = Objection.objects.get()
    workflow.accept_objection(objection=objection, actor=world.officer)
    workflow.decide_objection(
        objection=objection, actor=world.supervisor2, upheld=False, reason="不属实"
    )
    assert states(notice) == ["open"]
    assert Notice.objects.get().state == "issued"


def test_a_case_is_not_closed_while_a_draft_or_an_objection_is_open(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    objection = workflow.lodge_objection(
        target=target, actor=world.officer, reason="误伤"
    )
    conclude_case(case=world.case, actor=world.officer)
    with pytest.raises(TransitionRefused) as refused:
        close_case(case=world.case, actor=world.officer, conclusion="办结")
    assert [thing.code for thing in refused.value.details["missing"]] == [
        "objections-open"
    ]
    workflow.decide_objection(
        objection=objection, actor=world.supervisor2, upheld=False, reason="不属实"
    )
    put_into(notice.items, "refused", outcome="refused")
    with pytest.raises(TransitionRefused) as refused:
        close_case(case=world.case, actor=world.officer, conclusion="办结")
    assert [thing.code for thing in refused.value.details["missing"]] == [
        "notices-open"
    ]


def test_only_what_is_not_theirs_is_handed_over_to_another_platform_by_who_sees_it(
    world: World,
):
    add_targets(world, 2)
    [notice] = issue(world)
    first, second = notice.items.order_by("position").values_list("pk", flat=True)
    answer(world, notice, "not_ours", [first])
    with pytest.raises(TransitionRefused, match="same-desk"):
        workflow.hand_over(items=[first], platform=world.platform, actor=world.officer)
    for items, actor in (([second], world.officer), ([first], world.stranger)):
        [result] = workflow.hand_over(
            items=items, platform=world.other_platform, actor=actor
        )
        assert result.code == "not-not-ours"
    assert Notice.objects.count() == 1


def test_a_letter_says_nothing_private_of_whoever_complained(world: World):
    speaker = User.objects.create(
        username="firm",
        name="举报人甲",
        role="representative",
        email="whistle@firm.example",
        phone="13900000001",
    )
    Representative.objects.create(firm=world.firm, user=speaker)
    complaint = Complaint.objects.create(
        number="T2026-000001",
        firm=world.firm,
        case=world.case,
        subject="内部线索",
        received_on=ago(days=3).date(),
        submitted_by=speaker,
        submitted_at=ago(days=3),
    )
    for target in add_targets(world, 2):
        Target.objects.filter(pk=target.pk).update(
            complaint=complaint, alleged="员工举报"
        )
    issue(world)
    letter = read(Delivery.objects.get())
    with ZipFile(io.BytesIO(letter.attachments[0].content)) as sheet:
        cells = "".join(
            sheet.read(part).decode()
            for part in sheet.namelist()
            if part.endswith(".xml")
        )
    private = (
        world.firm.uscc,
        speaker.name,
        speaker.email,
        speaker.phone,
        complaint.number,
        "内部线索",
        "员工举报",
    )
    said = f"{letter.headers}{letter.text}{letter.html}{cells}"
    assert not [word for word in private if word in said]
    assert Target.objects.first().thing.canonical_id in cells


def test_only_what_is_unfinished_and_seen_is_withdrawn_from_a_notice(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    first, second = notice.items.order_by("position").values_list("pk", flat=True)
    answer(world, notice, "removed", [first])
    workflow.verify_items(items=[first], seen="gone", actor=world.officer2)
    [unseen] = workflow.withdraw_items(
        items=[second], actor=world.stranger, reason="误发"
    )
    finished, withdrawn = workflow.withdraw_items(
        items=[first, second], actor=world.officer, reason="误发"
    )
    assert (unseen.code, finished.code, withdrawn.code) == ("unknown", "finished", "")
    assert states(notice) == ["verified", "withdrawn"]
