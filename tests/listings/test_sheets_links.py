"""Links behind cells, and rows and columns that are hidden: what a grid says of them."""

import pytest
import xlsxwriter

from listings.sheets import Limits, SheetRefused, read_grids
from tests.listings.sheet_files import LISTING, patch, write_xlsx

SHEET = "xl/worksheets/sheet1.xml"
RELATIONSHIPS = "xl/worksheets/_rels/sheet1.xml.rels"
ITEM = LISTING.format(610_000_000_042)
OTHER = LISTING.format(610_000_000_043)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "a.xlsx")


def made(path, write):
    """The grid of a workbook with one worksheet that `write` fills."""
    book = xlsxwriter.Workbook(path, {"strings_to_urls": False})
    write(book.add_worksheet("清单"))
    book.close()
    return grid_of(path)


def grid_of(path, limits=None):
    [grid] = read_grids(path, path, limits)
    return grid


def with_formula(path, cell):
    """The grid of a worksheet with 链接 in A1, this cell in A2, and words in B2."""
    write_xlsx(path, [["链接", "店铺"], ["x", "某某店"]])
    old = b'<c r="A2" t="s"><v>2</v></c>'
    return grid_of(patch(path, SHEET, lambda xml: xml.replace(old, cell.encode())))


def test_a_link_behind_words_is_given_with_its_cell(path):
    grid = made(path, lambda sheet: sheet.write_url(2, 3, ITEM, string="点击查看"))
    assert grid.text(2, 3) == "点击查看"
    assert grid.links == {(2, 3): ITEM}


def test_what_stands_behind_the_number_sign_belongs_to_the_link(path):
    address = "https://shop.example/app#/item/7"
    grid = made(path, lambda sheet: sheet.write_url(0, 0, address, string="详情"))
    assert grid.links == {(0, 0): address}


@pytest.mark.parametrize(
    "scheme",
    ["taobao://item.taobao.com/item.htm?id=7", "pinduoduo://com.xunmeng/goods?id=7"],
)
def test_a_link_into_an_app_is_given(path, scheme):
    made(path, lambda sheet: sheet.write_url(0, 0, ITEM, string="看"))
    patch(path, RELATIONSHIPS, lambda xml: xml.replace(ITEM.encode(), scheme.encode()))
    assert grid_of(path).links == {(0, 0): scheme}


@pytest.mark.parametrize(
    "address",
    [
        "internal:Sheet2!A1",
        "mailto:a@b.example",
        "external:c:\\a.xlsx",
        "ftp://a.example/b",
    ],
)
def test_a_link_that_no_shop_stands_behind_is_none(path, address):
    def write(sheet):
        sheet.write_url(0, 0, address, string="看")

    assert made(path, write).links == {}


@pytest.mark.parametrize(
    "text", [ITEM, ITEM.removeprefix("https://"), ITEM.upper(), f" {ITEM} "]
)
def test_a_link_that_is_the_text_itself_is_none(path, text):
    assert (
        made(path, lambda sheet: sheet.write_url(0, 0, ITEM, string=text)).links == {}
    )


def test_a_link_with_a_slash_that_programs_add_is_the_text_itself(path):
    write = "https://shop1.taobao.com"
    assert (
        made(path, lambda sheet: sheet.write_url(0, 0, write + "/", string=write)).links
        == {}
    )


def test_a_link_other_than_the_address_in_the_cell_is_given(path):
    assert made(
        path, lambda sheet: sheet.write_url(0, 0, OTHER, string=ITEM)
    ).links == {(0, 0): OTHER}


def test_a_link_over_a_range_is_given_for_each_cell_that_shows_something(path):
    def write(sheet):
        sheet.write_url(0, 0, ITEM, string="甲")
        sheet.write_column(1, 0, ["乙", "丙", "", "丁"])

    made(path, write)
    patch(path, SHEET, lambda xml: xml.replace(b'ref="A1"', b'ref="A1:XFD1048576"'))
    assert grid_of(path).links == dict.fromkeys([(0, 0), (1, 0), (2, 0), (4, 0)], ITEM)


