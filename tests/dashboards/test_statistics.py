"""The contract of the statistics: one query, three ways to read it."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Campaign
from dashboards.statistics import COUNTS, read_question, statistics
from notices.models import LedgerEntry, Recurrence
from tests.dashboards.entries import Book, moment, open_book
from tests.notices.world import make_world


@pytest.fixture
def book(db) -> Book:
    """Items 0 to 3 are the first firm's (listing and store on taobao, then on jd), 4 to 7 the second's."""
    book = open_book(make_world())
    hours_in_may = 24 * 35
    LedgerEntry.objects.bulk_create(
        [
            *(book.entry(which, moment(1)) for which in (0, 1, 2, 4)),
            *(book.entry(which, moment(hours_in_may)) for which in (5, 0)),
        ]
    )
    Recurrence.objects.bulk_create(
        [
            book.recurrence(2, moment(hours_in_may), Recurrence.Kind.RELISTING),
            book.recurrence(
                2, moment(hours_in_may + 1), Recurrence.Kind.REPEAT_REMOVAL
            ),
        ]
    )
    return book


@pytest.fixture
def reader(book: Book, client: Client) -> Client:
    client.force_login(book.world.supervisor)
    return client


def test_totals_are_net_of_corrections_and_recurrences_stand_beside_them(book: Book):
    assert statistics(book.world.supervisor).totals == {
        "stores_shut": 2,
        "listings_removed": 2,
        "repeat_removals": 1,
        "relistings": 1,
        "corrections": 1,
    }


def test_rows_are_one_for_each_group_with_an_entry_keys_first_in_the_order_asked(
    reader: Client,
):
    answer = reader.get("/api/v1/statistics/?group=month,platform").json()
    assert list(answer) == [*COUNTS, "rows"]
    assert [
        (row["month"], row["platform"], row["listings_removed"], row["stores_shut"])
        for row in answer["rows"]
    ] == [
        ("2026-04", "jd", 1, 0),
        ("2026-04", "taobao", 2, 1),
        ("2026-05", "jd", 0, 0),
        ("2026-05", "taobao", -1, 1),
    ]
    assert list(answer["rows"][0]) == ["month", "platform", *COUNTS]


def test_groups_are_named_by_slug_code_month_and_number(reader: Client):
    [row, *_rest] = reader.get(
        "/api/v1/statistics/?group=case,firm,platform,month"
    ).json()["rows"]
    assert (row["case"], row["firm"], row["platform"], row["month"]) == (
        "C2026-000001",
        "CXT",
        "jd",
        "2026-04",
    )


def test_without_groups_there_is_one_row_even_of_nothing(reader: Client):
    answer = reader.get("/api/v1/statistics/?from=2020-01-01&to=2020-12-31").json()
    assert answer["rows"] == [dict.fromkeys(COUNTS, 0)]


def test_both_ends_of_the_period_are_shanghai_days_and_included(book: Book):
    user = book.world.supervisor
    assert (
        statistics(user, from_=date(2026, 4, 1), to=date(2026, 4, 1)).totals[
            "listings_removed"
        ]
        == 3
    )
    assert statistics(user, to=date(2026, 3, 31)).totals["listings_removed"] == 0
    assert statistics(user, from_=date(2026, 4, 2)).totals["listings_removed"] == -1


def test_who_sees_no_case_of_the_unit_sees_none_of_its_numbers(book: Book):
    assert statistics(book.world.stranger).totals == dict.fromkeys(COUNTS, 0)
    assert statistics(book.world.liaison, group=["firm"]).rows == []


def test_nor_any_row_of_its_ledger(client: Client, book: Book):
    for reader, rows in ((book.world.supervisor, 4), (book.world.stranger, 0)):
        client.force_login(reader)
        assert (
            len(
                list(
                    client.get("/dashboards/ledger/?count=listings_removed").context[
                        "page"
                    ]
                )
            )
            == rows
        )
        lines = b"".join(
            client.get(
                "/dashboards/ledger.csv?count=listings_removed"
            ).streaming_content
        ).splitlines()
        assert len(lines) == rows + 1


@pytest.mark.parametrize(
    "query",
    ["", "group=platform", "group=firm,month&from=2026-05-01", "group=case,platform"],
)
def test_csv_api_and_page_say_the_same(reader: Client, query: str):
    api = reader.get(f"/api/v1/statistics/?{query}").json()["rows"]
    answer = reader.get(f"/dashboards/statistics.csv?{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert head == list(api[0])
    assert rows == [[str(value) for value in row.values()] for row in api]

    shown = reader.get(f"/dashboards/statistics/?{query or 'group='}").context["rows"]
    assert [[value for _name, value, _url in row["counts"]] for row in shown] == [
        [row[count] for count in COUNTS] for row in api
    ]


def test_the_page_opens_by_month_and_its_csv_says_so_too(reader: Client):
    opened, asked = (
        reader.get(f"/dashboards/statistics/{query}").context
        for query in ("", "?group=month")
    )
    assert len(opened["rows"]) > 1
    assert opened["rows"] == asked["rows"]
    assert opened["csv_query"] == "group=month"
    assert [one["url"] for one in opened["groupings"] if one["on"]] == ["?group="]


def test_every_number_of_the_page_is_the_sum_of_the_rows_it_leads_to(reader: Client):
    page = reader.get("/dashboards/statistics/?group=firm,month")
    for row in page.context["rows"]:
        for _name, value, url in row["counts"]:
            assert reader.get(url).context["total"] == value, url


def test_the_dashboard_shows_the_totals_and_leads_to_their_rows(reader: Client):
    context = reader.get("/dashboards/").context
    totals = {count: context["board"].totals[count] for count in COUNTS}
    assert totals == {
        name: value
        for name, value in reader.get("/api/v1/statistics/").json().items()
        if name in totals
    }
    for number in context["numbers"]:
        assert reader.get(number["url"]).context["total"] == number["value"]
    for row in context["board"].matrix.rows:
        for cell in row["cells"]:
            assert (
                reader.get(cell["listings_removed_url"]).context["total"]
                == cell["listings_removed"]
            )


def test_the_sums_of_firms_and_platforms_are_those_of_their_cells(reader: Client):
    matrix = reader.get("/dashboards/").context["board"].matrix
    for name in COUNTS[:2]:
        cells = [[cell[name] for cell in row["cells"]] for row in matrix.rows]
        assert [row["sum"][name] for row in matrix.rows] == [sum(row) for row in cells]
        assert [column[name] for column in matrix.sums] == [
            sum(column) for column in zip(*cells, strict=True)
        ]


@pytest.fixture
def campaign(book: Book) -> Campaign:
    """The first firm's case belongs to it, the second's does not."""
    campaign = Campaign.objects.create(
        name="专项", opens_on=date(2026, 4, 1), closes_on=date(2026, 5, 31)
    )
    book.world.case.campaign = campaign
    book.world.case.save(update_fields=["campaign"])
    return campaign


def linked_numbers(context: Any) -> Iterator[tuple[int, str]]:
    """Every number of a dashboard with the address of its rows."""
    board = context["board"]
    for number in context["numbers"]:
        for name in ("", "this_month", "last_month"):
            yield number[name or "value"], number[f"{name}_url".strip("_")]
        yield from ((value, url) for _label, value, url in number["bars"])
    yield from context["others"].values()
    yield from (cell for month in board.months for cell in month.cells)
    cells = [cell for row in board.matrix.rows for cell in (*row["cells"], row["sum"])]
    for cell in (*cells, *board.matrix.sums):
        yield from ((cell[name], cell[f"{name}_url"]) for name in COUNTS[:2])


@pytest.mark.parametrize(
    "query", ["", "from=2026-05-01", "to=2026-04-30", "campaign={campaign}"]
)
def test_every_number_of_a_page_leads_to_its_rows_within_the_pages_own_bounds(
    reader: Client, campaign: Campaign, query: str
):
    query = query.format(campaign=campaign.pk)
    with time_machine.travel(moment(24 * 40), tick=False):
        numbers = list(linked_numbers(reader.get(f"/dashboards/?{query}").context))
        page = reader.get(f"/dashboards/statistics/?group=platform&{query}").context
        for counts in (page["totals"], *(row["counts"] for row in page["rows"])):
            numbers += [(value, url) for _name, value, url in counts]
        assert len({value for value, _url in numbers}) > 1
        for value, url in numbers:
            assert reader.get(url).context["total"] == value, url


@pytest.mark.parametrize(
    "narrowed",
    [
        "", "platform=jd", "firm=HYS", "month=2026-05", "case=C2026-000002", "from=2026-04-02", "to=2026-04-30",
        "campaign={campaign}",
    ],
)  # fmt: skip
def test_the_ledger_its_csv_and_its_tabs_are_narrowed_alike(
    reader: Client, campaign: Campaign, narrowed: str
):
    rows: dict[str, list[Any]] = {}
    first = reader.get(
        f"/dashboards/ledger/?{narrowed.format(campaign=campaign.pk)}"
    ).context
    for count, tab in zip(COUNTS, first["tabs"], strict=True):
        context = reader.get(f"/dashboards/ledger/{tab['url']}").context
        assert context["count"] == count
        answer = reader.get(context["export_urls"]["csv"])
        _head, *lines = csv.reader(
            io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))
        )
        rows[count] = list(context["page"])
        assert [(line[3], line[5], line[8]) for line in lines] == [
            (row.platform.slug, row.target.thing.canonical_id, row.case.number)
            for row in rows[count]
        ]
    assert (sum(map(len, rows.values())) < 9) == bool(narrowed)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("group=colour", "group"),
        ("group=firm,firm", "group"),
        ("from=01.04.2026", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-05-01&to=2026-04-01", "to"),
        ("campaign=x", "campaign"),
    ],
)
def test_what_cannot_be_asked_is_said_with_400_on_every_way(
    reader: Client, query: str, field: str
):
    with pytest.raises(ValidationError) as wrong:
        read_question(QueryDict(query))
    assert list(wrong.value.message_dict) == [field]
    answer = reader.get(f"/api/v1/statistics/?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    for page in (
        "/dashboards/statistics.csv",
        "/dashboards/statistics/",
        "/dashboards/",
        "/dashboards/ledger/",
    ):
        assert reader.get(f"{page}?{query}").status_code == 400 or (
            field == "group" and page == "/dashboards/ledger/"
        )


def test_the_ledger_csv_has_every_row_and_no_formula(reader: Client, book: Book):
    book.world.officer2.name = "=1+1"
    book.world.officer2.save(update_fields=["name"])
    answer = reader.get("/dashboards/ledger.csv?count=relistings")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    _head, [_time, _kind, counts, *_rest, seen, by, _reason] = csv.reader(
        io.StringIO(text)
    )
    assert (counts, seen, by) == ("0", "live", "'=1+1")


def test_no_page_of_numbers_asks_more_when_there_is_more(reader: Client, book: Book):
    def queries(path: str) -> int:
        reader.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert reader.get(path).status_code == 200
        return len(asked)

    pages = (
        "/dashboards/",
        "/dashboards/statistics/?group=month,firm,platform",
        "/dashboards/ledger/",
    )
    few = [queries(page) for page in pages]
    for turn in range(1, 15):
        LedgerEntry.objects.bulk_create(
            [book.entry(which, moment(24 * 30 * turn)) for which in range(8)]
        )
    assert [queries(page) for page in pages] == few
