"""The work table of a case: contradictions first, by store or flat, on every page, as of one moment."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.test import Client

from cases import workflow
from cases.extensions import target_providers
from cases.models import Target
from cases.target_history import TargetProvider
from cases.work_table import TargetList
from listings.models import Listing
from stores.models import Store
from tests.cases.conftest import hand_in, sheet_of
from tests.notices.world import World, add_targets, answer, case_page, issue


def put_in_store(world: World, targets: list[Target], name: str) -> Store:
    store = Store.objects.create(
        platform=world.platform, canonical_id=name, site="taobao", name=name, url="x"
    )
    Listing.objects.filter(target__in=targets).update(store=store)
    return store


def test_contradictions_come_first_their_stores_too_and_so_on_every_page(
    officer, world, monkeypatch
):
    monkeypatch.setattr(TargetList, "size", 2)
    calm, unknown, loud = (add_targets(world, 2) for _place in range(3))
    stores = put_in_store(world, calm, "甲店"), put_in_store(world, loud, "乙店")
    (notice,) = issue(world)
    answer(world, notice)
    Target.objects.filter(pk__in=[loud[1].pk, unknown[1].pk]).update(
        seen="live", seen_at=notice.issued_at
    )
    by_store = [loud[1], loud[0], unknown[1], unknown[0], *calm]
    flat = [unknown[1], loud[1], *calm, unknown[0], loud[0]]
    assert shown_by(officer, case_page(world)) == [target.pk for target in by_store]
    assert shown_by(officer, case_page(world, "?group=none")) == [
        target.pk for target in flat
    ]
    first = officer.get(case_page(world)).context
    assert str(first["groups"][stores[1].pk][0][0]) == "不一致"
    assert [row["seen"] for row in first["rows"]] == ["仍在售", ""]
    narrowed = officer.get(case_page(world, "?seen=live")).context
    assert [count for _label, count, _against in narrowed["groups"][stores[1].pk]] == [
        "1",
        "1",
    ]


def shown_by(client: Client, url: str) -> list[int]:
    """The targets of a list in its order, page by page and back again."""
    shown, back = [], []
    place, page = url, None
    while place:
        page = client.get(place).context["page"]
        shown += [row["id"] for row in page]
        place = page.next and url.partition("?")[0] + page.next
    place = page.previous
    while place:
        page = client.get(url.partition("?")[0] + place).context["page"]
        back = [row["id"] for row in page] + back
        place = page.previous
    assert shown[: len(back)] == back
    return shown


def test_a_page_is_of_one_moment_while_a_sheet_comes_into_the_case_and_says_so(
    client, committed_scenario
):
    scenario = committed_scenario
    sheet_import = hand_in(
        scenario, sheet_of("https://item.taobao.com/item.htm?id=655000000001"), "a.csv"
    )
    workflow.read_sheet(sheet_import.pk)
    turns = {"lead": scenario.officer, "second": scenario.officer2}
    case = workflow.take_up_sheet(
        sheet_import=sheet_import, actor=scenario.officer, title="案", **turns
    )

    def register() -> None:
        workflow.continue_registering(sheet_import.pk)
        connections.close_all()

    class Meanwhile(TargetProvider):
        """Something commits after the first counts and before the rows."""

        def clocks(self, case, user):
            with ThreadPoolExecutor(1) as pool:
                pool.submit(register).result()
            return ()

    with target_providers.extended(Meanwhile()):
        client.force_login(scenario.officer)
        during = client.get(case.get_absolute_url())
    assert (during.context["tabs"][0]["count"], during.context["rows"]) == (0, [])
    assert "a.csv”正在登记：已完成 0/1 行" in during.content.decode()
    after = client.get(case.get_absolute_url())
    assert (after.context["tabs"][0]["count"], len(after.context["rows"])) == (1, 1)
    assert "正在登记" not in after.content.decode()
