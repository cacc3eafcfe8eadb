"""The search over everything: who finds what by which words, and that nobody finds or counts what they may not see."""

from collections.abc import Iterable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Case, CaseNote, CaseOfficer, Complaint, ImportRow, Target
from corps import search
from corps.models import UnindexedRange, User
from corps.search import Kind, Listed, Query, asking, kinds
from corps.search.extensions import search_kinds
from corps.workflow import index_words
from listings.models import Listing, ListingWords
from notices.models import Answer, Check, NoticeItem
from stores.models import Store
from tests.notices.world import make_world
from tests.search_scene import (
    CREAM,
    HIDDEN,
    ITEM,
    MASK,
    OTHER,
    OTHER_ROWS,
    OWN_ROWS,
    Scene,
    client_of,
    hand_in,
    make_scene,
    representative,
    what_others_find,
    what_the_corps_finds,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def test_everybody_finds_exactly_what_is_theirs(scene: Scene):
    """Before maintenance has indexed what was just written, and afterwards."""
    CaseOfficer.objects.create(
        case=scene.world.case,
        officer=scene.world.officer,
        since=scene.world.case.opened_at,
    )
    for _state in ("waiting", "indexed"):
        table = what_the_corps_finds(scene) + what_others_find(scene)
        found = [
            (login, text, scene.finds(login, text)) for login, text, _expected in table
        ]
        assert [
            pair for pair in zip(found, table, strict=True) if pair[0] != pair[1]
        ] == []
        index_words()
        assert not UnindexedRange.objects.exists()


def test_an_auditor_finds_acts_by_what_they_are_called(scene: Scene):
    found = scene.finds("auditor", "case.opened")
    assert found.keys() == {"acts"}
    [section] = search.overview(scene.people["auditor"], Query.read("case.opened"))
    assert section.hits[0].url == "/audit/?verb=case.opened"


def test_a_title_that_names_the_firm_is_not_found_by_a_platform(scene: Scene):
    Listing.objects.filter(canonical_id=CREAM).update(title="澄溪岚堂授权存疑眼霜")
    index_words()
    assert scene.finds("liaison-taobao", "授权存疑") == {}
    assert scene.finds("liaison-taobao", "眼霜") == {}
    assert scene.finds("liaison-taobao", CREAM) == {"items": [CREAM]}
    assert scene.finds("officer", "授权存疑")["listings"] == ["澄溪岚堂授权存疑眼霜"]


def test_words_that_changed_are_found_and_those_before_are_not(scene: Scene):
    index_words()
    Listing.objects.filter(canonical_id=MASK).update(title="改过的名字")
    for _turn in range(2):
        assert scene.finds("officer", "改过的")["listings"] == ["改过的名字"]
        assert "listings" not in scene.finds("officer", "玻尿酸")
        index_words()
    ImportRow.objects.all().delete()
    assert scene.finds("officer", "玻尿酸") == {}


# Pieces of what stands in the scene, so that what is typed is often part of something, and often of something hidden.
SAID = [
    "玻尿酸补水面膜 5片",
    "HEYORA",
    "货号甲七",
    "胶原蛋白眼霜 100ml",
    "顺达小店总店",
    "禾家另一件面膜",
    "密语乙",
    "已处理丁",
]
SAID += [
    "页面已空戊",
    "只在行里的店",
    f"{HIDDEN}记录",
    "禾家来函",
    MASK,
    OTHER,
    "100200300",
    "禾曜衡%",
    "_",
]
PIECES = [
    text[start:end]
    for text in SAID
    for start in range(len(text))
    for end in range(start + 1, len(text) + 1)
]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=2).map(" ".join)


