"""Home pages: what waits for each role, each case once, that each number is the list behind it, and what happened."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import workflow as casework
from cases.models import Case, Target
from corps.models import Delivery, Notification, User
from corps.ui.home import waiting_for
from corps.ui.stream import Need
from notices import workflow
from notices.models import Notice
from tests.home import entries_of, needs_of, stream_of
from tests.notices.world import World, add_targets, answer, arrive, file_another, issue
from tests.put_into import put_into

pytestmark = pytest.mark.django_db
# The number beside the sidebar's line of the page.
CURRENT = re.compile(
    r'aria-current="page"><span>[^<]*</span>\s*<span data-line-count(?: hidden)?>(\d+)<'
)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def needs_at(user: User, part: str) -> list[Need]:
    """The needs of a home page whose rows stand at such an address."""
    return [need for need in needs_of(user) if part in need.url]


def submitted(world: World) -> Notice:
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    return workflow.submit_notice(notice=notice, actor=world.officer)


def busy(world: World) -> Notice:
    """The case has something of every kind of its own: waiting, drafted, refused, claimed, not ours, failed mail."""
    add_targets(world, 6)
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    arrive(world, notice)
    for outcome, item in zip(
        ("refused", "not_ours", "removed", "appealed"), ids, strict=False
    ):
        answer(world, notice, outcome, [item])
    put_into(Delivery.objects, Delivery.State.FAILED, finished_at=timezone.now())
    add_targets(world, 1, platform=world.other_platform)
    workflow.compose_notices(case=world.case, actor=world.officer)
    add_targets(world, 2)
    return notice


def total_at(client: Client, need: Need) -> int:
    """How many rows the page behind a chip lists."""
    page = client.get(need.url)
    assert page.status_code == 200
    context = page.context
    if context.get("current") is not None and hasattr(context["current"], "items"):
        return context["current"].items.count()
    return (
        context["page"].total
        if context["page"].total is not None
        else len(context["page"].rows)
    )


def test_a_case_stands_once_with_all_that_it_needs_and_each_chip_counts_its_rows(
    world: World,
):
    busy(world)
    for user in (world.officer, world.officer2, world.liaison):
        stream = stream_of(user)
        [entry] = [entry for group in stream.groups for entry in group.entries]
        assert stream.total == sum(group.total for group in stream.groups) == 1
        client = client_of(user)
        assert {need.url: need.count for need in entry.needs} == {
            need.url: total_at(client, need) for need in entry.needs
        }
    [entry] = entries_of(world.officer)["later"]
    assert {str(need.verb) for need in entry.needs} >= {
        "拟函",
        "移交",
        "决定",
        "受理",
        "继续",
        "查看",
    }
    assert sorted(need.count for need in entry.needs) == [1, 1, 1, 1, 1, 1, 2, 2]


def test_the_sum_of_the_groups_is_the_number_in_the_sidebar(world: World):
    busy(world)
    file_another(world)
    submitted(file_another(world, 2))
    for user in (
        world.officer,
        world.officer2,
        world.supervisor,
        world.supervisor2,
        world.stranger,
        world.liaison,
    ):
        page = client_of(user).get(reverse("home"))
        stream = page.context["stream"]
        assert (
            stream.total
            == waiting_for(user)
            == sum(group.total for group in stream.groups)
        )
        [shown] = CURRENT.findall(page.content.decode())
        assert int(shown) == stream.total


def test_a_returned_notice_comes_back_with_its_reason_until_it_is_submitted_again(
    world: World,
):
    add_targets(world, 2)
    notice = workflow.return_notice(
        notice=submitted(world), actor=world.supervisor, reason="依据不符"
    )
    [need] = needs_at(world.officer, "?notice=")
    assert (need.note, need.count) == ("依据不符", 2)
    assert client_of(world.officer).get(need.url).context["current"] == notice
    workflow.remove_items(
        notice=notice, items=[notice.items.first().pk], actor=world.officer
    )  # a draft again
    assert [need.count for need in needs_at(world.officer, "?notice=")] == [1]
    workflow.submit_notice(notice=notice, actor=world.officer)
    [need] = needs_at(world.officer, notice.get_absolute_url())
    assert not need.is_own


def test_mails_of_unknown_outcome_stand_with_their_case(world: World):
    add_targets(world, 1)
    issue(world)
    put_into(Delivery.objects, "uncertain")
    [need] = needs_at(world.officer, reverse("notices:deliveries"))
    assert (need.count, need.subject) == (1, ("case", world.case.pk))
    assert not needs_of(world.stranger)


def test_a_notice_is_waited_for_until_its_day_and_late_from_then_on(
    world: World, settings
):
    settings.SESSION_IDLE_MINUTES = 0
    add_targets(world, 1)
    [notice] = issue(world)
    [entry] = entries_of(world.officer)["waiting"]
    assert (entry.due, entry.clock, entry.subject.title) == (
        None,
        "尚未送达",
        world.case.title,
    )
    arrive(world, notice)
    [entry] = entries_of(world.officer)["waiting"]
    assert [(need.whom, need.asked) for need in entry.needs] == [
        ("淘宝天猫", "1 项反馈")
    ]
    notice.refresh_from_db()
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=True):
        [entry] = entries_of(world.officer)["overdue"]
        assert entry.verb[0] == "催办"
        assert [chip.look for chip in entry.chips] == ["red", ""]
        late = (timezone.localdate() - notice.reply_due_on).days
        assert entry.when == f"逾期 {late} 日"
        # The supervisor is told that it is late in the unit, and has nothing to do but to look.
        [entry] = entries_of(world.supervisor)["overdue"]
        assert (entry.is_own, entry.verb[0]) == (False, "查看")


def test_groups_are_capped_with_an_honest_count_and_a_link_to_all(world: World):
    opened = {
        "firm": world.firm,
        "unit": world.case.unit,
        "opened_by": world.officer,
        "opened_at": timezone.now(),
    }
    Case.objects.bulk_create(
        Case(number=f"C2026-1{nth:05}", title="线索", **opened) for nth in range(22)
    )
    page = client_of(world.officer).get(reverse("home"))
    waiting = next(
        group for group in page.context["stream"].groups if group.key == "waiting"
    )
    assert (waiting.total, len(waiting.entries)) == (22, 20)
    assert "前 20 件，共 22 件" in page.content.decode()
    [whole] = stream_of(world.officer, "?group=waiting").groups
    assert (whole.key, len(whole.entries)) == ("waiting", 22)
    assert (
        client_of(world.officer).get(reverse("home") + "?grup=waiting").status_code
        == 400
    )


def test_the_home_pages_ask_no_more_for_more_rows(world: World):
    users = (world.officer, world.supervisor, world.liaison)
    counts = []
    for cases in (1, 2):
        for _case in range(cases):
            busy(file_another(world, 1))
        for user in users:
            client = client_of(user)
            client.get(reverse("home"))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("home"))
            counts.append(len(queries))
    assert counts[:3] == counts[3:]


def test_what_is_empty_says_what_would_be_there(world: World):
    page = client_of(world.stranger).get(reverse("home")).content.decode()
    for words in ("逾期、今天和本周到期的，以及等待他人的", "没有新情况"):
        assert words in page
    add_targets(world, 1)
    page = client_of(world.officer).get(reverse("home")).content.decode()
    for words in (
        "过了期限还没办完的列在这里",
        "今天到期的列在这里",
        "要先由他人办理的列在这里",
    ):
        assert words in page


def test_what_waits_for_a_notice_stands_with_the_case_and_the_reasons(world: World):
    add_targets(world, 3)
    [notice] = issue(world)
    ids = list(notice.items.order_by("position").values_list("pk", flat=True))
    answer(world, notice, "refused", ids[:1])
    answer(world, notice, "needs_information", ids[1:2])
    add_targets(world, 2)
    [need] = needs_at(world.officer, "state=waiting")
    assert need.count == 4
    for words in ("待拟函 2", "未处置 1", "待补充 1"):
        assert words in need.note
    assert client_of(world.officer).get(need.act).context["waiting_total"] == need.count


def test_an_official_accounts_targets_wait_for_nothing_and_are_counted_apart(
    world: World,
):
    targets = add_targets(world, 3)
    Target.objects.filter(pk=targets[0].pk).update(is_official=True)
    [need] = needs_at(world.officer, "state=waiting")
    assert need.count == 2
    page = client_of(world.officer).get(world.case.get_absolute_url())
    cells = {cell["kind"]: cell for cell in page.context["cells"]}
    assert (cells["reported"]["value"], cells["official"]["value"]) == (2, 1)
    for cell in cells.values():
        shown = (
            client_of(world.officer)
            .get(f"{world.case.get_absolute_url()}{cell['url']}")
            .context
        )
        assert len(shown["rows"]) == shown["page"].total == cell["value"]


def test_the_officers_of_a_case_are_told_that_it_is_filed_or_not(world: World):
    put_into(
        Case.objects.filter(pk=world.case.pk),
        "lead",
        filed_at=None,
        opened_by=world.stranger,
    )
    casework.assign_officers(
        case=world.case,
        lead=world.officer,
        second=world.officer2,
        actor=world.supervisor,
    )
    chief = User.objects.create(
        username="chief",
        name="chief",
        role="supervisor",
        unit=world.case.unit,
        duties=["head_of_department"],
    )
    casework.file_case(case=world.case, actor=chief)
    told = Notification.objects.filter(url=world.case.get_absolute_url())
    assert {line.user for line in told} == {world.officer, world.officer2}
    assert all("已立案" in line.text for line in told)


def test_ones_own_work_stands_there_for_others_to_check_and_is_no_call(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    [own] = needs_at(world.officer, reverse("notices:checks_list"))
    [others] = needs_at(world.officer2, reverse("notices:checks_list"))
    assert (own.is_own, own.count) == (False, 2)
    assert (others.is_own, others.count, others.verb) == (True, 2, "复核")


def test_what_others_did_is_told_with_sums_until_all_is_read_and_a_look_moves_nothing(
    world: World,
):
    add_targets(world, 3)
    [notice] = issue(world)
    answer(world, notice)
    client = client_of(world.officer)
    for _look in range(2):
        news = {
            str(kind.label): kind
            for kind in client.get(reverse("home")).context["news"]
        }
        assert (news["平台反馈"].total, news["审批"].total) == (3, 1)
        [line] = news["平台反馈"].lines
        assert (line.link, str(line.strong)) == (notice.number, "已下架")
    assert not client_of(world.stranger).get(reverse("home")).context["news"]
    # What one did oneself is no news.
    assert "平台反馈" not in {
        str(kind.label) for kind in client_of(world.liaison).get("/").context["news"]
    }
    assert client.post(reverse("notifications_read"), {"next": "/"}).url == "/"
    assert not client.get(reverse("home")).context["news"]


def test_a_liaison_is_told_what_was_issued_and_checked_and_nobodys_name(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    ids = answer(world, notice) and list(notice.items.values_list("pk", flat=True))
    workflow.verify_items(items=ids[:1], actor=world.officer2, seen="live")
    page = client_of(world.liaison).get(reverse("home"))
    told = {
        str(line.text): line.url for kind in page.context["news"] for line in kind.lines
    }
    assert told == {
        "函件签发": notice.get_absolute_url(),
        "仍在售，退回 1 项": notice.get_absolute_url(),
    }
    assert "officer2" not in page.content.decode()
    assert not client_of(world.other_liaison).get(reverse("home")).context["news"]


def test_what_a_liaison_is_not_told_line_by_line_is_counted(world: World, monkeypatch):
    monkeypatch.setattr("cases.home_news.MOST_LINES", 1)
    add_targets(world, 3)
    [notice] = issue(world)
    ids = answer(world, notice) and list(
        notice.items.order_by("pk").values_list("pk", flat=True)
    )
    workflow.verify_items(items=ids[:2], actor=world.officer2, seen="gone")
    workflow.verify_items(items=ids[2:], actor=world.officer2, seen="live")
    page = client_of(world.liaison).get(reverse("home"))
    issued, checks = page.context["news"][1], page.context["news"][0]
    assert (issued.total, len(issued.lines), issued.left) == (1, 1, 0)
    assert (checks.total, len(checks.lines), checks.left) == (3, 1, 2)


def test_the_first_sign_in_of_a_day_moves_the_moment_to_the_last_visit(
    world: World, client: Client
):
    world.officer.set_password("Demo-2026-pass")
    world.officer.save()

    def sign_in() -> None:
        Client().post(
            reverse("account_login"), {"login": "officer", "password": "Demo-2026-pass"}
        )
        world.officer.refresh_from_db()

    start = timezone.now()
    sign_in()
    assert world.officer.caught_up_at is None
    with time_machine.travel(start + timedelta(days=1), tick=True):
        sign_in()
        first = world.officer.caught_up_at
        assert abs(first - start) < timedelta(minutes=1)
        sign_in()
        assert world.officer.caught_up_at == first


def test_ones_acts_of_today_are_counted_as_their_page_lists_them(world: World):
    add_targets(world, 2)
    submitted(world)
    client = client_of(world.officer)
    home = client.get(reverse("home")).context
    acts = client.get(reverse("cases:acts")).context
    assert home["acted"] == len(acts["rows"]) > 0
    assert home["undoable"] == len(acts["undoable"]) + len(acts["undoable_now"])
