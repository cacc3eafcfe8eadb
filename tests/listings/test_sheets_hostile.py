"""Files that mean harm, or are not what they are called: refused in time, in little memory, each with its own code."""

import os
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from django.utils.translation import override

from listings.sheets import Limits, SheetRefused, read_sheet
from listings.sheets.refusals import SENTENCES, refused
from tests.listings.sheet_files import (
    complaints,
    patch,
    put_cells,
    write_text,
    write_xlsx,
)

SHEET = "xl/worksheets/sheet1.xml"


def code_of(path, name=None, **limits):
    """The code of the refusal."""
    with pytest.raises(SheetRefused) as fault:
        read_sheet(str(path), name or str(path), Limits(**limits) if limits else None)
    assert str(fault.value.message)
    return fault.value.code


@pytest.fixture
def sheet(tmp_path):
    return write_xlsx(tmp_path / "a.xlsx", complaints(5))


def test_every_refusal_has_a_sentence_that_takes_its_figures():
    figures = dict.fromkeys(
        [
            "megabytes",
            "rows",
            "column",
            "columns",
            "row",
            "characters",
            "seconds",
            "says",
            "found",
            "names",
            "worksheet",
        ],
        7,
    )
    for code in SENTENCES:
        assert "%(" not in str(refused(code, **figures).message)


def test_every_refusal_speaks_chinese():
    with override("zh-hans"):
        same = [code for code, sentence in SENTENCES.items() if str(sentence).isascii()]
    assert same == []


def test_a_file_over_the_limit_of_bytes_is_not_opened(sheet):
    assert code_of(sheet, max_bytes=1000) == "too-large"


def test_rows_over_the_limit_are_refused(sheet):
    assert code_of(sheet, max_rows=4) == "too-many-rows"


def test_time_over_the_limit_stops_the_reading(sheet):
    assert code_of(sheet, seconds=0) == "too-slow"


def test_a_zip_bomb_is_refused_by_what_it_declares(sheet):
    assert (
        code_of(patch(sheet, "xl/media/image1.bin", lambda _: bytes(200 * 2**20)))
        == "zip-bomb"
    )


def test_a_part_that_packs_too_well_is_refused_though_it_is_small_enough(sheet):
    assert (
        code_of(patch(sheet, "xl/calcChain.xml", lambda _: b"<c/>" + b" " * 60 * 2**20))
        == "zip-bomb"
    )


def test_parts_that_are_too_much_together_are_refused_however_well_they_pack(sheet):
    parts = {f"xl/media/image{number}.bin": os.urandom(2**20) for number in range(3)}
    for name, content in parts.items():
        patch(sheet, name, lambda _, content=content: content)
    assert code_of(sheet, max_unpacked=2 * 2**20) == "zip-bomb"


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [(6, 0x1, "password-protected"), (8, 12, "not-a-spreadsheet")],
    ids=["encrypted", "bzip2"],
)
def test_a_part_that_is_encrypted_or_packed_in_another_way_is_refused(
    sheet, place, value, code
):
    content = bytearray(Path(sheet).read_bytes())
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    content[entry + place + 2 : entry + place + 4] = struct.pack("<H", value)
    Path(sheet).write_bytes(content)
    assert code_of(sheet) == code


def test_a_part_that_is_there_twice_is_damaged(sheet):
    with zipfile.ZipFile(sheet, "a") as package:
        package.writestr(SHEET.upper(), "<worksheet/>")
    assert code_of(sheet) == "damaged"


def test_a_part_that_lies_about_its_length_is_refused_without_being_unpacked(
    tmp_path, sheet
):
    bomb = b"<row>" + bytes(80 * 2**20)
    with zipfile.ZipFile(sheet) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    path = tmp_path / "liar.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, bomb if name == SHEET else content)
    content = path.read_bytes()
    truth, lie = struct.pack("<L", len(bomb)), struct.pack("<L", 1000)
    crc = (
        struct.pack("<L", zlib.crc32(bomb)),
        struct.pack("<L", zlib.crc32(bomb[:1000])),
    )
    path.write_bytes(content.replace(truth, lie).replace(*crc))
    assert code_of(path) == "damaged"


def test_too_many_parts_are_refused(sheet):
    assert code_of(sheet, max_entries=5) == "zip-bomb"


DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "part",
    [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "_rels/.rels"],
)
def test_declarations_in_any_part_that_is_read_are_refused(sheet, part):
    assert (
        code_of(patch(sheet, part, lambda xml: DTD + xml.partition(b"?>")[2]))
        == "external-entities"
    )


