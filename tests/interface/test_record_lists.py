"""Every declared list, in the golden master's world: its orders, filters and files give the same rows, none twice and
none lost; what it exports stands in the audit; and nobody exports more than they may see."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker
from python_calamine import CalamineWorkbook

from cases.models import Case
from cases.tables import CaseList, OfAccount
from cases.work_table import TargetList
from corps.models import AuditEntry, User
from corps.ui.csv_export import safe
from corps.ui.list_export import _written
from corps.ui.record_lists import RecordList
from listings.models import Listing
from notices.filters import LiaisonItemFilter
from notices.models import Notice
from notices.tables import LiaisonItemList, OfNotice
from runtime.postgres import SUPERUSER
from stores.models import OfficialAccount
from tests.golden import requests
from tests.golden.requests import Recorder
from tests.services import copy_template, line_as

# Who opens what only some may open; an officer all others.
ROLES = {
    "users": "administrator",
    "audit": "auditor",
    "named": "representative",
    "items_to_answer": "liaison",
}


def declared(base: type[RecordList] = RecordList) -> Iterator[type[RecordList]]:
    """Every list of the system."""
    for each in base.__subclasses__():
        if "table" in vars(each):
            yield each
        yield from declared(each)


LISTS = sorted(declared(), key=lambda each: each.table.key)
KEYS = [each.table.key for each in LISTS]


@pytest.fixture(scope="module")
def loaded_world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Recorder]:
    """Loaded once, for no test leaves anything in it."""
    with django_db_blocker.unblock(), line_as(SUPERUSER) as line:
        with requests.recorder(line) as recorder:
            yield recorder
        copy_template()


@pytest.fixture
def world(loaded_world: Recorder) -> Iterator[Recorder]:
    with requests.rolled_back():
        yield loaded_world


def user_of(list_class: type[RecordList]) -> User:
    role = ROLES.get(list_class.table.key, "officer")
    return User.objects.get(username=requests.PEOPLE[role])


def addresses(list_class: type[RecordList]) -> list[dict[str, Any]]:
    """What the addresses of a list name: one for each thing that has such a list."""
    if issubclass(list_class, TargetList):
        numbers = Case.objects.values_list("number", flat=True)
        return [{"number": number} for number in numbers]
    if issubclass(list_class, OfNotice):
        notices = Notice.objects.visible_to(user_of(list_class))
        return [
            {"number": number} for number in notices.values_list("number", flat=True)
        ]
    if issubclass(list_class, OfAccount):
        return [
            {"pk": pk} for pk in OfficialAccount.objects.values_list("pk", flat=True)
        ]
    return [{}]


def opened(list_class: type[RecordList], query: str = "", **address: Any) -> RecordList:
    request: Any = RequestFactory().get(f"/?{query}")
    request.user = user_of(list_class)
    return list_class.opened(request, **address)


def fullest(list_class: type[RecordList]) -> dict[str, Any]:
    """The address under which a list has most rows."""
    return max(
        addresses(list_class),
        key=lambda address: opened(list_class, **address).found.count(),
    )


def keys_of(shown: RecordList) -> list[Any]:
    """Which rows a page holds."""
    return [row["id"] if isinstance(row, dict) else row.pk for row in shown.page.rows]


def every_page(
    list_class: type[RecordList], query: str, address: dict[str, Any]
) -> list[list[Any]]:
    """What the pages hold, from the first to the last."""
    pages = []
    while True:
        shown = opened(list_class, query, **address)
        pages.append(keys_of(shown))
        if not shown.page.next:
            return pages
        query = shown.page.next.removeprefix("?")


@pytest.mark.parametrize("list_class", LISTS, ids=KEYS)
def test_each_order_goes_through_all_rows_once_both_ways(
    list_class, world, monkeypatch
):
    monkeypatch.setattr(list_class, "size", 7)
    address = fullest(list_class)
    whole = opened(list_class, **address)
    expected = sorted(whole.found.values_list("pk", flat=True))
    orders = [
        "",
        *(f"{sign}{key}" for key in list_class.table.sortable for sign in ("", "-")),
    ]
    assert len(orders) > 3
    for order in orders:
        query = QueryDict(mutable=True)
        query["sort"] = order
        pages = every_page(list_class, query.urlencode(), address)
        walked = [pk for page in pages for pk in page]
        assert sorted(walked) == expected, order
        shown = opened(list_class, query.urlencode(), **address)
        assert shown.ordering.sort == order
        columns = shown.ordering.columns
        assert walked == [
            row["id"]
            for row in shown.ordered.order_by(*columns).values(
                "id", *(c.lstrip("-") for c in columns)
            )
        ], order


@pytest.mark.parametrize("list_class", LISTS, ids=KEYS)
def test_each_filter_narrows_to_rows_of_the_list_and_has_a_chip_that_takes_it_away(
    list_class, world
):
    address = fullest(list_class)
    whole = set(opened(list_class, **address).found.values_list("pk", flat=True))
    tried = 0
    for name, one in opened(list_class, **address).filters.filters.items():
        for query in values_of(name, one):
            shown = opened(list_class, query.urlencode(), **address)
            found = list(shown.found.values_list("pk", flat=True))
            assert len(found) == len(set(found)), query
            assert set(found) <= whole, query
            chips = shown.filters.chips()
            assert len(chips) == 1, query
            assert name not in QueryDict(chips[0].without[1:])
            tried += 1
    assert tried


def values_of(name: str, one: Any) -> Iterator[QueryDict]:
    """What a filter is tried with: all that it offers, and a word, a number or days where any may be given."""
    parameters = one.parameters(name)
    if one.kind == "days":
        for first, last in (
            ("2026-01-01", ""),
            ("", "2026-12-31"),
            ("1999-01-01", "1999-01-02"),
        ):
            query = QueryDict(mutable=True)
            query.update({parameters[0].name: first, parameters[1].name: last})
            yield query
        return
    values = list(one.known) or list(parameters[0].choices or ())
    if not values and one.pattern:
        values = ["1"]
        if not re.fullmatch(one.pattern, "1"):
            values = ["2026-11"]
    for value in values or ["x"]:
        query = QueryDict(mutable=True)
        query[name] = value
        if name == "id":
            continue
        if name == "store" and one.pattern:
            continue
        yield query


@pytest.mark.parametrize("list_class", LISTS, ids=KEYS)
def test_days_that_are_over_leave_nothing_and_a_range_keeps_what_lies_in_it(
    list_class, world
):
    address = fullest(list_class)
    filters = opened(list_class, **address).filters.filters
    for name, one in filters.items():
        if one.kind != "days":
            continue
        first, last = one.names(name)
        past = opened(list_class, f"{first}=1999-01-01&{last}=1999-12-31", **address)
        assert not past.found.exists()
        ever = opened(list_class, f"{first}=1999-01-01", **address)
        both = opened(list_class, f"{first}=1999-01-01&{last}=2099-12-31", **address)
        assert both.found.count() <= ever.found.count()


@pytest.mark.parametrize("list_class", LISTS, ids=KEYS)
def test_page_csv_and_workbook_hold_the_same_rows_and_the_audit_says_who_took_them(
    list_class, world
):
    address = fullest(list_class)
    shown = opened(list_class, **address)
    exported = list_class.table.exported
    expected = [
        [column.value_of(row) for column in exported] for row in shown.every_row()
    ]
    assert len(expected) == shown.found.count()
    client = world.clients[ROLES.get(list_class.table.key, "officer")]
    urls = shown.export_urls()
    answer = client.get(urls["csv"])
    assert answer.status_code == 200, urls
    text = answer.getvalue().decode("utf-8-sig")
    heads, *lines = csv.reader(io.StringIO(text))
    assert heads == [str(column.label) for column in exported]
    assert lines == [[str(safe(_written(cell))) for cell in row] for row in expected]
    cover, rows = sheets_of(client.get(urls["xlsx"]).getvalue())
    assert rows[0] == heads
    # That the first file was taken is a line of the audit itself.
    later = opened(list_class, **address).found.count() - len(expected)
    assert list_class.table.key == "audit" or not later
    assert len(expected) <= len(rows) - 1 <= len(expected) + later
    said = dict(cover)
    assert user_of(list_class).username in str(list(said.values()))
    entries = AuditEntry.objects.filter(verb="export.downloaded").order_by("-pk")[:2]
    for entry in entries:
        assert entry.actor == user_of(list_class)
        assert entry.detail["listing"] == list_class.table.key
        assert entry.detail["about"] == shown.about
        assert entry.detail["rows"] in range(len(expected), len(expected) + later + 1)


def sheets_of(content: bytes) -> tuple[list[list[Any]], list[list[Any]]]:
    """The cover and the rows of a workbook."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    cover, rows = (
        book.get_sheet_by_name(name).to_python() for name in book.sheet_names[:2]
    )
    return cover, rows


