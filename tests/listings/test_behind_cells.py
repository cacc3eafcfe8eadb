"""Links that lie behind cells, put into the rows."""

from listings.sheets.behind_cells import add_links
from listings.sheets.data_rows import Block
from listings.sheets.grid import Grid
from listings.sheets.headers import heading_field

ADDRESS = "https://item.jd.com/100012345678.html"
STORE = "https://shop12345678.taobao.com/"


def linked(headings, rows, links):
    """A block of rows from worksheet row 2 on, with the links put in."""
    says = [heading_field(heading) for heading in headings]
    block = Block(list(headings), says, list(enumerate(map(list, rows), start=2)))
    add_links(block, Grid("", [headings, *rows], links=links))
    return block


def cells(block):
    return [cells for _number, cells in block.rows]


def test_in_a_column_of_addresses_a_link_takes_the_place_of_words():
    block = linked(
        ["商品链接"], [["点击查看"], [ADDRESS]], {(1, 0): ADDRESS, (2, 0): STORE}
    )
    assert cells(block) == [[ADDRESS], [ADDRESS]]
    assert block.linked == {0: 1}


def test_links_behind_titles_become_a_column_of_their_own():
    block = linked(["商品标题"], [["洗发水"], ["面膜"]], {(1, 0): ADDRESS})
    assert cells(block) == [["洗发水", ADDRESS], ["面膜"]]
    assert block.headings == ["商品标题", "商品标题"]
    assert block.says[1].field == "listing_address"


def test_links_behind_store_names_are_addresses_of_stores():
    block = linked(["店铺名称"], [["某店"]], {(1, 0): STORE})
    assert block.says[1].field == "store_address"


def test_a_column_of_addresses_that_is_there_is_not_joined_by_another():
    block = linked(["商品标题", "商品链接"], [["洗发水", ADDRESS]], {(1, 0): ADDRESS})
    assert cells(block) == [["洗发水", ADDRESS]]


def test_links_that_name_nothing_and_those_of_rows_that_are_not_read_stay_behind():
    block = linked(["商品标题"], [["洗发水"]], {(1, 0): "https://www.example.net/"})
    assert cells(block) == [["洗发水"]]
    assert cells(linked(["商品标题"], [["洗发水"]], {(9, 0): ADDRESS})) == [["洗发水"]]