def test_entities_that_multiply_are_refused(sheet):
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    assert (
        code_of(patch(sheet, "xl/sharedStrings.xml", lambda xml: laughs + b"]>" + xml))
        == "external-entities"
    )


CELL = '<c r="{}" t="str"><v>x</v></c>'


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("before", "cells", "code"),
    [
        (DTD, b"", "external-entities"),
        (b"", f'<row r="7">{CELL.format("XFD7")}</row>'.encode(), "too-many-columns"),
    ],
    ids=["declarations", "far"],
)
def test_utf_16_parts_do_not_slip_past_the_checks(sheet, encoding, before, cells, code):
    def change(xml):
        xml = before + xml.partition(b"?>")[2].replace(
            b"</sheetData>", cells + b"</sheetData>"
        )
        return xml.decode().lstrip().encode(encoding)

    assert code_of(patch(sheet, SHEET, change)) == code


@pytest.mark.parametrize("encoding", ["cp037", "utf-7", "unknown"])
def test_an_encoding_in_which_tags_could_hide_is_refused(sheet, encoding):
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    assert (
        code_of(patch(sheet, SHEET, lambda xml: declaration + xml.partition(b"?>")[2]))
        == "damaged"
    )


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (f'<row r="7">{CELL.format("XFD7")}</row>', "too-many-columns"),
        (f'<row r="1048576">{CELL.format("A1048576")}</row>', "too-many-rows"),
        (f'<row r="1048576">{CELL.format("XFD1048576")}</row>', "too-many-rows"),
        (f'<row r="7">{CELL.format("A1048576")}</row>', "too-many-rows"),
        ("<row r='7'><c r='XFD7' t='str'><v>x</v></c></row>", "too-many-columns"),
        (
            '<row r = "7"><c\n\tr\n=\n"XFD7" t="str"><v>x</v></c></row>',
            "too-many-columns",
        ),
        (
            '<row r="7">'
            + "".join(f"<c><v>{n * n}</v></c>" for n in range(600_000))
            + "</row>",
            "too-many-columns",
        ),
        ('<row r="7"><c r="BDWGN7"/></row>', "too-many-columns"),
        ('<row r="7"><c r="&#88;FD7"><v>1</v></c></row>', "damaged"),
        ('<row r="7"><q:c xmlns:q="x" r="XFD7"><v>1</v></q:c></row>', "damaged"),
        (
            f'<row r="99999">{CELL.format("A99999")}{CELL.format("SA99999")}</row>',
            "too-many-cells",
        ),
    ],
    ids=range(11),
)
def test_a_cell_far_out_is_refused_before_the_sheet_is_laid_out(sheet, cells, code):
    assert code_of(put_cells(sheet, cells)) == code


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="7">'
        + "".join(f'<c r="XF{letter}7" s="0"/>' for letter in "ABCD")
        + "</row>",
        '<row r="7">' + "<c/>" * 1_000_000 + "</row>",
        '<row r="1048576"/>',
        '<row r="1048575"><c r="A1048575" s="0"/></row>',
    ],
    ids=range(4),
)
def test_formatted_but_empty_cells_cost_nothing_and_do_not_count(sheet, cells):
    assert len(read_sheet(put_cells(sheet, cells), sheet).rows) == 5


def test_a_dimension_that_lies_is_not_believed(sheet):
    for claim in (b'ref="A1"', b'ref="A1:XFD1048576"'):
        patch(sheet, SHEET, lambda xml, claim=claim: xml.replace(b'ref="A1:H6"', claim))
        assert len(read_sheet(sheet, sheet).rows) == 5


def test_merged_cells_over_the_whole_sheet_or_by_the_thousand_do_no_harm(sheet):
    def merged(references):
        cells = b"".join(
            b'<mergeCell ref="%s"/>' % reference for reference in references
        )
        return lambda xml: xml.replace(
            b"</sheetData>", b"</sheetData><mergeCells>" + cells + b"</mergeCells>"
        )

    patch(sheet, SHEET, merged([b"J10:XFD1048576", b"A7:XFD1048576"]))
    assert len(read_sheet(sheet, sheet).rows) == 5
    patch(sheet, SHEET, merged([b"A1:A2"] * 300_000))
    assert code_of(sheet) == "damaged"


def test_merged_cells_one_over_another_are_not_filled_without_end(sheet):
    merges = b"<mergeCells>" + b'<mergeCell ref="A1:A6"/>' * 30 + b"</mergeCells>"
    patch(
        sheet, SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + merges)
    )
    assert code_of(sheet, max_cells=100) == "damaged"