# What the audit's lines are about is named by a statement for each kind of thing.
EVEN = [each for each in LISTS if each.table.key != "audit"]


@pytest.mark.parametrize("list_class", EVEN, ids=[each.table.key for each in EVEN])
def test_the_page_costs_the_same_statements_for_one_row_and_for_all(
    list_class, world, monkeypatch
):
    address = fullest(list_class)
    counts = []
    for size in (1, 50):
        monkeypatch.setattr(list_class, "size", size)
        shown = opened(list_class, **address)
        with CaptureQueriesContext(connection) as statements:
            shown.context()
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_every_list_has_a_title_files_and_columns_that_say_something():
    for each in LISTS:
        assert each.title
        assert each.export_route
        shown = {column.key for column in each.table.columns}
        exported = {column.key for column in each.table.exported}
        assert not shown - exported - {"select", "pick"}


def test_a_liaison_takes_the_items_of_letters_to_the_own_platform_alone(world):
    issued = Notice.objects.exclude(issued_at=None)
    notice = issued.filter(platform__slug="taobao").first()
    draft = Notice.objects.filter(issued_at=None, platform__slug="taobao").first()
    for kind in ("csv", "xlsx"):
        url = reverse("notices:items_export", args=[notice.number, kind])
        assert world.clients["liaison"].get(url).status_code == 200
        assert world.clients["other liaison"].get(url).status_code == 404
        assert world.clients["representative"].get(url).status_code == 404
        if draft:
            url = reverse("notices:items_export", args=[draft.number, kind])
            assert world.clients["liaison"].get(url).status_code == 404


