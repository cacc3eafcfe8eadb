"""XLSX packages as programs make them: what reading does not need decides nothing, what it needs is found."""

import re

import pytest
from django.utils.translation import override

from listings.sheets import SheetRefused, read_grids, read_sheet
from listings.sheets.refusals import too_far_down
from tests.listings.sheet_files import (
    HEADER,
    complaint,
    complaints,
    parts_of,
    patch,
    put_cells,
    write_parts,
    write_xlsx,
)

SHEET, BOOK, LINKS = (
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
)


@pytest.fixture
def sheet(tmp_path):
    return write_xlsx(tmp_path / "a.xlsx", complaints(3))


def rows_of(path, name="a.xlsx"):
    """How many rows are read."""
    return len(read_sheet(path, name).rows)


def put_after_cells(path, xml):
    """Put XML behind the cells of the first worksheet."""
    return patch(
        path,
        SHEET,
        lambda content: content.replace(b"</sheetData>", b"</sheetData>" + xml),
    )


NEEDLESS = {
    "query in UTF-16": (
        "customXml/item1.xml",
        '<?xml version="1.0"?><q/>'.encode("utf-16"),
    ),
    "declarations": ("docProps/app.xml", b'<!DOCTYPE x [<!ENTITY e "e">]><x/>'),
    "no XML at all": ("xl/drawings/drawing1.xml", b"\x00\x01\x02"),
    "control": ("xl/ctrlProps/ctrlProp1.xml", b"<formControlPr"),
    "embedding": ("xl/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0"),
    "macros": ("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 <!DOCTYPE"),
    "no content types": ("[Content_Types].xml", b""),
}


@pytest.mark.parametrize("kind", NEEDLESS)
def test_a_part_that_reading_does_not_need_decides_nothing(sheet, kind):
    name, content = NEEDLESS[kind]
    assert rows_of(patch(sheet, name, lambda _: content)) == 3


def test_needless_parts_whose_names_differ_only_in_case_decide_nothing(sheet):
    patch(sheet, "customXml/item1.xml", lambda _: b"<a/>")
    assert rows_of(patch(sheet, "CustomXML/Item1.xml", lambda _: b"<a/>")) == 3


def renamed(path, change, *targets):
    """The package with its parts under other names, and its relationships with other targets."""
    parts = {}
    for name, content in parts_of(path).items():
        if name.endswith(".rels"):
            for old, new in targets:
                content = content.replace(old, new)
        parts[change(name)] = content
    return write_parts(path, parts)


def at_the_root(name):
    return name.removeprefix("xl/")


@pytest.mark.parametrize(
    ("change", "targets"),
    [
        (at_the_root, [(b'Target="xl/', b'Target="')]),
        (at_the_root, [(b'Target="xl/', b'Target="/')]),
        (
            lambda name: name.replace("xl/", "内容/"),
            [(b'Target="xl/', 'Target="内容/'.encode())],
        ),
        (
            lambda name: name.replace("xl/", "a b/"),
            [(b'Target="xl/', b'Target="a%20b/')],
        ),
        (str.upper, []),
        (lambda name: name.replace("/", "\\"), []),
        (
            lambda name: name.replace("workbook.xml", "book.xml"),
            [(b"xl/workbook.xml", b"./xl/../xl/book.xml")],
        ),
        (
            str,
            [
                (b'Target="worksheets', b'Target="/xl/worksheets'),
                (b'Target="shared', b'Target="/xl/shared'),
            ],
        ),
        (
            lambda name: name.replace("sharedStrings", "texts"),
            [(b"sharedStrings.xml", b"texts.xml")],
        ),
    ],
    ids=[
        "root",
        "absolute",
        "folder",
        "escaped",
        "capitals",
        "backslash",
        "name",
        "absolute parts",
        "strings",
    ],
)
def test_the_workbook_is_found_by_the_relationships_of_the_package(
    sheet, change, targets
):
    assert rows_of(renamed(sheet, change, *targets)) == 3


def test_without_relationships_of_the_package_the_usual_place_is_taken(sheet):
    parts = parts_of(sheet)
    del parts["_rels/.rels"]
    assert rows_of(write_parts(sheet, parts)) == 3


def test_a_document_of_another_kind_is_no_workbook(sheet):
    patch(
        sheet,
        "_rels/.rels",
        lambda xml: xml.replace(b"xl/workbook.xml", b"word/document.xml"),
    )
    patch(sheet, "word/document.xml", lambda _: b"<document/>")
    with pytest.raises(SheetRefused, match="not-a-spreadsheet"):
        read_sheet(sheet, sheet)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("part", [SHEET, BOOK, "xl/sharedStrings.xml"])