def test_a_prefix_on_every_tag_is_read_like_none(sheet):
    def prefixed(xml):
        xml = re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", xml.partition(b"?>")[2])
        return xml.replace(b"xmlns=", b"xmlns:x=")

    assert len(read_sheet(patch(sheet, SHEET, prefixed), sheet).rows) == 5


def test_a_formula_is_never_carried_out(sheet):
    put_cells(
        sheet,
        '<row r="7"><c r="E7" t="str"><f>WEBSERVICE("https://x.cn")</f><v>=cmd|calc</v></c></row>',
    )
    assert read_sheet(sheet, sheet).rows[-1].addresses == [
        ("listing_address", "=cmd|calc")
    ]


def ole(*streams):
    """A compound file as far as its directory of streams goes."""
    names = b"".join(
        name.encode("utf-16-le").ljust(64, b"\x00") + bytes(64) for name in streams
    )
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + names


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", ole("EncryptionInfo", "EncryptedPackage"), "password-protected"),
        ("a.xls", ole("Root Entry", "Workbook"), "old-xls"),
        ("a.xlsx", ole("Root Entry", "Workbook"), "old-xls"),
        ("a.xlsx", ole("Root Entry", "WordDocument"), "not-a-spreadsheet"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(99), "wrong-extension"),
        ("a.xlsx", b"\xff\xd8\xff\xe0" + bytes(99), "wrong-extension"),
        ("a.xlsx", b"%PDF-1.7", "wrong-extension"),
        ("a.xlsx", "链接,诉求\n".encode(), "wrong-extension"),
        ("a.xlsx", b"<html><table></table></html>", "wrong-extension"),
        ("a.xls", b"<html><table></table></html>", "wrong-extension"),
        ("a.xlsx", bytes(range(256)), "not-a-spreadsheet"),
        ("a.xlsx", b"PK\x03\x04junk", "damaged"),
        ("a.xlsx", b"", "empty-file"),
        ("a.pdf", b"%PDF-1.7", "unknown-extension"),
        ("a", b"x,y\n", "unknown-extension"),
        ("a.ods", b"PK\x03\x04", "unknown-extension"),
        ("a.xlsb", b"PK\x03\x04", "unknown-extension"),
        ("a.et", ole("Root Entry", "WordDocument"), "not-a-spreadsheet"),
        ("a.xlsm", b"PK\x03\x04junk", "damaged"),
        ("a.xls", ole("Root Entry", "WORKBOOK"), "old-xls"),
        ("a.xls", ole("Root Entry", "BOOK"), "old-xls"),
        ("a.xls", b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(99), "old-xls"),
        ("a.xls", b"\x01\x02\x03\x00" + bytes(99), "not-a-spreadsheet"),
        ("a.xls", "链接\t诉求\n".encode("utf-16"), "wrong-extension"),
    ],
    ids=range(24),
)
def test_what_a_file_is_goes_before_what_it_is_called(tmp_path, name, content, code):
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert code_of(path, name) == code


def test_another_package_or_an_encrypted_one_is_no_workbook(tmp_path, sheet):
    other = tmp_path / "a.xlsx"
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    assert code_of(other) == "not-a-spreadsheet"


def test_a_sheet_cut_short_is_damaged(sheet):
    content = Path(sheet).read_bytes()
    Path(sheet).write_bytes(content[: len(content) // 2])
    assert code_of(sheet) == "damaged"
    Path(sheet).write_bytes(content)
    assert code_of(patch(sheet, SHEET, lambda xml: xml[: len(xml) // 2])) == "damaged"


def test_a_xlsx_named_csv_and_a_csv_named_xlsx_say_so(tmp_path, sheet):
    assert code_of(sheet, "a.csv") == "wrong-extension"
    assert (
        code_of(write_text(tmp_path / "b.csv", complaints(2)), "b.xlsx")
        == "wrong-extension"
    )


MEASURE = """
import resource, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from listings.sheets import SheetRefused, read_sheet
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_sheet(sys.argv[1], sys.argv[1])
except SheetRefused as fault:
    print(fault.code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (f'<row r="1048576">{CELL.format("XFD1048576")}</row>', "too-many-rows"),
        (
            '<row r="7">'
            + "".join(f"<c><v>{n * n}</v></c>" for n in range(600_000))
            + "</row>",
            "too-many-columns",
        ),
    ],
    ids=["far", "wide"],
)
def test_a_hostile_sheet_costs_little_memory(sheet, cells, code):
    put_cells(sheet, cells)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, sheet],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found, megabytes = done.stdout.split()
    assert found == code
    assert int(megabytes) < 150