def test_neither_titles_nor_names_of_stores_are_searched_or_sorted_by_for_a_liaison():
    assert not {"title", "store"} & set(LiaisonItemList.table.sortable)
    assert LiaisonItemFilter.base_filters["q"].within == ()


def test_what_looks_like_a_formula_is_text_in_a_workbook_and_quoted_in_a_csv(world):
    listing = Listing.objects.order_by("-pk").first()
    Listing.objects.filter(pk=listing.pk).update(title="=1+1", brand="@brand")
    client = world.clients["officer"]
    content = client.get(reverse("listings:export", args=["xlsx"])).getvalue()
    _cover, rows = sheets_of(content)
    [row] = [row for row in rows if row[0] == listing.canonical_id]
    assert {"=1+1", "@brand"} <= set(row)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [name for name in book.namelist() if "worksheets/sheet" in name]
        assert not any(b"<f>" in book.read(name) for name in sheets)
    text = client.get(reverse("listings:export", args=["csv"])).getvalue().decode()
    assert "'=1+1" in text
    assert "'@brand" in text


def test_more_rows_than_are_sorted_stand_as_usual_and_the_foot_says_to_filter(
    world, monkeypatch
):
    monkeypatch.setattr("corps.ui.record_lists.MOST_SORTED", 3)
    shown = opened(CaseList, "sort=title")
    assert shown.ordering.sort == ""
    assert set(shown.sorts()) == {"number"}
    assert "10,000" in str(shown.sort_words())
    narrowed = opened(CaseList, f"sort=title&q={Case.objects.first().number}")
    assert narrowed.ordering.sort == "title"
    assert "title" in narrowed.sorts()
