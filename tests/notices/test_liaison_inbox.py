"""The liaison's inbox: answering many items in a few acts, and what stands on the pages in between."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.workflow import suspend_case
from corps.models import User
from notices import workflow
from notices.models import Notice, NoticeItem
from tests.notices.world import World, add_targets, answer, arrive, file_another, issue

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ids_of(notice: Notice) -> list[int]:
    return list(notice.items.order_by("position").values_list("pk", flat=True))


def confirm(client: Client, notice: Notice, **said: object):
    """Take the answer's two steps: the summary, then the confirmation with what it asked for."""
    url = reverse("notices:answer", args=[notice.number])
    summary = client.post(url, {"ids": said["ids"], "outcome": said["outcome"]})
    return client.post(
        url,
        {
            "token": summary.context["form"].initial["token"],
            "confirmed": "1",
            "remark": "",
        }
        | said,
    )


@pytest.fixture
def notice(world: World) -> Notice:
    add_targets(world, 3)
    add_targets(world, 1, kind="store")
    [notice] = issue(world)
    return notice


def test_an_answer_owes_its_reason_and_keeps_what_was_typed(
    world: World, notice: Notice
):
    client, ids = client_of(world.liaison), ids_of(notice)
    page = confirm(client, notice, ids=ids, outcome="not_ours")
    assert page.status_code == 200
    assert page.context["form"].errors["remark"]
    page = confirm(client, notice, ids=ids, outcome="refused", remark="字" * 301)
    assert "字" * 301 in page.content.decode()
    assert not NoticeItem.objects.exclude(answered_at=None).exists()


def test_a_common_reason_is_kept_as_the_remark_before_what_was_typed(
    world: World, notice: Notice
):
    client = client_of(world.liaison)
    assert (
        confirm(
            client, notice, ids=ids_of(notice), outcome="refused", reason="2"
        ).status_code
        == 302
    )
    assert set(notice.items.values_list("state", "remark")) == {("refused", "账号冻结")}


def test_a_common_reason_and_a_remark_must_fit_together(world: World, notice: Notice):
    client = client_of(world.liaison)
    page = confirm(
        client,
        notice,
        ids=ids_of(notice),
        outcome="refused",
        reason="2",
        remark="字" * 300,
    )
    assert page.context["form"].errors["remark"]


def test_the_way_back_from_the_summary_keeps_the_selection(
    world: World, notice: Notice
):
    client, ids = client_of(world.liaison), ids_of(notice)
    page = client.post(
        reverse("notices:pick", args=[notice.number]),
        {"ids": ids[:2], "outcome": "removed"},
    )
    assert [item.pk for item in page.context["page"]] == ids[:2]
    assert page.content.decode().count(" checked") == 2
    assert not NoticeItem.objects.exclude(answered_at=None).exists()


def test_what_was_typed_is_forgotten_once_the_answer_stands(
    world: World, notice: Notice
):
    client, ids = client_of(world.liaison), ids_of(notice)
    key = f"answer-{notice.number}"
    done = f'data-draft-done="{key}"'
    assert (
        confirm(client, notice, ids=ids[:1], outcome="refused", draft=key).status_code
        == 200
    )
    assert done not in client.get(notice.get_absolute_url()).content.decode()
    assert (
        confirm(
            client,
            notice,
            ids=ids[:1],
            outcome="refused",
            remark="初步证据不足",
            draft=key,
        ).status_code
        == 302
    )
    assert done in client.get(notice.get_absolute_url()).content.decode()
    assert done not in client.get(notice.get_absolute_url()).content.decode()


def test_the_language_is_changed_on_a_page_that_a_button_opened(
    world: World, notice: Notice
):
    client, ids = client_of(world.liaison), ids_of(notice)
    for name in ("notices:answer", "notices:pick"):
        page = client.post(
            reverse(name, args=[notice.number]) + "?show=open",
            {"ids": ids[:1], "outcome": "refused"},
        )
        assert page.status_code == 200
        said = {"language": "en", "next": str(page.context["way_back"])}
        assert f'name="next" value="{said["next"]}"' in page.content.decode()
        assert said["next"] == notice.get_absolute_url() + "?show=open"
        assert (
            client.post(reverse("set_language"), said, follow=True).status_code == 200
        )


def test_a_notice_answered_in_full_leads_on_to_the_next(world: World, notice: Notice):
    [other] = issue(file_another(world))
    answer(world, notice)
    page = client_of(world.liaison).get(notice.get_absolute_url())
    assert page.context["next"] == other
    assert other.get_absolute_url() in page.content.decode()


def test_the_inbox_says_how_much_of_each_notice_is_answered(
    world: World, notice: Notice
):
    answer(world, notice, items=ids_of(notice)[:1])
    page = client_of(world.liaison).get(reverse("notices:desk")).content.decode()
    assert "1 / 4" in page
    assert world.case.document_number in page
    assert world.case.title not in page


def test_the_timeline_tells_acts_on_many_items_as_one_line(
    world: World, notice: Notice
):
    answer(world, notice)
    page = client_of(world.officer).get(notice.get_absolute_url() + "?tab=timeline")
    lines = [line for _day, entries in page.context["days"] for line in entries]
    assert [line for line in lines if "4" in line.each]
    assert "notice.issued" not in page.content.decode()


def test_filtering_the_queue_further_keeps_what_it_is_filtered_by(
    world: World, notice: Notice
):
    answer(world, notice)
    client = client_of(world.officer)
    page = client.get(
        reverse("notices:checks_list") + f"?notice={notice.number}&claim=removed"
    ).content.decode()
    form = page[
        page.index('<form class="sheet"') : page.index(
            "</form>", page.index('<form class="sheet"')
        )
    ]
    assert f'<input type="hidden" name="notice" value="{notice.number}">' in form
    assert 'type="hidden" name="claim"' not in form, "it has a field"
    assert f"?notice={notice.number}&amp;claim=removed&amp;item=" in page


def test_the_heading_counts_what_is_still_asked(world: World, notice: Notice):
    assert "请处置 4 个" in title_of(world.liaison, notice)
    workflow.withdraw_items(
        items=ids_of(notice)[:1], actor=world.officer, reason="误报"
    )
    assert "请处置 3 个" in title_of(world.liaison, notice)


def title_of(user: User, notice: Notice) -> str:
    page = client_of(user).get(notice.get_absolute_url()).content.decode()
    return page.partition("<h1")[2].partition("</h1>")[0]


def test_while_the_case_is_suspended_every_page_says_that_the_clock_stands_still(
    world: World, notice: Notice
):
    arrive(world, notice)
    pages = {
        world.liaison: [notice.get_absolute_url(), reverse("notices:desk")],
        world.officer: [notice.get_absolute_url(), reverse("notices:list")],
    }
    for said in (False, True):
        for user, addresses in pages.items():
            for address in addresses:
                assert (
                    "案件中止期间不计时"
                    in client_of(user).get(address).content.decode()
                ) is said, address
        if not said:
            chief = User.objects.create(
                username="chief",
                name="chief",
                role="supervisor",
                unit=world.case.unit,
                duties=["head_of_department"],
            )
            suspend_case(case=world.case, actor=chief, reason="等待鉴定")