def test_links_over_everything_by_the_thousand_are_refused(path):
    def write(sheet):
        sheet.write_column(0, 0, ["甲"] * 50)
        sheet.write_url(0, 0, ITEM, string="甲")

    made(path, write)
    link = b'<hyperlink ref="A1:XFD1048576" r:id="rId1"/>'
    patch(
        path,
        SHEET,
        lambda xml: xml.replace(b"<hyperlinks>", b"<hyperlinks>" + link * 100),
    )
    with pytest.raises(SheetRefused, match="damaged"):
        grid_of(path, Limits(max_cells=1000))


def test_merged_rows_share_the_link_of_their_cell(path):
    def write(sheet):
        sheet.write_column(0, 1, ["a", "b", "c"])
        sheet.merge_range(0, 0, 2, 0, "")
        sheet.write_url(0, 0, ITEM, string="某某店")

    grid = made(path, write)
    assert grid.links == dict.fromkeys([(0, 0), (1, 0), (2, 0)], ITEM)
    assert [grid.text(row, 0) for row in range(3)] == ["某某店"] * 3


def test_hyperlinks_of_a_missing_or_needless_relationship_are_none(path):
    made(path, lambda sheet: sheet.write_url(0, 0, ITEM, string="看"))
    patch(path, RELATIONSHIPS, lambda xml: xml.replace(b"rId1", b"rId7"))
    assert grid_of(path).links == {}


def test_declarations_in_the_relationships_of_a_worksheet_with_links_are_refused(path):
    made(path, lambda sheet: sheet.write_url(0, 0, ITEM, string="看"))
    patch(path, RELATIONSHIPS, lambda xml: b"<!DOCTYPE x>" + xml.partition(b"?>")[2])
    with pytest.raises(SheetRefused, match="external-entities"):
        grid_of(path)


FORMULA = f'HYPERLINK("{ITEM}","查看")'


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (f'<c r="A2"><f>{FORMULA}</f><v/></c>', "查看"),
        (f'<c r="A2"><f>{FORMULA}</f></c>', "查看"),
        (f'<c r="A2" t="str"><f>{FORMULA}</f><v>查看</v></c>', "查看"),
        (f'<c r="A2"><f>{FORMULA}</f><v>0</v></c>', "查看"),
        (f'<c r="A2" t="e"><f>{FORMULA}</f><v>#NAME?</v></c>', "查看"),
        (f'<c r="A2"><f>{FORMULA.replace(chr(34), "&quot;")}</f></c>', "查看"),
        (f'<c r="A2"><f>HYPERLINK("{ITEM}",B2)</f></c>', ITEM),
        (f'<c r="A2" t="str"><f>HYPERLINK("{ITEM}",B2)</f><v>某某店</v></c>', "某某店"),
        (f'<c r="A2"><f>HYPERLINK("{ITEM}")</f></c>', ITEM),
        (f'<c r="A2"><f>hyperlink( "{ITEM}" , 12 )</f></c>', "12"),
        (
            f'<c r="A2"><f>HYPERLINK("{ITEM[:30]}"&amp;"{ITEM[30:]}","""引""")</f></c>',
            '"引"',
        ),
        (
            f'<c r="A2" t="str"><f t="shared" ref="A2:A3" si="4">{FORMULA}</f><v>看</v></c>',
            "看",
        ),
    ],
    ids=range(12),
)
def test_a_formula_with_a_link_shows_its_text_and_gives_its_address(path, cell, text):
    grid = with_formula(path, cell)
    assert grid.text(1, 0) == text
    assert grid.text(1, 1) == "某某店"
    assert grid.links == ({} if text == ITEM else {(1, 0): ITEM})