def everything_visible(user: User) -> dict[str, dict[int, str]]:
    """Kind → key → words, of the kinds that are found by an index of words, as the rules of who sees what have it."""
    row_fields = ("title", "brand", "store_name", "violation", "request", "remark")

    def of_rows(rows: Iterable[ImportRow]) -> dict[int, str]:
        return {
            row.pk: " ".join(
                [
                    *(row.cells.get(name, "") for name in row_fields),
                    row.listing_id,
                    row.store_id,
                ]
            )
            for row in rows
        }

    return {
        "listings": {
            row.pk: f"{row.title} {row.brand}"
            for row in Listing.objects.visible_to(user)
        },
        "stores": {row.pk: row.name for row in Store.objects.visible_to(user)},
        "rows": of_rows(ImportRow.objects.visible_to(user)),
        "answers": {row.pk: row.remark for row in Answer.objects.visible_to(user)},
        "checks": {row.pk: row.note for row in Check.objects.visible_to(user)},
        "named": dict.fromkeys(
            Target.objects.visible_to(user).values_list("pk", flat=True), ""
        ),
        "items": dict.fromkeys(
            NoticeItem.objects.visible_to(user).values_list("pk", flat=True), ""
        ),
        "notes": {row.pk: row.text for row in CaseNote.objects.visible_to(user)},
        "complaints": dict.fromkeys(
            Complaint.objects.visible_to(user).values_list("pk", flat=True), ""
        ),
        "cases": dict.fromkeys(
            Case.objects.visible_to(user).values_list("pk", flat=True), ""
        ),
    }