def test_a_part_in_another_encoding_is_read(sheet, part, encoding):
    declared = "utf-16" if encoding.startswith("utf") else encoding

    def change(xml):
        text = xml.decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
        return text.encode(encoding)

    [grid] = read_grids(patch(sheet, part, change), sheet)
    assert (grid.name, grid.text(1, 2)) == ("清单", "某某优选店1")


@pytest.mark.parametrize("name", ["a.xlsm", "A.XLSM", "a.xltx", "a.xltm"])
def test_a_workbook_with_macros_or_a_template_is_read(sheet, name):
    patch(sheet, "xl/vbaProject.bin", lambda _: b"\xd0\xcf\x11\xe0")
    assert rows_of(sheet, name) == 3


@pytest.mark.parametrize(
    ("state", "visible"), [("show", True), ("visible", True), ("Hidden", False)]
)
def test_only_worksheets_that_are_called_hidden_are_hidden(sheet, state, visible):
    patch(
        sheet,
        BOOK,
        lambda xml: xml.replace(
            b"<sheet name", f'<sheet state="{state}" name'.encode()
        ),
    )
    if visible:
        assert rows_of(sheet) == 3
        return
    with pytest.raises(SheetRefused, match="no-visible-worksheet"):
        read_sheet(sheet, sheet)


def test_two_worksheets_of_one_name_are_both_there(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"甲": complaints(3), "乙": [["说明"]]})
    patch(path, BOOK, lambda xml: xml.replace("乙".encode(), "甲".encode()))
    assert [(grid.name, len(grid.rows)) for grid in read_grids(path, path)] == [
        ("甲", 4),
        ("甲", 1),
    ]


def test_a_workbook_that_counts_from_1904_says_so(sheet):
    assert not read_grids(sheet, sheet)[0].is_1904
    patch(
        sheet,
        BOOK,
        lambda xml: xml.replace(b"<workbookPr ", b'<workbookPr date1904="1" '),
    )
    assert read_grids(sheet, sheet)[0].is_1904


ANCHOR = (
    b'<anchor><from><xdr:col xmlns:xdr="x">9</xdr:col><xdr:row xmlns:xdr="x">1</xdr:row></from>'
    b'<to><xdr:row xmlns:xdr="x">1048575</xdr:row></to></anchor>'
)


@pytest.mark.parametrize(
    "xml",
    [
        b'<controls><control shapeId="1" r:id="rId9"><controlPr>'
        + ANCHOR
        + b"</controlPr></control></controls>",
        b'<oleObjects><oleObject progId="Package"><objectPr>'
        + ANCHOR
        + b"</objectPr></oleObject></oleObjects>",
        b'<mc:AlternateContent xmlns:mc="m"><mc:Choice Requires="x14">'
        + ANCHOR
        + b"</mc:Choice></mc:AlternateContent>",
        b'<extLst><ext><x14:c xmlns:x14="x" r="XFD1048576"/></ext></extLst>',
        b'<legacyDrawing r:id="rId2"/><picture r:id="rId3"/>',
    ],
    ids=["check box", "object", "alternative", "extension", "drawing"],
)
def test_controls_objects_and_extensions_do_not_stand_in_the_way(sheet, xml):
    assert rows_of(put_after_cells(sheet, xml)) == 3


def test_a_control_in_a_worksheet_with_prefixes_does_not_stand_in_the_way(sheet):
    patch(
        sheet,
        SHEET,
        lambda xml: re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", xml.partition(b"?>")[2]),
    )
    assert (
        rows_of(
            patch(
                sheet,
                SHEET,
                lambda xml: xml.replace(b"</x:worksheet>", ANCHOR + b"</x:worksheet>"),
            )
        )
        == 3
    )


CELL = '<c r="{0}" t="inlineStr"><is><t xml:space="preserve">{1}</t></is></c>'


@pytest.mark.parametrize(
    "cells",
    [
        CELL.format("A1048576", " "),
        CELL.format("XFD1048576", "&#12288;\u200b"),
        '<c r="A1048576" t="str"><f>IF(B1="","",B1)</f><v></v></c>',
        '<c r="A1048576" t="str"><f t="shared" si="0"/><v> </v></c>',
        '<c r="A1048576" t="e"><f>B1/0</f><v>#DIV/0!</v></c>',
        '<c r="A1048576"><f>B1</f></c>',
        '<c r="A1048576"><v/></c>',
        '<c r="A1048576" s="1"></c>',
    ],
)
def test_a_cell_that_shows_nothing_far_below_does_not_count(sheet, cells):
    assert rows_of(put_cells(sheet, f'<row r="1048576">{cells}</row>')) == 3


