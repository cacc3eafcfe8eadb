"""What people are told of notices: true of what happened, and in their own language."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from corps.models import Notification, User
from notices import workflow
from notices.models import Notice, Objection
from tests.notices.world import World, add_targets, answer, issue

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def notice_page(world: World, notice: Notice) -> str:
    return (
        client_of(world.liaison)
        .get(notice.get_absolute_url() + "?show=all")
        .content.decode()
    )


def test_a_drafter_is_told_in_the_own_language_whatever_the_approver_reads(
    world: World,
):
    add_targets(world, 1)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    notice = workflow.submit_notice(notice=notice, actor=world.officer)
    with translation.override("en"):
        workflow.return_notice(notice=notice, actor=world.supervisor, reason="again")
    said = Notification.objects.get(user=world.officer).text
    assert notice.number in said
    assert "returned" not in said


def test_what_is_withdrawn_is_neither_asked_nor_answered(world: World):
    add_targets(world, 3)
    [notice] = issue(world)
    items = list(notice.items.order_by("position").values_list("pk", flat=True))
    workflow.withdraw_items(items=items[:1], actor=world.officer, reason="误发")
    page = client_of(world.liaison).get(notice.get_absolute_url())
    assert [
        page.context["counts"][name] for name in ("total", "open", "answered", "all")
    ] == [2, 2, 0, 3]
    assert "1 项已撤回" in page.content.decode()
    workflow.withdraw_items(items=items[1:], actor=world.officer, reason="误发")
    page = notice_page(world, notice)
    assert "此函已无需办理" in page
    assert "全部已答" not in page


def test_a_dismissed_appeal_is_not_called_live(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    workflow.answer_items(
        notice=notice,
        replies=[
            workflow.Reply(1, "appealed", item=notice.items.get().pk, remark="商家申诉")
        ],
        actor=world.liaison,
    )
    objection = Objection.objects.filter(
        target=target
    ).first() or workflow.lodge_objection(
        target=target, actor=world.officer, reason="商家申诉"
    )
    workflow.accept_objection(objection=objection, actor=world.officer)
    workflow.decide_objection(
        objection=objection, actor=world.supervisor, upheld=False, reason="无依据"
    )
    page = client_of(world.liaison).get(notice.get_absolute_url() + "?show=all")
    assert (page.context["counts"]["open"], page.context["counts"]["back"]) == (1, 0)
    assert "申诉不成立，请重新答复" in page.content.decode()


def test_a_relisting_contradicts_nobody_and_a_live_answer_does(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    gone, live = notice.items.order_by("position")
    workflow.verify_items(items=[gone.pk], seen="gone", actor=world.officer2)
    workflow.check_again(targets=[gone.target_id], seen="live", actor=world.officer2)
    workflow.verify_items(items=[live.pk], seen="live", actor=world.officer2)
    client = client_of(world.officer)
    claimed = (
        client.get(reverse("cases:target", args=[gone.target_id]))
        .context["truths"]
        .claimed["lines"]
    )
    assert "不符" not in " ".join(map(str, claimed))
    claimed = (
        client.get(reverse("cases:target", args=[live.target_id]))
        .context["truths"]
        .claimed["lines"]
    )
    assert "1 次与所见不符" in " ".join(map(str, claimed))


def test_only_what_can_count_is_called_counting_before_an_answer(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    client, item = client_of(world.liaison), notice.items.get().pk
    said = {}
    for outcome in ("removed", "already_gone", "refused"):
        page = client.post(
            reverse("notices:answer", args=[notice.number]),
            {"ids": item, "outcome": outcome},
        )
        said[outcome] = page.content.decode()
    assert "计入结果" in said["removed"]
    assert "计入结果" not in said["already_gone"] + said["refused"]


def test_a_case_is_titled_in_chinese_whatever_its_officer_reads(world: World):
    client = client_of(world.officer)
    client.cookies["django_language"] = "en"
    from cases.models import Complaint
    from cases.workflow import accept_complaint, submit_complaint
    from corps.deadlines.clock import today

    complaint, _sheet = submit_complaint(
        actor=world.officer, firm=world.firm, subject="线索", received_on=today()
    )
    accept_complaint(
        complaint=Complaint.objects.get(pk=complaint.pk), actor=world.officer
    )
    form = client.get(
        reverse("cases:case_new") + f"?complaint={complaint.number}"
    ).context["form"]
    assert "网络违法销售" in form["title"].value()


def test_handing_over_asks_for_the_platform(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    workflow.answer_items(
        notice=notice,
        replies=[
            workflow.Reply(1, "not_ours", item=notice.items.get().pk, remark="非本平台")
        ],
        actor=world.liaison,
    )
    change = reverse("notices:change_items", args=[notice.number])
    sent = {"act": "hand_over", "ids": notice.items.get().pk, "platform": ""}
    page = client_of(world.officer).post(change, sent, follow=True)
    assert page.status_code == 200
    assert "请选择这些条目所属的平台" in page.content.decode()


def test_an_objection_is_found_by_its_number(world: World):
    [target] = add_targets(world, 1)
    issue(world)
    objection = workflow.lodge_objection(
        target=target, actor=world.officer, reason="有进货发票"
    )
    page = client_of(world.officer).get(
        reverse("search") + f"?q={objection.number}", follow=True
    )
    assert objection.number in page.content.decode()
