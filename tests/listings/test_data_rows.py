"""Which rows below a header hold data, and what becomes of the others."""

import pytest

from listings.sheets.data_rows import (
    Block,
    RowJudge,
    Skipped,
    has_address,
    is_example,
    spans,
)
from listings.sheets.grid import Grid
from listings.sheets.headers import heading_field
from listings.sheets.limits import Clock, Limits

HEAD = ["序号", "平台", "商品链接", "备注"]
ADDRESS = "https://item.jd.com/100012345678.html"
DATA = ["1", "京东", ADDRESS, ""]


def judged(*rows, reads=frozenset(), hidden=()):
    grid = Grid("", [HEAD, *map(list, rows)], hidden_rows=set(hidden))
    block = Block(HEAD, [heading_field(heading) for heading in HEAD])
    judge = RowJudge(grid, 1, block, [HEAD], frozenset(reads))
    judge.run(Clock(Limits()))
    return judge


def read(judge):
    return [number for block in judge.blocks for number, _cells in block.rows]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["合计", "", "20", ""], "total"),
        (["示例", "京东", ADDRESS, ""], "example"),
        (["注：以上链接均为侵权", "", "", ""], "note"),
        (HEAD, "repeated-header"),
    ],
)
def test_a_row_that_is_no_data_is_told_with_its_number(row, why):
    judge = judged(DATA, row, DATA)
    assert judge.skipped == [Skipped(3, why)]
    assert read(judge) == [2, 4]


def test_of_an_empty_row_and_of_a_running_number_alone_nothing_is_said():
    judge = judged([], ["2", "", "", ""], DATA)
    assert judge.skipped == []
    assert read(judge) == [4]


def test_below_a_total_only_what_names_an_address_is_data():
    judge = judged(DATA, ["合计"], ["", "京东", "某店", ""], DATA)
    assert judge.skipped == [Skipped(3, "total"), Skipped(4, "below-total")]
    assert read(judge) == [2, 5]


def test_a_row_of_data_that_speaks_of_a_total_is_data():
    assert read(judged(["1", "京东", ADDRESS, "合计"])) == [2]


def test_what_a_person_wants_read_is_read():
    judge = judged(["合计", "", "20", ""], reads={"total"})
    assert read(judge) == [2]
    assert judge.skipped == []


def test_a_hidden_row_is_read_where_a_person_says_so():
    assert judged(DATA, hidden=[1]).skipped == [Skipped(2, "hidden")]
    assert read(judged(DATA, hidden=[1], reads={"hidden"})) == [2]


def test_other_headings_begin_a_further_block():
    judge = judged(DATA, ["商品链接", "店铺名称", "价格"], [ADDRESS, "某店", "9"])
    assert [len(block.rows) for block in judge.blocks] == [1, 1]
    assert judge.blocks[1].headings == ["商品链接", "店铺名称", "价格"]


def test_an_address_is_one_that_names_something():
    assert has_address(["x", ADDRESS])
    assert has_address(["item．jd．com/100012345678.html"])
    assert not has_address(["https://www.example.net/", "v1.2", "京东"])


@pytest.mark.parametrize(
    "text", ["示例", "（样例）", "例1：", "填写示例（勿删）", "例：某店"]
)
def test_an_example_says_so(text):
    assert is_example(text)


@pytest.mark.parametrize("text", ["", "例外", "示例品牌洗发水", "实例"])
def test_a_word_that_begins_like_an_example_is_none(text):
    assert not is_example(text)


def test_skipped_rows_are_put_together_by_their_reason():
    skipped = [Skipped(3, "note"), Skipped(5, "total"), Skipped(9, "note")]
    assert list(spans(skipped)) == [(3, 9, 2, "note"), (5, 5, 1, "total")]
