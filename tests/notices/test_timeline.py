"""The timeline of a case, of a notice and of a target: who did what when, to what, and how it went."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from cases import workflow as casework
from cases.target_history import Line
from corps.audit.recording import record
from corps.deadlines.clock import SHANGHAI, now, today
from corps.models import Delivery, User
from notices import workflow
from notices.models import Notice, Objection
from tests.notices.world import World, add_targets, answer, issue, third_officer

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lines(world: World, url: str) -> list[Line]:
    """The lines of a page's timeline in Chinese, newest first."""
    page = client_of(world.officer).get(url)
    assert page.status_code == 200
    return [line for _day, lot in page.context["days"] for line in lot]


def of_case(world: World, query: str = "") -> list[Line]:
    return lines(world, f"{world.case.get_absolute_url()}?tab=timeline{query}")


def called(found: list[Line], text: str) -> list[Line]:
    return [line for line in found if str(line.text) == text]


def test_it_says_which_officers_were_assigned(world: World):
    casework.assign_officers(
        case=world.case,
        lead=world.officer,
        second=world.officer2,
        actor=world.supervisor,
    )
    [line] = called(of_case(world), "指定承办人")
    assert line.strong.split("、") == ["officer officer", "officer2 officer2"], (
        "whoever leads stands first"
    )
    casework.assign_officers(
        case=world.case,
        lead=world.officer2,
        second=world.officer,
        actor=world.supervisor,
    )
    assert (
        "officer officer、officer2 officer2"
        in called(of_case(world), "指定承办人")[0].changed
    )


def test_many_answers_are_one_line_that_says_how_they_went(world: World):
    add_targets(world, 37)
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    answer(world, notice, "removed", ids[:35])
    replies = [
        workflow.Reply(pk, "refused", item=pk, remark="证据不足") for pk in ids[35:]
    ]
    workflow.answer_items(notice=notice, replies=replies, actor=world.liaison)
    for found in (
        of_case(world),
        lines(world, notice.get_absolute_url() + "?tab=timeline"),
    ):
        [line] = called(found, "条目答复")
        assert line.strong == "已下架 35、未处置 2"
        assert "37" in line.each
        assert (line.link, line.url) == (notice.number, notice.get_absolute_url())


def test_a_single_answer_and_a_single_check_say_which_item_and_how_it_went(
    world: World,
):
    [target, _other] = add_targets(world, 2)
    [notice] = issue(world)
    item = notice.items.get(target=target)
    answer(world, notice, "removed", [item.pk])
    workflow.verify_items(items=[item.pk], seen="live", actor=world.officer2)
    found = of_case(world)
    assert [line.strong for line in called(found, "条目答复")] == [
        f"{target.thing.canonical_id} 已下架"
    ]
    assert [line.strong for line in called(found, "条目复核")] == [
        f"{target.thing.canonical_id} 在售"
    ]


def test_what_two_people_did_or_what_befell_two_notices_or_days_is_told_apart(
    world: World,
):
    add_targets(world, 3)
    [first] = issue(world)
    answer(world, first)
    ids = list(first.items.order_by("position").values_list("pk", flat=True))
    workflow.verify_items(items=ids[:1], seen="live", actor=third_officer(world))
    workflow.verify_items(items=ids[1:2], seen="gone", actor=world.officer2)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        workflow.verify_items(items=ids[2:], seen="gone", actor=world.officer2)
    [second] = issue(world, add_targets(world, 2, platform=world.other_platform))
    answer(world, second)
    found = of_case(world)
    assert len(called(found, "条目复核")) == 3
    assert {line.link for line in called(found, "条目答复")} == {
        first.number,
        second.number,
    }


def test_a_day_in_it_goes_from_midnight_to_midnight_in_shanghai(world: World):
    add_targets(world, 3)
    [notice] = issue(world)
    answer(world, notice)
    midnight = datetime.combine(today() + timedelta(days=1), time(), SHANGHAI)
    for item, hours in zip(notice.items.order_by("pk"), (-0.5, 7.5, 8.5), strict=True):
        with time_machine.travel(midnight + timedelta(hours=hours), tick=False):
            workflow.verify_items(items=[item.pk], seen="gone", actor=world.officer2)
    morning, _night = called(of_case(world), "条目复核")
    assert "07:30–08:30" in morning.note


