"""Pages by key: every row once, in both directions, whatever is sent as a mark."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from corps.access.parameters import UnknownInput
from corps.models import Unit
from corps.ui.lists import capped_count, conditions, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def units():
    Unit.objects.bulk_create(
        Unit(name=f"unit {n:02}", path=f"/{n % 3}/{n}/") for n in range(23)
    )
    return Unit.objects.all()


def names(page):
    return [unit.name for unit in page]


@pytest.mark.parametrize("order", [("name", "id"), ("-name", "-id")])
def test_going_forward_and_back_shows_every_row_once(units, order):
    expected = list(units.order_by(*order).values_list("name", flat=True))
    page, seen, pages = page_of(units, QueryDict(), order=order, size=5), [], []
    assert page.previous == ""
    while True:
        seen += names(page)
        pages.append(names(page))
        if not page.next:
            break
        page = page_of(units, QueryDict(page.next[1:]), order=order, size=5)
    assert seen == expected
    for before in reversed(pages[:-1]):
        page = page_of(units, QueryDict(page.previous[1:]), order=order, size=5)
        assert names(page) == before
    assert page.previous == ""


def test_the_database_is_asked_by_row_comparison_not_by_offset_or_or(units):
    page = page_of(units, QueryDict(), order=("name", "id"), size=5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page_of(units, QueryDict(page.next[1:]), order=("name", "id"), size=5)
    (sql,) = [query["sql"] for query in queries]
    assert "OFFSET" not in sql
    assert " OR " not in sql
    assert '("corps_unit"."name", "corps_unit"."id") > (' in sql


@pytest.mark.parametrize(
    "mark",
    [
        "x",
        "W10",
        "WyJhIl0",
        "bnVsbA",
        "WyJhIiwiYiJd",
        "%00",
        "é",
        "WyJhXHUwMDAwIiwiMSJd",
    ],
)
def test_a_mark_that_nobody_gave_out_is_refused_by_name(units, mark):
    params = QueryDict(mutable=True)
    params["after"] = mark
    with pytest.raises(UnknownInput, match="after"):
        page_of(units, params, order=("name", "id"), size=5)


def test_turning_the_page_keeps_the_filter_and_drops_the_old_mark(units):
    first = page_of(units, QueryDict("state=open"), order=("name", "id"), size=5)
    page = page_of(units, QueryDict(first.next[1:]), order=("name", "id"), size=5)
    assert page.next.startswith("?state=open&after=")
    assert page.next.count("after=") == 1


def test_a_count_is_honest_up_to_its_cap(units):
    assert capped_count(units) == (23, False)
    assert capped_count(units, cap=20) == (20, True)
    page = page_of(
        units,
        QueryDict(),
        order=("name", "id"),
        size=5,
        total=lambda: capped_count(units, cap=20),
    )
    assert (page.total, page.capped, page.shown) == (20, True, 5)


def test_rows_may_be_dictionaries(units):
    page = page_of(
        units.values("id", "name"), QueryDict(), order=("name", "id"), size=5
    )
    page = page_of(
        units.values("id", "name"),
        QueryDict(page.next[1:]),
        order=("name", "id"),
        size=5,
    )
    assert page.rows[0]["name"] == "unit 05"


def test_a_set_filter_shows_as_a_chip_that_takes_it_away():
    params = QueryDict("platform=taobao&platform=jd&state=open&after=x")
    words = {"taobao": "淘宝天猫", "jd": "京东"}
    chips = conditions(
        params,
        [("platform", "平台", words.get), ("state", "状态", {"shut": "已关店"}.get)],
    )
    assert [(chip.label, chip.value) for chip in chips] == [
        ("平台", "淘宝天猫"),
        ("平台", "京东"),
    ]
    assert chips[0].without == "?platform=jd&state=open"
