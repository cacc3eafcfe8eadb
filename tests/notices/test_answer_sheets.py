"""Answers from a sheet: taken, filled in, looked at, confirmed; what is wrong with it is said at its cell."""

import csv
import io
import zipfile
from dataclasses import replace

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from cases.models import Target
from corps.files.sandbox import ChildDied
from corps.models import User
from listings.models import Listing
from listings.sheets.refusals import refused
from notices import workflow
from notices.answer_sheets import filled
from notices.models import Answer, Notice, NoticeItem
from stores.models import Store
from tests.notices.answer_sheets import (
    HEAD,
    as_csv,
    client_of,
    confirm,
    hand_in,
    listings,
)
from tests.notices.world import World, add_targets, answer, file_another, issue
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(world: World) -> Notice:
    add_targets(world, 6)
    [notice] = issue(world)
    return notice


def as_xlsx(rows: list[list[str]], head: list[str] = HEAD) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate([head, *rows]):
        page.write_row(number, 0, row)
    book.close()
    return SimpleUploadedFile("答复.xlsx", buffer.getvalue())


def states(notice: Notice) -> list[str]:
    return list(notice.items.order_by("position").values_list("state", flat=True))


def test_words_in_both_languages_and_digits_are_answers_and_nothing_stands_before_the_confirmation(
    world, notice
):
    ids = [listing.canonical_id for listing in listings(notice)]
    said = [
        ("已下架", ""),
        ("Removed", ""),
        ("１", ""),
        ("4", "账号冻结"),
        ("not acted on", "已屏蔽"),
        ("", ""),
    ]
    client = client_of(world.liaison)
    page = hand_in(
        client,
        notice,
        as_xlsx(
            [
                [pk, "", word, remark]
                for pk, (word, remark) in zip(ids, said, strict=True)
            ]
        ),
    )
    review = page.context["review"]
    assert (len(review.ready), review.blank, review.problems) == (5, 1, [])
    assert dict(review.by_answer) == {"已下架": 3, "未处置": 2}
    assert set(states(notice)) == {"open"}

    assert confirm(client, notice, page).status_code == 302
    assert states(notice) == [
        "claimed",
        "claimed",
        "claimed",
        "refused",
        "refused",
        "open",
    ]
    assert notice.items.get(target__listing__canonical_id=ids[3]).remark == "账号冻结"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_sheet_that_is_offered_comes_back_filled_in(world, notice, language, kind):
    client = client_of(world.liaison, language)
    response = client.get(reverse("notices:answers_sheet", args=[notice.number, kind]))
    content = (
        b"".join(response.streaming_content) if response.streaming else response.content
    )
    if kind == "csv":
        head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    else:
        head, *rows = (
            CalamineWorkbook.from_filelike(io.BytesIO(content))
            .get_sheet_by_index(0)
            .to_python()
        )
    rows = [[str(cell) for cell in row] for row in rows]
    for row in rows[:2]:
        row[-2] = "1"
    page = hand_in(client, notice, (as_csv if kind == "csv" else as_xlsx)(rows, head))
    assert (len(page.context["review"].ready), page.context["review"].blank) == (2, 4)


def test_each_wrong_row_is_named_with_its_column_and_its_reason(world, notice):
    mine = listings(notice)
    [other] = add_targets(world, 1, platform=world.other_platform)
    rows = [
        [mine[0].canonical_id, "", "已经弄好了", ""],
        [mine[1].canonical_id, "", "未处置", ""],
        [mine[2].canonical_id, "", "", "只有备注"],
        ["", "https://item.jd.com/100012345678.html", "已下架", ""],
        ["", "https://item.taobao.com/item.htm?id=699999999999", "已下架", ""],
        [mine[3].canonical_id, mine[4].url, "已下架", ""],
        ["699999999998", "", "已下架", ""],
        [mine[5].canonical_id, "", "已下架", "字" * 301],
        [mine[4].canonical_id, "", "已下架", ""],
        [mine[4].canonical_id, "", "已关店", ""],
    ]
    review = hand_in(client_of(world.liaison), notice, as_csv(rows)).context["review"]
    assert [line.row for line in review.ready] == [10]
    wrong = {
        problem.row: (problem.column, str(problem.reason))
        for problem in review.problems
    }
    assert list(wrong) == [2, 3, 4, 5, 6, 7, 8, 9, 11]
    assert [column for column, _reason in wrong.values()] == [
        "答复", "备注", "答复", "网址", "网址", "编号", "编号", "备注", "答复",
    ]  # fmt: skip
    assert "平台" in wrong[5][1]
    assert len({reason for _column, reason in wrong.values()}) >= 7
    assert other.listing is not None