def test_each_day_says_how_its_own_many_went(world: World):
    add_targets(world, 4)
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    answer(world, notice, "removed", ids[:2])
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        answer(world, notice, "refused", ids[2:])
    assert [line.strong for line in called(of_case(world), "条目答复")] == [
        "未处置",
        "已下架",
    ]


def test_of_many_ways_that_it_went_the_most_frequent_are_told(world: World):
    targets = [target.pk for target in add_targets(world, 11)]
    casework.drop_targets(targets=targets[:2], actor=world.officer, reason="重复")
    for number, target in enumerate(targets[2:], start=1):
        casework.drop_targets(
            targets=[target], actor=world.officer, reason=f"误报{number}"
        )
    [line] = called(of_case(world), "剔除目标")
    assert line.strong.split("、") == [
        "重复 2",
        *(f"误报{number} 1" for number in range(1, 8)),
        "…",
    ]


@pytest.mark.parametrize("verb", ["notice.i", "nonsense"])
def test_a_kind_that_it_does_not_offer_is_refused_by_name(world: World, verb: str):
    add_targets(world, 1)
    issue(world)
    assert len(of_case(world, "&verb=notice.")) < len(of_case(world))
    client = Client()
    client.force_login(world.officer)
    refused = client.get(f"{world.case.get_absolute_url()}?tab=timeline&verb={verb}")
    assert refused.status_code == 400
    assert verb in refused.content.decode()


def test_the_timeline_of_a_notice_holds_nothing_of_another(world: World):
    [first] = issue(world, add_targets(world, 2))
    answer(world, first)
    page = first.get_absolute_url() + "?tab=timeline"
    before = lines(world, page)
    assert {line.link for line in before if line.link} == {first.number}
    [second] = issue(world, add_targets(world, 2))
    answer(world, second)
    workflow.serve_otherwise(notice=second, actor=world.officer, proof="当面送达方某")
    assert lines(world, page) == before
    assert (
        len(lines(world, second.get_absolute_url() + "?tab=timeline"))
        == len(before) + 2
    )


def test_reasons_of_many_are_told_with_their_numbers(world: World):
    targets = add_targets(world, 5)
    ids = [target.pk for target in targets]
    casework.drop_targets(targets=ids[:3], actor=world.officer, reason="重复")
    casework.drop_targets(targets=ids[3:], actor=world.officer, reason="误报")
    [line] = called(of_case(world, "&verb=target."), "剔除目标")
    assert line.strong == "重复 3、误报 2"


def test_checks_are_counted_by_what_was_seen_whatever_was_claimed(world: World):
    add_targets(world, 5)
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    answer(world, notice, "removed", ids[:3])
    answer(world, notice, "already_gone", ids[3:])
    workflow.verify_items(items=ids, seen="gone", actor=world.officer2)
    [line] = called(of_case(world), "条目复核")
    assert line.strong == "页面不存在"


def test_a_ground_taken_back_is_no_ground_given(world: World):
    targets = add_targets(world, 2)
    ids = [target.pk for target in targets]
    casework.ground_targets(targets=ids, ground=world.ground, actor=world.officer)
    casework.ground_targets(targets=ids[:1], ground=None, actor=world.officer)
    found = of_case(world, "&verb=target.")
    assert [line.strong for line in called(found, "为目标单独指定依据")] == [
        world.ground.label
    ]
    [back] = called(found, "收回目标的单独依据")
    assert targets[0].thing.canonical_id in back.strong
    told = lines(world, reverse("cases:target", args=[ids[0]]))
    assert [str(line.text) for line in told][:2] == [
        "收回目标的单独依据",
        "为目标单独指定依据",
    ]


