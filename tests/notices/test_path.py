"""The path of a target from a notice to a ledger entry, and every way off it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Target
from corps.deadlines.clock import shanghai_date
from corps.errors import TransitionRefused
from corps.models import AuditEntry, Delivery
from listings.models import Belonging, Listing
from notices import workflow
from notices.models import Answer, Check, LedgerEntry, Notice, NoticeItem, Recurrence
from stores.models import OfficialAccount, Store
from tests.notices.world import World, add_targets, ago, answer, arrive, issue

pytestmark = pytest.mark.django_db


def states(notice: Notice) -> list[str]:
    return list(notice.items.order_by("position").values_list("state", flat=True))


def test_a_target_goes_from_notice_to_the_number_it_belongs_to(world: World):
    add_targets(world, 2)
    add_targets(world, 1, kind="store")
    [notice] = issue(world)
    assert notice.state == "issued"
    assert notice.document_number.endswith("号")
    assert (notice.reply_period, notice.reply_due_on) == (3, None)
    assert Delivery.objects.get().message.recipient == "liaison@taobao.example"
    assert all(result.ok for result in answer(world, notice))
    results = workflow.verify_items(
        items=list(notice.items.values_list("pk", flat=True)),
        seen="gone",
        actor=world.officer2,
    )
    assert all(result.ok for result in results)
    assert sorted(LedgerEntry.objects.values_list("kind", "sign")) == [
        ("listing_removed", 1),
        ("listing_removed", 1),
        ("store_shut", 1),
    ]
    assert set(Target.objects.values_list("state", "is_counted", "status")) == {
        ("verified", True, "gone")
    }
    assert Notice.objects.get().state == "completed"
    assert AuditEntry.objects.filter(verb="item.answered").count() == 3
    assert AuditEntry.objects.filter(verb="item.checked").count() == 3


def test_a_claim_alone_counts_nothing(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    assert not LedgerEntry.objects.exists()
    assert Target.objects.get().status == "claimed_gone"


def test_found_live_goes_back_and_its_second_answer_is_taken(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    item = notice.items.get()
    workflow.verify_items(items=[item.pk], seen="live", actor=world.officer2)
    assert states(notice) == ["open"]
    assert Target.objects.get().state == "noticed"
    assert all(result.ok for result in answer(world, notice))
    workflow.verify_items(items=[item.pk], seen="gone", actor=world.officer2)
    assert LedgerEntry.objects.count() == 1
    assert Answer.objects.count() == 2
    assert Check.objects.count() == 2


def test_unreachable_stays_claimed_and_already_gone_counts_nothing(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    first, second = notice.items.order_by("position").values_list("pk", flat=True)
    answer(world, notice, "removed", [first])
    answer(world, notice, "already_gone", [second])
    workflow.verify_items(items=[first], seen="unreachable", actor=world.officer2)
    workflow.verify_items(items=[second], seen="gone", actor=world.officer2)
    assert states(notice) == ["claimed", "verified"]
    assert Target.objects.order_by("pk").last().state == "gone_before_notice"
    assert not LedgerEntry.objects.exists()


def test_the_second_answer_is_refused_and_told_who_was_first(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    item = notice.items.get().pk
    [result] = workflow.answer_items(
        notice=notice,
        replies=[workflow.Reply(1, "refused", item=item)],
        actor=world.liaison,
    )
    assert (result.ok, result.code) == (False, "already-answered")
    assert "liaison-taobao" in str(result.message)
    assert Answer.objects.count() == 1


def test_each_line_of_an_answer_is_judged_by_itself(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    url = target.listing.url
    lines = [
        workflow.Reply(1, "vanished", address=url),
        workflow.Reply(2, "removed", address="not an address"),
        workflow.Reply(3, "removed", address="https://item.jd.com/100012043978.html"),
        workflow.Reply(
            4, "removed", address="https://item.taobao.com/item.htm?id=999999999999"
        ),
        workflow.Reply(
            5,
            "removed",
            address=url.replace(
                "item.taobao.com/item.htm", "detail.tmall.com/item.htm"
            ),
        ),
        workflow.Reply(6, "removed", address=url),
    ]
    results = workflow.answer_items(notice=notice, replies=lines, actor=world.liaison)
    codes = [
        "unknown-outcome",
        "unreadable-address",
        "other-platform",
        "not-in-notice",
        "",
        "already-answered",
    ]
    assert [result.code for result in results] == codes


def test_when_a_liaison_says_it_was_done_is_a_claim_and_moves_no_clock(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    first, second = notice.items.order_by("position")
    arrive(world, notice, at=ago(days=20))
    long_ago = ago(days=8)
    replies = [
        workflow.Reply(1, "removed", item=first.pk, at=long_ago),
        workflow.Reply(
            2, "removed", item=second.pk, at=timezone.now() + timedelta(hours=1)
        ),
    ]
    results = workflow.answer_items(notice=notice, replies=replies, actor=world.liaison)
    assert [result.code for result in results] == ["", "at-ahead"]
    first.refresh_from_db()
    assert first.answer_late
    assert first.answered_at > ago(minutes=5)
    assert first.check_deadline.started_on == shanghai_date(first.answered_at)
    assert Target.objects.get(pk=first.target_id).claim_at == first.answered_at
    assert Answer.objects.get().claimed_at == long_ago


def test_a_follow_up_carries_over_what_was_refused_or_not_answered(world: World):
    targets = add_targets(world, 3)
    [notice] = issue(world)
    items = list(notice.items.order_by("position").values_list("pk", flat=True))
    answer(world, notice, "refused", items[:1])
    answer(world, notice, "removed", items[1:2])
    [second] = issue(world, targets)
    assert set(second.items.values_list("target_id", flat=True)) == {
        targets[0].pk,
        targets[2].pk,
    }
    assert states(notice) == ["carried_over", "claimed", "carried_over"]
    assert set(
        notice.items.filter(state="carried_over").values_list(
            "successor__notice", flat=True
        )
    ) == {second.pk}
    assert second.round == 2


def test_a_notice_is_completed_when_its_last_items_are_carried_over(world: World):
    targets = add_targets(world, 2)
    [first] = issue(world)
    answer(world, first, "refused", [first.items.first().pk])
    [second] = issue(world, targets)
    assert Notice.objects.get(pk=first.pk).state == "completed"
    assert second.state == "issued"
    assert AuditEntry.objects.about(first).filter(verb="notice.completed").count() == 1


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("removed", "issued"),
        ("appealed", "issued"),
        ("needs_information", "issued"),
        ("not_ours", "issued"),
        ("refused", "completed"),
    ],
)
def test_a_notice_is_completed_once_nothing_in_it_waits_for_somebody(
    world: World, outcome: str, state: str
):
    add_targets(world, 2)
    [notice] = issue(world)
    first, last = notice.items.order_by("position").values_list("pk", flat=True)
    answer(world, notice, "refused", [first])
    assert Notice.objects.get().state == "issued"
    answer(world, notice, outcome, [last])
    assert Notice.objects.get().state == state


def test_a_follow_up_refuses_what_was_answered_meanwhile(world: World):
    targets = add_targets(world, 1)
    [notice] = issue(world)
    composed = workflow.compose_notices(
        case=world.case, actor=world.officer, targets=[targets[0].pk]
    )
    second = workflow.submit_notice(notice=composed.notices[0], actor=world.officer)
    answer(world, notice)
    with pytest.raises(TransitionRefused, match="blocked") as refused:
        workflow.approve_notice(
            notice=second, actor=world.supervisor, version=second.version
        )
    assert [result.code for result in refused.value.details["blocked"]] == ["claimed"]
    assert Delivery.objects.count() == 1


def test_a_relisting_takes_nothing_out_and_its_next_removal_is_a_repeat(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    [result] = workflow.check_again(
        targets=[target.pk], seen="live", actor=world.officer2
    )
    assert result.ok
    assert Target.objects.get().state == "relisted"
    [second] = issue(world)
    answer(world, second)
    workflow.verify_items(
        items=[second.items.get().pk], seen="gone", actor=world.officer2
    )
    assert list(LedgerEntry.objects.values_list("sign", flat=True)) == [1]
    assert list(Recurrence.objects.order_by("pk").values_list("kind", flat=True)) == [
        "relisting",
        "repeat_removal",
    ]
    assert states(notice) == ["verified"]


def test_an_upheld_objection_takes_the_ledger_entry_back_once(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    for _round in range(2):
        objection = workflow.lodge_objection(
            target=target, actor=world.officer, reason="误伤"
        )
        workflow.accept_objection(objection=objection, actor=world.officer)
        workflow.decide_objection(
            objection=objection, actor=world.supervisor2, upheld=True, reason="属实"
        )
    assert list(LedgerEntry.objects.order_by("nth").values_list("sign", flat=True)) == [
        1,
        -1,
    ]
    assert Target.objects.get().state == "restored"
    assert not Target.objects.get().is_counted


def test_who_lodged_an_objection_does_not_decide_it(world: World):
    [target] = add_targets(world, 1)
    issue(world)
    objection = workflow.lodge_objection(
        target=target, actor=world.supervisor2, reason="误伤"
    )
    workflow.accept_objection(objection=objection, actor=world.supervisor2)
    with pytest.raises(TransitionRefused, match="own-objection"):
        workflow.decide_objection(
            objection=objection, actor=world.supervisor2, upheld=True, reason="属实"
        )


def test_a_correction_needs_two_people_and_can_be_counted_anew(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    workflow.propose_correction(target=target, actor=world.supervisor, reason="看错了")
    with pytest.raises(TransitionRefused, match="own-draft"):
        workflow.correct_outcome(target=target, actor=world.supervisor, reason="看错了")
    workflow.correct_outcome(target=target, actor=world.supervisor2, reason="确实看错")
    assert Target.objects.get().state == "reported"
    [second] = issue(world)
    answer(world, second)
    workflow.verify_items(
        items=[second.items.get().pk], seen="gone", actor=world.officer2
    )
    assert list(LedgerEntry.objects.order_by("nth").values_list("sign", flat=True)) == [
        1,
        -1,
        1,
    ]
    assert not Recurrence.objects.exists()


def test_nobody_approves_their_own_and_a_change_voids_the_approval(world: World):
    add_targets(world, 2)
    composed = workflow.compose_notices(case=world.case, actor=world.officer)
    notice = workflow.submit_notice(notice=composed.notices[0], actor=world.officer)
    with pytest.raises(PermissionDenied):
        workflow.approve_notice(
            notice=notice, actor=world.officer, version=notice.version
        )
    workflow.remove_items(
        notice=notice, items=[notice.items.first().pk], actor=world.officer
    )
    with pytest.raises(TransitionRefused, match="not-submitted"):
        workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version
        )


def test_a_notice_is_returned_with_a_reason_and_can_be_submitted_again(world: World):
    add_targets(world, 1)
    composed = workflow.compose_notices(case=world.case, actor=world.officer)
    notice = workflow.submit_notice(notice=composed.notices[0], actor=world.officer)
    with pytest.raises(TransitionRefused, match="reason-missing"):
        workflow.return_notice(notice=notice, actor=world.supervisor, reason=" ")
    workflow.return_notice(notice=notice, actor=world.supervisor, reason="补依据")
    notice = workflow.submit_notice(notice=notice, actor=world.officer)
    assert (
        workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version
        ).state
        == "issued"
    )


def test_without_a_ground_or_with_a_low_price_alone_a_target_stays_behind(world: World):
    targets = add_targets(world, 2)
    low = world.ground.__class__.objects.get(code="low_price")
    Target.objects.filter(pk=targets[0].pk).update(ground=low)
    composed = workflow.compose_notices(case=world.case, actor=world.officer)
    assert [result.code for result in composed.blocked] == ["price-only"]
    assert composed.notices[0].items.count() == 1
    workflow.withdraw_draft(notice=composed.notices[0], actor=world.officer)
    world.case.ground = None
    world.case.save(update_fields=["ground"])
    again = workflow.compose_notices(case=world.case, actor=world.officer)
    assert sorted(result.code for result in again.blocked) == [
        "no-ground",
        "price-only",
    ]
    assert not again.notices


@pytest.mark.parametrize("how", ["own store", "store of the listing", "known to be in"])
def test_the_database_refuses_an_official_account_in_a_notice(world: World, how: str):
    [target] = add_targets(world, 1, kind="store" if how == "own store" else "listing")
    composed = workflow.compose_notices(case=world.case, actor=world.officer)
    composed.notices[0].items.all().delete()
    store = target.store or Store.objects.create(
        platform=world.platform,
        canonical_id="104736810",
        site="taobao",
        url="https://shop104736810.taobao.com/",
    )
    OfficialAccount.objects.create(
        firm=world.firm,
        platform=world.platform,
        canonical_id=store.canonical_id,
        site="taobao",
        url="",
        name="官方",
    )
    if how == "store of the listing":
        Listing.objects.filter(pk=target.listing_id).update(store=store)
    elif how == "known to be in":
        Belonging.objects.create(
            platform=world.platform,
            listing_id=target.listing.canonical_id,
            store_id=store.canonical_id,
            state=Belonging.State.CONFIRMED,
            judged_at=timezone.now(),
        )
    with pytest.raises(Error, match="official"), transaction.atomic():
        NoticeItem.objects.create(
            notice=composed.notices[0], target=target, position=9, ground=world.ground
        )


def test_an_item_of_another_platform_is_handed_over_with_one_act(world: World):
    [_target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice, "not_ours")
    [result] = workflow.hand_over(
        items=[notice.items.get().pk],
        platform=world.other_platform,
        actor=world.officer,
    )
    assert result.ok
    second = Notice.objects.get(platform=world.other_platform)
    workflow.approve_notice(
        notice=second, actor=world.supervisor, version=second.version
    )
    assert states(notice) == ["handed_over"]
    assert states(second) == ["open"]
    answer(world, second)
    workflow.verify_items(
        items=[second.items.get().pk], seen="gone", actor=world.officer2
    )
    assert LedgerEntry.objects.get().platform == world.platform


def test_an_officer_of_another_unit_can_neither_see_nor_check(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    [result] = workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.stranger
    )
    assert result.code == "unknown"
    assert not LedgerEntry.objects.exists()
    assert not Notice.objects.visible_to(world.stranger).exists()
    assert not Notice.objects.visible_to(world.other_liaison).exists()


def test_bulk_verbs_take_the_same_statements_for_one_item_and_fifty(world: World):
    add_targets(world, 60)
    [notice] = issue(world)
    items = list(notice.items.order_by("position").values_list("pk", flat=True))
    counts = []
    for lot in (items[:1], items[1:2], items[2:52]):
        with CaptureQueriesContext(connection) as answered:
            answer(world, notice, "removed", lot)
        with CaptureQueriesContext(connection) as checked:
            workflow.verify_items(items=lot, seen="gone", actor=world.officer2)
        counts.append((len(answered), len(checked)))
    assert counts[1] == counts[2]
