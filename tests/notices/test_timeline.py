"""The timeline of a case, of a notice and of a target: who did what when, to what, and how it went."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from cases import workflow as casework
from cases.story import Line
from corps.models import User
from notices import workflow
from notices.models import Notice, Objection
from tests.notices.world import World, add_targets, answer, issue

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
    casework.assign_officers(case=world.case, lead=world.officer, second=world.officer2, actor=world.supervisor)
    [line] = called(of_case(world), "指定承办人")
    assert line.strong.split("、") == ["officer officer", "officer2 officer2"], "whoever leads stands first"


def test_many_answers_are_one_line_that_says_how_they_went(world: World):
    add_targets(world, 37)
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    answer(world, notice, "removed", ids[:35])
    replies = [workflow.Reply(pk, "refused", item=pk, remark="证据不足") for pk in ids[35:]]
    workflow.answer_items(notice=notice, replies=replies, actor=world.liaison)
    for found in (of_case(world), lines(world, notice.get_absolute_url() + "?tab=timeline")):
        [line] = called(found, "条目答复")
        assert line.strong == "已下架 35、未处置 2"
        assert "37" in line.note
        assert (line.link, line.url) == (notice.number, notice.get_absolute_url())


def test_a_single_answer_and_a_single_check_say_which_item_and_how_it_went(world: World):
    [target, _other] = add_targets(world, 2)
    [notice] = issue(world)
    item = notice.items.get(target=target)
    answer(world, notice, "removed", [item.pk])
    workflow.verify_items(items=[item.pk], seen="live", actor=world.officer)
    found = of_case(world)
    assert [line.strong for line in called(found, "条目答复")] == [f"{target.thing.canonical_id} 已下架"]
    assert [line.strong for line in called(found, "条目复核")] == [f"{target.thing.canonical_id} 在售"]


def test_what_two_people_did_or_what_befell_two_notices_or_days_is_told_apart(world: World):
    add_targets(world, 3)
    [first] = issue(world)
    answer(world, first)
    ids = list(first.items.order_by("position").values_list("pk", flat=True))
    workflow.verify_items(items=ids[:1], seen="live", actor=world.officer)
    workflow.verify_items(items=ids[1:2], seen="gone", actor=world.officer2)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        workflow.verify_items(items=ids[2:], seen="gone", actor=world.officer)
    [second] = issue(world, add_targets(world, 2, platform=world.other_platform))
    answer(world, second)
    found = of_case(world)
    assert len(called(found, "条目复核")) == 3
    assert {line.link for line in called(found, "条目答复")} == {first.number, second.number}


def test_reasons_of_many_are_told_with_their_numbers(world: World):
    targets = add_targets(world, 5)
    ids = [target.pk for target in targets]
    casework.drop_targets(targets=ids[:3], actor=world.officer, reason="重复")
    casework.drop_targets(targets=ids[3:], actor=world.officer, reason="误报")
    [line] = called(of_case(world, "&verb=target."), "剔除目标")
    assert line.strong == "重复 3、误报 2"


def test_a_follow_up_says_for_which_notice_items_were_left(world: World):
    [target] = add_targets(world, 1)
    [first] = issue(world)
    answer(world, first, "refused")
    [second] = issue(world, [target])
    [line] = called(of_case(world), "条目转入后续函件")
    assert (line.strong, line.link) == (f"{first.number} {target.thing.canonical_id}", second.number)
    of_target = lines(world, reverse("cases:target", args=[target.pk]))
    told = [str(line.text).strip() for line in of_target]
    assert told[:2] == ["协查函送达", "条目转入后续函件"], "what caused it stands below"


def test_the_story_of_a_target_tells_of_its_withdrawal_and_its_dropping(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    workflow.withdraw_items(items=[notice.items.get().pk], actor=world.officer, reason="发错平台")
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
    workflow.change_request(notice=notice, actor=world.officer, ask_preserve=True, ask_operator=False)
    casework.add_note(case=world.case, actor=world.officer, text="已电话联系平台")
    found = of_case(world)
    assert [line.changed for line in called(found, "写下记录")] == ["已电话联系平台"]
    [line] = called(found, "修改函件要求")
    assert "：是" in line.changed
    assert "：否" in line.changed


def test_it_holds_everything_page_by_page_and_costs_no_query_for_each_line(world: World):
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
    before = queries(url)
    for number in range(1, 120):
        casework.add_note(case=world.case, actor=world.officer, text=f"第 {number} 条")
    assert queries(url) <= before
    seen: list[str] = []
    page = client_of(world.officer).get(url)
    while True:
        seen += [line.changed for _day, lot in page.context["days"] for line in lot if str(line.text) == "写下记录"]
        if not page.context["page"].next:
            break
        page = client_of(world.officer).get(f"{world.case.get_absolute_url()}{page.context['page'].next}")
    assert seen == [f"第 {number} 条" for number in reversed(range(120))]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_returned_notice_says_on_its_page_who_sent_it_back_when_and_why(world: World, language: str):
    add_targets(world, 1)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    notice = workflow.submit_notice(notice=notice, actor=world.officer)
    notice = workflow.return_notice(notice=notice, actor=world.supervisor, reason="依据不符")
    client = client_of(world.officer)
    client.cookies["django_language"] = language
    page = client.get(notice.get_absolute_url())
    with translation.override(language):
        back = page.context["steps"][2]
        assert str(back["label"]) == str(Notice.State.RETURNED.label)
    assert back["state"].split() == ["now", "back"]
    assert back["who"] == world.supervisor
    assert page.content.decode().count("依据不符") == 1


def test_a_withdrawn_draft_ends_in_its_withdrawal(world: World):
    add_targets(world, 1)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    workflow.withdraw_draft(notice=notice, actor=world.officer)
    steps = client_of(world.officer).get(notice.get_absolute_url()).context["steps"]
    assert [step["state"] for step in steps] == ["done", "now"]
    assert str(steps[-1]["label"]) == str(Notice.State.WITHDRAWN.label)