def test_a_word_that_only_some_have_comes_with_their_number(world: World):
    add_targets(world, 3)
    [notice] = issue(world)
    items = list(notice.items.order_by("position"))
    for item, detail in zip(items, ({"reason": "发错平台"}, {}, {}), strict=True):
        record(
            world.officer,
            "item.withdrawn",
            item,
            at=now(),
            thread=world.case.thread,
            notice=notice.number,
            **detail,
        )
    [line] = called(of_case(world, "&verb=item."), "条目撤回")
    assert line.strong == "发错平台 1"
    assert "3" in line.each


def test_an_act_that_goes_on_while_pages_are_turned_is_neither_lost_nor_told_twice(
    world: World,
):
    add_targets(world, 3)
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    answer(world, notice, "removed", ids[:1])
    for number in range(60):
        casework.add_note(case=world.case, actor=world.officer, text=f"第 {number} 条")
    client, url = (
        client_of(world.officer),
        f"{world.case.get_absolute_url()}?tab=timeline",
    )
    page = client.get(url)
    seen = [line for _day, lot in page.context["days"] for line in lot]
    answer(world, notice, "removed", ids[1:])
    while page.context["page"].next:
        page = client.get(f"{world.case.get_absolute_url()}{page.context['page'].next}")
        seen += [line for _day, lot in page.context["days"] for line in lot]
    [line] = called(seen, "条目答复")
    assert "3" in line.each