def test_a_shared_string_that_shows_nothing_far_below_does_not_count(sheet):
    strings = parts_of(sheet)["xl/sharedStrings.xml"].count(b"<si>")
    patch(
        sheet,
        "xl/sharedStrings.xml",
        lambda xml: xml.replace(b"</sst>", b"<si><t> </t></si><si><t>x</t></si></sst>"),
    )
    put_cells(
        sheet, f'<row r="1048575"><c r="XFC1048575" t="s"><v>{strings}</v></c></row>'
    )
    assert rows_of(sheet) == 3
    put_cells(
        sheet, f'<row r="1048576"><c r="A1048576" t="s"><v>{strings + 1}</v></c></row>'
    )
    with pytest.raises(SheetRefused, match="too-many-rows"):
        read_sheet(sheet, sheet)


def test_formulas_without_result_drawn_down_to_the_end_do_not_count(sheet):
    cells = "".join(
        f'<row r="{row}"><c r="H{row}" t="str"><f>G{row}</f><v></v></c></row>'
        for row in range(5, 250_000)
    )
    assert rows_of(put_cells(sheet, cells)) == 3


def test_empty_results_between_and_cells_behind_them_stay_in_their_place(sheet):
    cells = f'<row r="5">{CELL.format("ZZ5", " ")}<c t="str"><v></v></c></row>'
    assert [row.number for row in read_sheet(put_cells(sheet, cells), sheet).rows] == [
        2,
        3,
        4,
    ]


def test_one_filled_cell_far_below_is_named_by_its_row(sheet):
    put_cells(sheet, f'<row r="999999">{CELL.format("A999999", "x")}</row>')
    put_cells(sheet, f'<row r="1048576">{CELL.format("A1048576", " ")}</row>')
    with pytest.raises(SheetRefused, match="too-many-rows") as fault:
        read_sheet(sheet, sheet)
    assert "999999" in str(fault.value.message)
    with override("zh-hans"):
        assert not str(too_far_down(7, 7).message).isascii()


def test_a_formula_with_a_link_far_below_shows_something(sheet):
    formula = '<c r="A1048576"><f>HYPERLINK("https://a.example/","x")</f><v></v></c>'
    with pytest.raises(SheetRefused, match="too-many-rows"):
        read_sheet(put_cells(sheet, f'<row r="1048576">{formula}</row>'), sheet)


@pytest.mark.parametrize("far", ["A1048576", "XFD2"])
@pytest.mark.parametrize(
    "names", [["清单", "附"], ["附", "清单"]], ids=["behind", "before"]
)
def test_a_side_worksheet_that_reaches_too_far_is_passed_over_and_told(
    tmp_path, far, names
):
    sheets = {"清单": complaints(5), "附": [["备注"], ["某某"]]}
    path = write_xlsx(tmp_path / "a.xlsx", {name: sheets[name] for name in names})
    part = f"xl/worksheets/sheet{names.index('附') + 1}.xml"
    row = re.sub("[A-Z]", "", far)
    cell = f'<row r="{row}">{CELL.format(far, "x")}</row></sheetData>'.encode()
    patch(path, part, lambda xml: xml.replace(b"</sheetData>", cell))
    sheet = read_sheet(path, path)
    assert len(sheet.rows) == 5
    assert [(known.worksheet, known.why) for known in sheet.not_read] == [
        ("附", "too-far")
    ]
    fault = next(grid.fault for grid in read_grids(path, path) if grid.name == "附")
    assert fault.code in ("too-many-rows", "too-many-columns")


def test_the_worksheet_with_most_rows_is_not_passed_over(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx", {"清单": complaints(5), "附": [HEADER, complaint(1)]}
    )
    put_cells(path, f'<row r="1048576">{CELL.format("A1048576", "x")}</row>')
    with pytest.raises(SheetRefused, match="too-many-rows"):
        read_sheet(path, path)


def test_declarations_in_a_side_worksheet_still_refuse_the_file(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"清单": complaints(5), "附": [["备注"]]})
    patch(
        path,
        "xl/worksheets/sheet2.xml",
        lambda xml: b"<!DOCTYPE x>" + xml.partition(b"?>")[2],
    )
    with pytest.raises(SheetRefused, match="external-entities"):
        read_sheet(path, path)


@pytest.mark.parametrize(
    "hide",
    ["<!-- </sheetData> -->", "<![CDATA[</sheetData>]]>"],
)
def test_an_end_of_the_cells_that_is_none_hides_no_cell(sheet, hide):
    far = f'{hide}<row r="1048576">{CELL.format("XFD1048576", "x")}</row>'
    with pytest.raises(SheetRefused, match="damaged"):
        read_sheet(put_cells(sheet, far), sheet)