@pytest.mark.parametrize(
    "formula",
    [
        'HYPERLINK(B2,"看")',
        'HYPERLINK("https://a.example/"&amp;B2,"看")',
        'HYPERLINK("#Sheet2!A1","看")',
        "SUM(1)",
    ],
)
def test_a_formula_whose_address_depends_on_other_cells_gives_none(path, formula):
    grid = with_formula(path, f'<c r="A2" t="str"><f>{formula}</f><v>看</v></c>')
    assert (grid.text(1, 0), grid.links) == ("看", {})


def test_cells_that_share_a_formula_share_its_link(path):
    first = f'<c r="A2"><f t="shared" ref="A2:A3" si="0">{FORMULA}</f></c>'
    second = '<row r="3"><c r="A3"><f t="shared" si="0"/></c></row></sheetData>'
    with_formula(path, first)
    grid = grid_of(
        patch(path, SHEET, lambda xml: xml.replace(b"</sheetData>", second.encode()))
    )
    assert grid.links == {(1, 0): ITEM, (2, 0): ITEM}
    assert grid.text(2, 0) == "查看"


def test_a_formula_with_a_link_below_and_beside_all_values_is_shown(path):
    row = f'<row r="9"><c r="F9"><f>{FORMULA}</f></c></row></sheetData>'
    write_xlsx(path, [["链接"]])
    grid = grid_of(
        patch(path, SHEET, lambda xml: xml.replace(b"</sheetData>", row.encode()))
    )
    assert (len(grid.rows), grid.text(8, 5)) == (9, "查看")


def test_rows_that_are_hidden_by_hand_or_by_a_filter_are_named(path):
    def write(sheet):
        sheet.write_column(0, 0, ["平台", "淘宝", "天猫", "淘宝", "天猫"])
        sheet.autofilter(0, 0, 4, 0)
        sheet.filter_column(0, "平台 == 天猫")
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_row(3, None, None, {"hidden": True})

    grid = made(path, write)
    assert grid.hidden_rows == {1, 3}
    assert len(grid.rows) == 5


@pytest.mark.parametrize(
    ("attributes", "hidden"),
    [
        ('hidden="1"', True),
        ('hidden="true"', True),
        ("hidden='1'", True),
        ('ht="0" customHeight="1"', True),
        ('ht="0.0"', True),
        ('hidden="0"', False),
        ('hidden="false" ht="15"', False),
        ('ht="0.75"', False),
        ('customHeight="0"', False),
        ('zeroHeight="1"', False),
    ],
)
def test_a_row_is_hidden_by_its_mark_or_by_having_no_height(path, attributes, hidden):
    write_xlsx(path, [["a"], ["b"], ['hidden="1" ht="0"']])
    patch(
        path,
        SHEET,
        lambda xml: xml.replace(b'<row r="2"', f'<row r="2" {attributes}'.encode()),
    )
    assert grid_of(path).hidden_rows == ({1} if hidden else set())


def test_hidden_rows_without_numbers_are_counted(path):
    write_xlsx(path, [["a"], ["b"], ["c"]])
    patch(
        path,
        SHEET,
        lambda xml: xml.replace(b'<row r="3"', b'<row hidden="1"').replace(
            b'<row r="1"', b"<row"
        ),
    )
    assert grid_of(path).hidden_rows == {2}


@pytest.mark.parametrize(
    ("column", "hidden"),
    [
        ('<col min="2" max="3" hidden="1" width="9"/>', {1, 2}),
        ('<col hidden="true" max="2" min="2"/>', {1}),
        ('<col min="4" max="4" width="0" customWidth="1"/>', {3}),
        ('<col min="499" max="16384" hidden="1"/>', {498, 499}),
        ('<col min="1" max="9" width="12.5" hidden="0"/>', set()),
        ('<col min="x" max="9" hidden="1"/>', set()),
    ],
)
def test_hidden_columns_are_named_as_far_as_columns_are_read(path, column, hidden):
    write_xlsx(path, [["a", "b", "c"]])
    patch(
        path,
        SHEET,
        lambda xml: xml.replace(
            b"<sheetData>", f"<cols>{column}</cols><sheetData>".encode()
        ),
    )
    assert grid_of(path).hidden_columns == hidden