def test_items_of_another_platform_or_notice_cannot_be_answered_through_a_sheet(
    world, notice
):
    foreign = add_targets(world, 1, platform=world.other_platform)
    elsewhere = file_another(world, 1)
    [theirs] = issue(world, foreign)
    [second] = issue(elsewhere)
    rows = [
        ["", foreign[0].listing.url, "已下架", ""],
        [foreign[0].listing.canonical_id, "", "已下架", ""],
        ["", listings(second)[0].url, "已下架", ""],
    ]
    client = client_of(world.liaison)
    page = hand_in(client, notice, as_csv(rows))
    assert not page.context["review"].ready
    confirm(client, notice, page)
    assert states(theirs) == states(second) == ["open"]
    assert hand_in(client, theirs, as_csv(rows)).status_code == 404
    assert (
        client.get(
            reverse("notices:answers_sheet", args=[theirs.number, "xlsx"])
        ).status_code
        == 404
    )


def test_a_double_click_and_a_double_upload_answer_once(world, notice):
    rows = [[listing.canonical_id, "", "1", ""] for listing in listings(notice)]
    client = client_of(world.liaison)
    first, second = (hand_in(client, notice, as_csv(rows)) for _ in range(2))
    for page in (first, first, second):
        assert confirm(client, notice, page).status_code == 302
    assert Answer.objects.count() == 6

    again = hand_in(client, notice, as_csv(rows)).context["review"]
    assert (again.ready, again.unchanged, again.problems) == ([], 6, [])


def test_what_is_found_live_can_be_answered_again_with_the_same_sheet(world, notice):
    rows = [[listings(notice)[0].canonical_id, "", "1", ""]]
    client = client_of(world.liaison)
    confirm(client, notice, hand_in(client, notice, as_csv(rows)))
    workflow.verify_items(
        items=[notice.items.order_by("position")[0].pk],
        seen="live",
        actor=world.officer2,
    )
    confirm(client, notice, hand_in(client, notice, as_csv(rows)))
    assert Answer.objects.count() == 2
    assert states(notice)[0] == "claimed"


def test_whoever_comes_second_is_told_who_answered_what(world, notice):
    rows = [[listing.canonical_id, "", "1", ""] for listing in listings(notice)]
    client = client_of(world.liaison)
    page = hand_in(client, notice, as_csv(rows))
    answer(world, notice, "shut", items=[notice.items.order_by("position")[0].pk])
    told = confirm(client, notice, page)
    assert told.status_code == 200
    assert "已关店" in told.content.decode()
    assert "第 2 行" in told.content.decode()
    assert Answer.objects.count() == 6

    # Handed in anew it would take the place of the answer that nobody has checked, and says so before.
    review = hand_in(client, notice, as_csv(rows)).context["review"]
    assert ([line.row for line in review.ready], review.changed, review.problems) == (
        [2],
        1,
        [],
    )


def test_the_confirmation_is_of_the_person_and_the_notice_that_looked(world, notice):
    rows = [[listings(notice)[0].canonical_id, "", "1", ""]]
    page = hand_in(client_of(world.liaison), notice, as_csv(rows))
    [second] = issue(file_another(world))
    colleague = User.objects.create(
        username="second", name="第二人", role="liaison", password="!"
    )
    world.platform.liaisons.filter(user=None).update(user=colleague)
    for user, number in ((world.liaison, second.number), (colleague, notice.number)):
        url = reverse("notices:answers_confirm", args=[number])
        assert (
            client_of(user).post(url, {"seen": page.context["seen"]}).status_code == 404
        )
    url = reverse("notices:answers_confirm", args=[notice.number])
    assert (
        client_of(world.liaison)
        .post(url, {"seen": page.context["seen"] + "x"})
        .status_code
        == 404
    )
    assert not Answer.objects.exists()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", b"<Types/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (200 * 2**20))
    return buffer.getvalue()