def test_what_is_told_only_in_the_audit_has_words_here_as_well(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    record(world.liaison, "notice.sheet_handed_in", notice, at=now(), sheet="答复.xlsx")
    record(
        world.officer,
        "delivery.postponed",
        Delivery.objects.get(),
        at=now(),
        thread=world.case.thread,
    )
    for url in (
        f"{world.case.get_absolute_url()}?tab=timeline",
        notice.get_absolute_url() + "?tab=timeline",
    ):
        assert not [line for line in lines(world, url) if "." in str(line.text)]


def test_a_decision_about_a_mail_and_an_import_say_what_came_of_them(world: World):
    add_targets(world, 1)
    issue(world)
    delivery = Delivery.objects.get()
    said = {"before": "uncertain", "after": "sent", "evidence": "平台来电确认"}
    record(
        world.officer,
        "delivery.decided",
        delivery,
        at=now(),
        thread=world.case.thread,
        **said,
    )
    record(
        world.officer,
        "import.registered",
        world.case,
        at=now(),
        thread=world.case.thread,
        new=12,
        held=0,
    )
    found = of_case(world)
    [line] = called(found, "处理送达不确定的邮件")
    assert "→ 已发送" in line.changed
    assert "平台来电确认" in line.changed
    [line] = called(found, "表格已登记")
    assert "12" in line.note
    assert "待定" not in line.note


def test_a_follow_up_says_for_which_notice_items_were_left(world: World):
    [target] = add_targets(world, 1)
    [first] = issue(world)
    answer(world, first, "refused")
    [second] = issue(world, [target])
    [line] = called(of_case(world), "条目转入下一轮协查")
    assert (line.strong, line.link) == (
        f"{first.number} {target.thing.canonical_id}",
        second.number,
    )
    of_target = lines(world, reverse("cases:target", args=[target.pk]))
    told = [str(line.text).strip() for line in of_target]
    assert told[:2] == ["协查函送达", "条目转入下一轮协查"], (
        "what caused it stands below"
    )


def test_the_story_of_a_target_tells_of_its_handing_over_and_of_each_answer_and_check_once(
    world: World,
):
    [target, other] = add_targets(world, 2)
    [first] = issue(world)
    item = first.items.get(target=target).pk
    answer(world, first, "not_ours")
    workflow.hand_over(items=[item], platform=world.other_platform, actor=world.officer)
    second = Notice.objects.get(platform=world.other_platform)
    workflow.approve_notice(
        notice=second, actor=world.supervisor, version=second.version
    )
    answer(world, second)
    workflow.verify_items(
        items=[second.items.get().pk], seen="gone", actor=world.officer2
    )
    found = lines(world, reverse("cases:target", args=[target.pk]))
    assert [line.link for line in called(found, "条目移交")] == [second.number]
    assert len(called(found, "条目答复")) + len(called(found, "条目复核")) == 0
    assert (len(called(found, "答复：")), len(called(found, "所见："))) == (2, 1)
    assert not called(
        lines(world, reverse("cases:target", args=[other.pk])), "条目移交"
    )


def test_the_story_of_a_target_tells_of_its_withdrawal_and_its_dropping(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    workflow.withdraw_items(
        items=[notice.items.get().pk], actor=world.officer, reason="发错平台"
    )
    casework.drop_targets(targets=[target.pk], actor=world.officer, reason="误报")
    found = lines(world, reverse("cases:target", args=[target.pk]))
    assert [line.strong for line in called(found, "条目撤回")] == ["发错平台"]
    assert [line.strong for line in called(found, "剔除目标")] == ["误报"]


def test_an_objection_says_about_which_target(world: World):
    [target] = add_targets(world, 1)
    issue(world)
    workflow.lodge_objection(target=target, actor=world.officer, reason="有进货发票")
    [line] = called(of_case(world), "提出异议")
    assert target.thing.canonical_id in line.strong
    assert (line.changed, line.link) == ("有进货发票", Objection.objects.get().number)


def test_a_note_stands_in_it_and_what_was_asked_of_the_platform(world: World):
    add_targets(world, 1)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    workflow.change_request(
        notice=notice, actor=world.officer, ask_preserve=True, ask_operator=False
    )
    casework.add_note(case=world.case, actor=world.officer, text="已电话联系平台")
    found = of_case(world)
    assert [line.changed for line in called(found, "新增记录")] == ["已电话联系平台"]
    [line] = called(found, "修改函件要求")
    assert "：是" in line.changed
    assert "：否" in line.changed


def test_it_holds_everything_page_by_page_and_costs_no_query_for_each_line(
    world: World,
):
    def queries(url: str) -> int:
        client = client_of(world.officer)
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(url)
        return len(captured)

    url = f"{world.case.get_absolute_url()}?tab=timeline"
    casework.add_note(case=world.case, actor=world.officer, text="第 0 条")
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    target = reverse("cases:target", args=[notice.items.first().target_id])
    pages = [url, notice.get_absolute_url() + "?tab=timeline", target]
    before = [queries(page) for page in pages]
    for day in range(1, 8):
        with time_machine.travel(timezone.now() + timedelta(days=day), tick=False):
            workflow.verify_items(
                items=notice.items.values_list("pk", flat=True),
                seen="unreachable",
                actor=world.officer2,
            )
    assert [queries(page) for page in pages] <= [count + 1 for count in before], (
        "one for how the many went"
    )
    before = queries(url)
    for number in range(1, 120):
        casework.add_note(case=world.case, actor=world.officer, text=f"第 {number} 条")
    assert queries(url) <= before
    seen: list[str] = []
    page = client_of(world.officer).get(url)
    while True:
        seen += [
            line.changed
            for _day, lot in page.context["days"]
            for line in lot
            if str(line.text) == "新增记录"
        ]
        if not page.context["page"].next:
            break
        page = client_of(world.officer).get(
            f"{world.case.get_absolute_url()}{page.context['page'].next}"
        )
    assert seen == [f"第 {number} 条" for number in reversed(range(120))]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_returned_notice_says_on_its_page_who_sent_it_back_when_and_why(
    world: World, language: str
):
    add_targets(world, 1)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    notice = workflow.submit_notice(notice=notice, actor=world.officer)
    notice = workflow.return_notice(
        notice=notice, actor=world.supervisor, reason="依据不符"
    )
    client = client_of(world.officer)
    client.cookies["django_language"] = language
    page = client.get(notice.get_absolute_url())
    with translation.override(language):
        back = page.context["steps"][2]
        assert str(back["label"]) == str(Notice.State.RETURNED.label)
    assert back["state"].split() == ["now", "back"]
    assert back["who"] == world.supervisor
    assert page.content.decode().count("依据不符") == 1


def test_a_draft_changed_after_its_return_still_says_so_until_it_is_submitted_again(
    world: World,
):
    add_targets(world, 2)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    notice = workflow.submit_notice(notice=notice, actor=world.officer)
    workflow.return_notice(notice=notice, actor=world.supervisor, reason="依据不符")
    workflow.remove_items(
        notice=notice, items=[notice.items.first().pk], actor=world.officer
    )
    client = client_of(world.officer)
    page = client.get(notice.get_absolute_url())
    assert page.content.decode().count("依据不符") == 1
    assert [(step["state"], step["at"] is None) for step in page.context["steps"]] == [
        ("now", False), ("", True), ("", True), ("", True),
    ]  # fmt: skip
    workflow.submit_notice(notice=notice, actor=world.officer)
    assert "依据不符" not in client.get(notice.get_absolute_url()).content.decode()
    workflow.remove_items(notice=notice, items=[], actor=world.officer)
    assert "依据不符" not in client.get(notice.get_absolute_url()).content.decode(), (
        "it was submitted since"
    )


def test_of_a_notice_returned_twice_the_last_return_is_told(world: World):
    add_targets(world, 1)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    for reason in ("依据不符", "收件人不符"):
        notice = workflow.submit_notice(notice=notice, actor=world.officer)
        notice = workflow.return_notice(
            notice=notice, actor=world.supervisor, reason=reason
        )
    page = client_of(world.officer).get(notice.get_absolute_url()).content.decode()
    assert "收件人不符" in page
    assert "依据不符" not in page


def test_the_steps_of_a_notice_say_how_far_it_has_come(world: World):
    add_targets(world, 1)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    client = client_of(world.officer)

    def steps() -> list[str]:
        return [
            step["state"]
            for step in client.get(notice.get_absolute_url()).context["steps"]
        ]

    assert steps() == ["now", "", "", ""]
    notice = workflow.submit_notice(notice=notice, actor=world.officer)
    assert steps() == ["done", "now", "", ""]
    notice = workflow.approve_notice(
        notice=notice, actor=world.supervisor, version=notice.version
    )
    assert steps() == ["done", "done", "now", ""]
    answer(world, notice)
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    assert steps() == ["done", "done", "done", "now"]


def test_a_withdrawn_draft_ends_in_its_withdrawal(world: World):
    add_targets(world, 1)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    workflow.withdraw_draft(notice=notice, actor=world.officer)
    steps = client_of(world.officer).get(notice.get_absolute_url()).context["steps"]
    assert [step["state"] for step in steps] == ["done", "now"]
    assert str(steps[-1]["label"]) == str(Notice.State.WITHDRAWN.label)
    assert steps[-1]["who"] == world.officer
    assert steps[-1]["at"] is not None


def test_what_is_told_as_one_unfolds_into_each(world: World):
    add_targets(world, 12)
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    answer(world, notice, "removed", ids[:11])
    answer(world, notice, "refused", ids[11:])
    for url in (world.case.get_absolute_url(), notice.get_absolute_url()):
        [line] = called(lines(world, f"{url}?tab=timeline"), "条目答复")
        each = lines(world, f"{url}{line.each_url}")
        assert len(each) == 12
        refused = notice.items.get(pk=ids[11]).target.thing.canonical_id
        assert [one.strong for one in each if "未处置" in one.strong] == [
            f"{refused} 未处置"
        ]
    assert (
        lines(world, f"{notice.get_absolute_url()}?tab=timeline&each=999999999") == []
    )


def test_a_case_tells_what_happened_to_its_complaints_before_there_was_a_case(
    world: World,
):
    complaint, _sheet = casework.submit_complaint(
        actor=world.officer, firm=world.firm, subject="线索", received_on=today()
    )
    complaint = casework.accept_complaint(complaint=complaint, actor=world.officer2)
    page = client_of(world.officer).get(complaint.get_absolute_url())
    told = [line for _day, lot in page.context["days"] for line in lot]
    assert [str(line.text) for line in told] == ["受理投诉", "登记投诉"]
    assert "officer2" in told[0].note
    casework.add_complaints(
        case=world.case, complaints=[complaint], actor=world.officer
    )
    found = [str(line.text) for line in of_case(world)]
    assert {"受理投诉", "登记投诉"} <= set(found)
    assert len(found) == len(set(found))
