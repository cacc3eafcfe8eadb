"""An approval of the browser can be undone for ten seconds; then it takes effect, whether or not the page is open."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import workflow as casework
from cases.models import LegalGround
from corps.errors import TransitionRefused
from corps.models import Approval, Delivery, Notification, User
from notices import workflow
from notices.models import Notice, PendingApproval, PendingCheck
from notices.workflow.issuing import lock_for_issue
from tests.notices.world import World, add_targets, answer, issue

pytestmark = pytest.mark.django_db


def submitted(world: World) -> Notice:
    add_targets(world, 2)
    [draft] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    return workflow.submit_notice(notice=draft, actor=world.officer)


def approve(world: World, notice: Notice) -> Client:
    client = Client()
    client.force_login(world.supervisor)
    page = client.get(reverse("notices:approvals") + f"?notice={notice.number}")
    form = {"act": "approve", "version": page.context["consequences"].version}
    assert (
        client.post(reverse("notices:decide", args=[notice.number]), form).status_code
        == 302
    )
    return client


def let_ten_seconds_pass() -> None:
    PendingApproval.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def state_of(notice: Notice) -> str:
    notice.refresh_from_db()
    return notice.state


def test_nothing_leaves_before_ten_seconds_are_over_and_then_it_does(world: World):
    notice = submitted(world)
    client = approve(world, notice)
    assert workflow.settle_approvals() == 0
    assert (state_of(notice), notice.document_number, Delivery.objects.count()) == (
        "submitted",
        "",
        0,
    )
    page = client.get(reverse("notices:approvals"))
    assert "秒后签发" in page.content.decode()  # an approval counts nothing
    assert "写入台账" not in page.content.decode()
    assert page.context["undo"]["notice"] == notice
    assert not page.context["notices"]
    let_ten_seconds_pass()
    assert workflow.settle_approvals() == 1
    assert (state_of(notice), Delivery.objects.count()) == ("issued", 1)
    assert (notice.issued_by, Approval.objects.get().decided_by) == (
        world.supervisor,
        world.supervisor,
    )
    assert workflow.settle_approvals() == 0


def test_undone_in_time_it_waits_again_and_afterwards_it_cannot_be_undone(world: World):
    notice = submitted(world)
    client = approve(world, notice)
    undo = reverse("notices:approval_undo", args=[notice.number])
    assert (
        client.post(undo).url
        == reverse("notices:approvals") + f"?notice={notice.number}"
    )
    let_ten_seconds_pass()
    assert workflow.settle_approvals() == 0
    assert (state_of(notice), Delivery.objects.count()) == ("submitted", 0)
    approve(world, notice)
    let_ten_seconds_pass()
    workflow.settle_approvals()
    client.post(undo)
    assert state_of(notice) == "issued"


def test_only_who_approved_undoes_it(world: World):
    notice = submitted(world)
    approve(world, notice)
    User.objects.filter(pk=world.supervisor2.pk).update(duties=["head_of_unit"])
    assert not workflow.undo_approval(notice=notice, actor=world.supervisor2)
    assert PendingApproval.objects.exists()


def test_one_undone_while_its_turn_comes_is_not_issued(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    notice = submitted(world)
    workflow.propose_approval(
        notice=notice, actor=world.supervisor, version=notice.version
    )
    let_ten_seconds_pass()

    def undone_first(due: Notice) -> Notice:
        assert workflow.undo_approval(notice=notice, actor=world.supervisor)
        return lock_for_issue(due)

    monkeypatch.setattr("notices.workflow.approving.lock_for_issue", undone_first)
    assert workflow.settle_approvals() == 0
    assert (state_of(notice), Delivery.objects.count()) == ("submitted", 0)
    assert not Notification.objects.filter(event="approval.voided").exists()


@pytest.mark.parametrize("act", ["approve", "approve at once", "return"])
def test_who_decides_second_is_told_who_approved_and_when(world: World, act: str):
    notice = submitted(world)
    approve(world, notice)
    User.objects.filter(pk=world.supervisor2.pk).update(duties=["head_of_unit"])
    second = User.objects.get(pk=world.supervisor2.pk)
    acts = {
        "approve": lambda: workflow.propose_approval(
            notice=notice, actor=second, version=notice.version
        ),
        "approve at once": lambda: workflow.approve_notice(
            notice=notice, actor=second, version=notice.version
        ),
        "return": lambda: workflow.return_notice(
            notice=notice, actor=second, reason="改"
        ),
    }
    with pytest.raises(TransitionRefused, match="being-approved") as refused:
        acts[act]()
    assert refused.value.details["by"] == world.supervisor.name
    assert refused.value.details["at"] == PendingApproval.objects.get().at
    assert world.supervisor.name in str(refused.value.message)


@pytest.mark.parametrize(
    "change",
    [
        "an item is taken out",
        "the request changes",
        "the draft is given up",
        "the ground changes",
    ],
)
def test_a_change_in_these_seconds_voids_the_approval_and_tells_the_approver(
    world: World, change: str
):
    notice = submitted(world)
    approve(world, notice)
    if change == "an item is taken out":
        workflow.remove_items(
            notice=notice, items=[notice.items.first().pk], actor=world.officer
        )
        assert state_of(notice) == "draft"
    elif change == "the request changes":
        workflow.change_request(
            notice=notice, actor=world.officer, ask_preserve=False, ask_operator=False
        )
        assert state_of(notice) == "draft"
    elif change == "the draft is given up":
        workflow.withdraw_draft(notice=notice, actor=world.officer)
        assert not PendingApproval.objects.exists()
        assert not Approval.objects.filter(state=Approval.State.OPEN).exists()
    else:
        other = LegalGround.objects.sufficient().exclude(pk=world.ground.pk).first()
        casework.give_ground(case=world.case, actor=world.officer, ground=other)
    let_ten_seconds_pass()
    assert workflow.settle_approvals() == 0
    assert not PendingApproval.objects.exists()
    assert state_of(notice) in ("draft", "withdrawn")
    assert not Delivery.objects.exists()
    told = Notification.objects.filter(
        user=world.supervisor, url=notice.get_absolute_url()
    )
    assert told.exclude(event="notice.submitted").count() == 1


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ways_of(user: User) -> dict[str, str]:
    page = client_of(user).get(reverse("cases:acts"))
    return {way.url: str(way.label) for _line, way in page.context["rows"] if way}


def test_ones_own_submission_is_taken_back_from_the_acts_of_today(world: World):
    notice = submitted(world)
    assert notice.get_absolute_url() in ways_of(world.officer)
    assert (
        'value="recall"'
        in client_of(world.officer).get(notice.get_absolute_url()).content.decode()
    )
    workflow.propose_approval(
        notice=notice, actor=world.supervisor, version=notice.version
    )
    client_of(world.officer).post(
        reverse("notices:change", args=[notice.number]), {"act": "recall"}
    )
    notice.refresh_from_db()
    assert (notice.state, notice.version) == ("draft", "")
    assert not PendingApproval.objects.exists()
    assert (
        Notification.objects.filter(
            user=world.supervisor, event="approval.voided"
        ).count()
        == 1
    )
    assert ways_of(world.officer) == {}
    again = client_of(world.officer).post(
        reverse("notices:change", args=[notice.number]), {"act": "recall"}
    )
    assert again.status_code == 409


def test_an_approval_in_its_ten_seconds_is_undone_from_the_acts_of_today(world: World):
    notice = submitted(world)
    workflow.propose_approval(
        notice=notice, actor=world.supervisor, version=notice.version
    )
    client = client_of(world.supervisor)
    [undoable] = client.get(reverse("cases:acts")).context["undoable_now"]
    assert (
        client_of(world.officer).get(reverse("cases:acts")).context["undoable_now"]
        == []
    )
    client.post(undoable.url, dict(undoable.fields))
    assert not PendingApproval.objects.exists()
    assert client.get(reverse("cases:acts")).context["undoable_now"] == []


def test_checks_in_their_ten_seconds_are_undone_from_the_acts_of_today_all_of_one_act(
    world: World,
):
    add_targets(world, 3)
    [notice] = issue(world)
    answer(world, notice)
    items = list(notice.items.values_list("pk", flat=True))
    workflow.propose_checks(items=items[:2], seen="gone", actor=world.officer2)
    workflow.propose_checks(items=items[2:], seen="live", actor=world.officer2)
    client = client_of(world.officer2)
    first, second = client.get(reverse("cases:acts")).context["undoable_now"]
    assert [value for _name, value in first.fields] == items[2:]
    client.post(second.url, {"ids": [value for _name, value in second.fields]})
    assert list(PendingCheck.objects.values_list("item", flat=True)) == items[2:]


def test_what_was_withdrawn_or_counted_leads_to_where_it_is_dealt_with(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    first, second = notice.items.all()
    workflow.verify_items(items=[first.pk], seen="gone", actor=world.officer2)
    workflow.withdraw_items(items=[second.pk], actor=world.officer2, reason="误发")
    letter = notice.withdrawal_letters.get()
    assert ways_of(world.officer2) == {
        reverse("notices:correction_new", args=[first.target_id]): "更正…",
        letter.get_absolute_url(): "查看函件",
    }