def test_whatever_is_typed_finds_all_that_holds_it_and_nothing_that_is_not_visible(
    scene: Scene,
):
    """By comparing every record that a person may see with what the search finds; half of it indexed."""
    index_words()
    hand_in(
        scene.world.firm, scene.people["firm-CXT"], "又一封", "CXT-05.csv", OWN_ROWS
    )
    visible = {
        login: everything_visible(person) for login, person in scene.people.items()
    }
    counted = {"found": 0}

    @given(text=TEXTS)
    @settings(
        max_examples=50,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def search_for(text: str) -> None:
        query = Query.read(text)
        if query.fault:
            return
        for login, person in scene.people.items():
            for kind in search.kinds_of(person):
                if kind.key not in visible[login]:
                    continue
                keys = kind.newest(person, query, None, 1000)
                words = visible[login][kind.key]
                assert keys == sorted(set(keys), reverse=True)
                assert set(keys) <= words.keys(), (login, kind.key, text)
                counted["found"] += len(keys)
                if (
                    kind.key in ("rows", "answers", "checks")
                    and query.grams
                    and "/" not in text
                ):
                    holding = {
                        pk
                        for pk, said in words.items()
                        if all(word in said.lower() for word in query.words)
                    }
                    assert set(keys) <= holding, (login, kind.key, text)
                    # A number is found by how it begins, not by what it holds.
                    assert set(keys) == holding or query.beginnings, (
                        login,
                        kind.key,
                        text,
                    )

    search_for()
    assert counted["found"] > 30


@given(
    text=st.text(alphabet="面膜a1 2é号ß-", max_size=24),
    cut=st.tuples(st.integers(0, 24), st.integers(0, 24)),
)
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_text_has_in_the_database_what_each_of_its_pieces_asks_for(
    db, text: str, cut: tuple[int, int]
):
    piece = Query.read(text[min(cut) : max(cut)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT corps_search_grams(lower(normalize(%s, NFKC)))", [text])
        grams = set(cursor.fetchone()[0])
    before = text[: min(cut)].rstrip(" ")
    if not (before[-1:].isdigit() and piece.plain[:1].isdigit()):
        assert set(piece.grams) <= grams


def test_a_list_of_one_kind_has_each_once_in_pages_and_costs_the_same_however_many(
    scene: Scene,
):
    client = client_of(scene.world.officer)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/search/", {"q": "同名小店"}).status_code in (200, 302)
        return len(queries)

    index_words()
    few = statements()
    Store.objects.bulk_create(
        Store(
            platform=scene.world.platform,
            canonical_id=f"9{n:07}",
            site="taobao",
            url="x",
            name=f"同名小店{n:03}",
        )
        for n in range(120)
    )
    index_words()
    # Of what is found: its lines, and their states.
    assert statements() <= few + 4
    assert few <= 45
    page = client.get("/search/", {"q": "小店 同名"})
    assert "100+" in page.content.decode()
    [(section, url)] = page.context["sections"]
    assert (section.count, section.is_capped, len(section.hits)) == (100, True, 5)
    labels: list[str] = []
    while url:
        page = client.get(url)
        labels += [hit.label for hit in page.context["section"].hits]
        url = page.context["next"]
    assert labels == [f"同名小店{n:03}" for n in reversed(range(120))]


def test_what_matches_more_than_is_put_in_order_is_found_all_the_same(
    scene: Scene, monkeypatch
):
    """The newest first, and of a firm its own however much others have that matches."""
    monkeypatch.setattr("corps.search.words.NEWEST", 3)
    monkeypatch.setattr("corps.search.words.MOST_MATCHES", 4)
    index_words()
    for _turn in range(3):
        hand_in(
            scene.complaints[1].firm,
            scene.people["firm-HYS"],
            "禾家来函",
            "h.csv",
            OTHER_ROWS * 2,
        )
    for _state in ("waiting", "indexed"):
        [section] = search.overview(scene.people["firm-CXT"], Query.read("散装面膜"))
        assert section.count == 1
        rows = next(
            kind for kind in search.kinds_of(scene.world.officer) if kind.key == "rows"
        )
        newest = rows.newest(scene.world.officer, Query.read("面膜"), None, 3)
        assert (
            newest
            == [
                row.pk
                for row in ImportRow.objects.order_by("-pk")
                if "面膜" in row.cells["title"]
            ][:3]
        )
        index_words()


def test_the_one_thing_that_was_meant_opens_at_once(scene: Scene):
    client = client_of(scene.world.officer)
    listing = Listing.objects.get(canonical_id=MASK)
    for text in (MASK, f"{ITEM}{MASK}&spm=a.b", f"taobao/listing/{MASK}"):
        assert (
            client.get("/search/", {"q": text}).headers["Location"]
            == f"/listings/{listing.pk}/"
        )
    assert (
        client.get("/search/", {"q": "C2026-1"}).headers["Location"]
        == "/cases/C2026-000001/"
    )
    assert client.get("/search/", {"q": "面膜"}).status_code == 200


@pytest.fixture
def readers() -> dict[str, Client]:
    """Role → who is signed in, in a world in which nobody complained."""
    world = make_world()
    firm = representative("firm-CXT", "甲代表", world.firm)
    admin = User.objects.create(
        username="admin", name="管理员", role="administrator", password="!"
    )
    people = {
        "officer": world.officer,
        "firm": firm,
        "liaison": world.liaison,
        "admin": admin,
    }
    return {role: client_of(person) for role, person in people.items()}


def words_of(client: Client, address: str, text: str) -> str:
    page = client.get(address, {"q": text})
    assert page.status_code == 200
    assert page.context["sections"] == []
    return " ".join(page.content.decode().split())


def test_an_unknown_address_is_answered_with_what_it_is(readers: dict[str, Client]):
    unknown = {
        "officer": "没有登记",
        "firm": "贵企业没有反映过它",
        "liaison": "发给贵平台的函中没有它",
    }
    for text, said in (
        (f"{ITEM}888888888888", "淘宝的商品，编号 888888888888。"),
        ("https://shop88888888.taobao.com/", "淘宝的店铺，编号 88888888。"),
        ("jd/store/1000001", "京东的店铺，编号 1000001。"),
        ("https://m.tb.cn/h.5abcDEF", "淘宝的短链接"),
        ("https://s.taobao.com/search?q=x", "淘宝的搜索页或列表页"),
        ("https://example.org/item/1", "example.org"),
    ):
        for role, client in readers.items():
            content = words_of(client, "/search/", text)
            assert said in content, text
            assert (unknown.get(role, "\0") in content) is (
                "编号" in said and role != "admin"
            ), (role, text)
        assert said in words_of(readers["officer"], "/search/suggest/", text)


def test_one_character_is_said_to_be_too_few(readers: dict[str, Client]):
    for text in ("面", "a", "3", "面 膜", " 面 "):
        for address in ("/search/", "/search/suggest/"):
            assert "一个字太少" in words_of(readers["officer"], address, text), text
    assert "一个字太少" not in words_of(readers["officer"], "/search/", "3号")


LONG = " ".join(f"词{n}" for n in range(30))


def test_signs_that_mean_something_elsewhere_find_nothing_here(
    readers: dict[str, Client],
):
    for text in (
        "%",
        "%%",
        "__",
        "a%b_c\\",
        "' OR 1=1 --",
        "【】（）",
        "面膜" * 1500,
        "/" * 5000,
        LONG,
    ):
        for address in ("/search/", "/search/suggest/"):
            content = words_of(readers["officer"], address, text)
        assert ("内容太长" in content) is (len(text) > 50), text


def test_what_the_address_asks_for_besides_is_refused_by_name(
    readers: dict[str, Client],
):
    client = readers["officer"]
    for asked in (
        "?q=ab&foo=1",
        "suggest/?q=ab&kind=cases",
        "?q=ab&kind=accounts",
        "?q=ab&kind=cases&before=zz",
    ):
        assert client.get(f"/search/{asked}").status_code == 400
    assert client.get("/search/?q=ab&kind=cases&before=5").status_code == 200


def test_suggestions_are_a_few_lines_that_lead_there_and_to_all(scene: Scene):
    page = client_of(scene.world.officer).get("/search/suggest/", {"q": "5546081"})
    content = page.content.decode()
    assert "<html" not in content
    assert content.count('role="option"') == 4
    assert f'/listings/{Listing.objects.get(canonical_id=MASK).pk}/"' in content
    assert 'href="/search/?q=5546081"' in content


def test_a_kind_that_takes_too_long_is_told_and_the_others_are_found(
    scene: Scene, monkeypatch
):
    class Sleepy(Listed):
        def newest(self, before: int | None, limit: int) -> list[int]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(5)")
            return []

    slow = Kind(
        "slow",
        "慢的",
        1,
        "notices.compose",
        lambda *_: [Sleepy(())],
        lambda *_: [],
    )
    monkeypatch.setattr(kinds, "search_kinds", [*search_kinds, slow])
    monkeypatch.setattr(asking, "STATEMENT_MS", 60)
    page = client_of(scene.world.officer).get("/search/", {"q": "已空戊"})
    assert [
        (section.kind.key, section.is_too_broad)
        for section, _url in page.context["sections"]
    ] == [
        ("slow", True),
        ("checks", False),
    ]
    assert "加一个词" in page.content.decode()
    suggested = (
        client_of(scene.world.officer)
        .get("/search/suggest/", {"q": "没有的东西"})
        .content.decode()
    )
    assert "慢的" in suggested
    assert "加一个词" in suggested
    assert "没有找到" not in suggested


def test_maintenance_takes_up_what_waits_in_pieces(scene: Scene, monkeypatch):
    monkeypatch.setattr("corps.workflow.words.AT_ONCE", 2)
    monkeypatch.setattr("corps.workflow.words.MOST_IN_A_TURN", 3)
    Listing.objects.bulk_create(
        Listing(
            platform=scene.world.platform,
            canonical_id=f"8{n}",
            site="taobao",
            url="x",
            title=f"成批之物{n}",
        )
        for n in range(5)
    )
    turns = 0
    while index_words():
        turns += 1
        assert scene.finds("officer", "成批之物")["listings"] == [
            f"成批之物{n}" for n in reversed(range(5))
        ]
    assert turns > 3
    assert ListingWords.objects.filter(words__startswith="成批之物").count() == 5


def test_everybody_has_the_search_in_the_head(readers: dict[str, Client]):
    for client in readers.values():
        assert 'hx-get="/search/suggest/"' in client.get("/").content.decode()