HOSTILE = {
    "an image": (b"\x89PNG\r\n\x1a\n" + b"0" * 64, "a.xlsx"),
    "a bomb": (bomb(), "a.xlsx"),
    "rubbish": (b"PK\x03\x04" + b"\x00" * 400, "a.xlsx"),
    "entities": (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "a.csv"),
    "another name": (b"a,b\n1,2\n", "a.pdf"),
    "no answer column": ("编号,网址\n600,\n".encode(), "a.csv"),
    "a million columns": (b"," * 1_000_000, "a.csv"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_strange_file_gets_a_message_beside_the_field_and_changes_nothing(
    world, notice, name
):
    content, filename = HOSTILE[name]
    page = hand_in(
        client_of(world.liaison), notice, SimpleUploadedFile(filename, content)
    )
    assert page.status_code == 200
    assert page.context["form"].errors["sheet"]
    assert not Answer.objects.exists()


def test_no_cell_of_the_sheet_that_is_offered_is_a_formula(world, notice):
    Listing.objects.filter(pk=listings(notice)[0].pk).update(
        title='=HYPERLINK("http://evil.example","x")'
    )
    client = client_of(world.liaison)
    text = b"".join(
        client.get(
            reverse("notices:answers_sheet", args=[notice.number, "csv"])
        ).streaming_content
    ).decode()
    assert "'=HYPERLINK" in text
    book = client.get(
        reverse("notices:answers_sheet", args=[notice.number, "xlsx"])
    ).content
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


def test_a_formula_in_a_filled_sheet_counts_as_the_value_that_was_stored_with_it(
    world, notice
):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, HEAD)
    page.write_string(1, 0, listings(notice)[0].canonical_id)
    page.write_formula(1, 2, '=IF(1,"已下架","")', None, "已下架")
    book.close()
    file = SimpleUploadedFile("a.xlsx", buffer.getvalue())
    assert (
        len(hand_in(client_of(world.liaison), notice, file).context["review"].ready)
        == 1
    )


def test_an_id_that_lost_its_digits_is_made_up_for_by_its_address(world, notice):
    listing = listings(notice)[0]
    review = hand_in(
        client_of(world.liaison), notice, as_csv([["6.00E+11", listing.url, "1", ""]])
    ).context["review"]
    assert len(review.ready) == 1


def test_statements_do_not_grow_with_the_rows(world, notice):
    client = client_of(world.liaison)

    def statements(rows: int, remark: str) -> tuple[int, int]:
        some = [
            [listing.canonical_id, "", "1", remark]
            for listing in listings(notice)[:rows]
        ]
        with CaptureQueriesContext(connection) as looked:
            page = hand_in(client, notice, as_csv(some))
        with CaptureQueriesContext(connection) as answered:
            confirm(client, notice, page)
        put_into(
            NoticeItem.objects.filter(notice=notice),
            "open",
            outcome="",
            answered_at=None,
            check_deadline=None,
        )
        put_into(
            Target.objects.filter(items__notice=notice),
            "noticed",
            claim="",
            claim_at=None,
        )
        return len(looked), len(answered)

    statements(1, "先")
    one, six = statements(1, "一"), statements(6, "六")
    assert six[0] <= one[0]
    assert six[1] <= one[1]


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"max_bytes": 100}, "too-large"),
        ({"max_rows": 1}, "too-many-rows"),
        ({"seconds": -1.0}, "too-slow"),
    ],
)
def test_a_sheet_beyond_a_limit_is_refused_with_its_own_message(
    world, notice, monkeypatch, limit, code
):
    assert (filled.LIMITS.max_bytes, filled.LIMITS.max_rows) <= (10 * 2**20, 20_000)
    monkeypatch.setattr(filled, "LIMITS", replace(filled.LIMITS, **limit))
    monkeypatch.setattr("listings.sheets.delimited.MARGIN", 0)
    rows = [[listing.canonical_id, "", "1", ""] for listing in listings(notice)]
    figures = {"megabytes": 1, "rows": 1, "seconds": -1}
    page = hand_in(client_of(world.liaison), notice, as_csv(rows))
    assert page.context["form"].errors["sheet"] == [
        str(refused(code, **figures).message)
    ]
    assert not Answer.objects.exists()


@pytest.mark.parametrize("how", ["memory", "time", "error"])
def test_whatever_befalls_the_reader_of_a_sheet_is_a_message(
    world, notice, monkeypatch, how
):
    def die(*_what: object, **_limits: object):
        raise ChildDied(how)
        yield

    monkeypatch.setattr(filled, "confined", die)
    page = hand_in(
        client_of(world.liaison),
        notice,
        as_csv([[listings(notice)[0].canonical_id, "", "1", ""]]),
    )
    assert page.status_code == 200
    assert page.context["form"].errors["sheet"]


def test_a_listing_and_a_store_of_one_id_are_told_apart_by_the_address_alone(world):
    [listing] = add_targets(world, 1)
    [store] = add_targets(world, 1, kind="store")
    Store.objects.filter(pk=store.store_id).update(
        canonical_id=listing.listing.canonical_id
    )
    [notice] = issue(world)
    number, url = listing.listing.canonical_id, listing.listing.url
    review = hand_in(
        client_of(world.liaison),
        notice,
        as_csv([[number, "", "1", ""], [number, url, "1", ""]]),
    ).context["review"]
    assert [problem.row for problem in review.problems] == [2]
    assert [line.item for line in review.ready] == [notice.items.get(target=listing).pk]


def test_after_the_confirmation_the_wrong_rows_stand_with_the_others(world, notice):
    first, second, *_rest = [listing.canonical_id for listing in listings(notice)]
    rows = [
        [first, "", "已下架", ""],
        ["不是编号", "", "已下架", ""],
        [second, "", "未处置", ""],
        ["777", "", "1", ""],
    ]
    client = client_of(world.liaison)
    page = hand_in(client, notice, as_csv(rows))
    wrong = [problem.row for problem in page.context["review"].problems]
    done = confirm(client, notice, page)
    assert [(result.ref, result.ok) for result in done.context["results"]] == [
        (2, True),
        (3, False),
        (4, False),
        (5, False),
    ]
    assert wrong == [result.ref for result in done.context["results"] if not result.ok]
    assert "不是编号" in done.content.decode()
