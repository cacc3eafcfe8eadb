"""Delimited text as firms send it: encodings, delimiters, quoting."""

from pathlib import Path

import pytest

from listings.sheets import Limits, SheetRefused, read_sheet
from tests.listings.sheet_files import HEADER, complaint, complaints, write_text


def read(path, **limits):
    return read_sheet(path, path, Limits(**limits) if limits else None)


def check(sheet, count=3):
    assert [row.number for row in sheet.rows] == list(range(2, count + 2))
    assert sheet.rows[0].raw == [str(value) for value in complaint(1)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，"])
@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "gb18030",
        "gbk",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
    ],
)
def test_every_encoding_and_delimiter_is_read(tmp_path, encoding, delimiter):
    if delimiter == "，" and encoding == "gbk":
        encoding = "gb18030"
    check(
        read(
            write_text(
                tmp_path / "a.csv",
                complaints(3),
                encoding=encoding,
                delimiter=delimiter,
            )
        )
    )


def test_utf_16_big_endian_with_its_mark_is_read(tmp_path):
    path = write_text(tmp_path / "a.csv", complaints(3), encoding="utf-16-be")
    Path(path).write_bytes(b"\xfe\xff" + Path(path).read_bytes())
    check(read(path))


def test_characters_beyond_gbk_are_read_in_gb18030(tmp_path):
    rows = complaints(2)
    rows[1][5] = "𠮷堂鱼油"
    assert (
        read(write_text(tmp_path / "a.csv", rows, encoding="gb18030"))
        .rows[0]
        .cells["title"]
        == "𠮷堂鱼油"
    )


def test_a_short_gb18030_file_is_not_taken_for_korean(tmp_path):
    rows = [
        ["链接", "诉求"],
        ["https://item.taobao.com/item.htm?id=612345678901", "下架"],
    ]
    assert (
        read(write_text(tmp_path / "a.csv", rows, encoding="gb18030"))
        .rows[0]
        .cells["request"]
        == "下架"
    )


def test_bytes_in_no_known_encoding_are_refused_never_read_as_latin(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(
        "链接,诉求\n".encode() + b"\xff\xfa\x80\x81\xff\xff\xf8,\xe9\xff\n" * 5
    )
    with pytest.raises(SheetRefused, match="unreadable-encoding"):
        read(str(path))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(tmp_path, line_end):
    path = tmp_path / "a.csv"
    lines = [",".join(map(str, row)) for row in complaints(3)]
    path.write_bytes((line_end.join(lines) + line_end * 3).encode())
    check(read(str(path)))


def test_excels_own_line_that_names_the_delimiter_counts_as_a_record(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "sep=;\n" + "\n".join(";".join(map(str, row)) for row in complaints(2))
    )
    assert [row.number for row in read(str(path)).rows] == [3, 4]


def test_zero_bytes_between_characters_are_dropped(tmp_path):
    path = write_text(tmp_path / "a.csv", complaints(3))
    Path(path).write_bytes(
        Path(path).read_bytes().replace("某某".encode(), "某\x00某".encode())
    )
    check(read(path))


def test_commas_in_quoted_prices_do_not_hide_the_tabs(tmp_path):
    rows = complaints(3)
    for row in rows[1:]:
        row[6] = "¥1,299.00,"
    assert (
        read(write_text(tmp_path / "a.csv", rows, delimiter="\t"))
        .rows[0]
        .cells["price"]
        == "¥1,299.00,"
    )


def test_a_quotation_mark_that_is_not_closed_is_named_by_its_row(tmp_path):
    path = tmp_path / "a.csv"
    lines = [",".join(map(str, row)) for row in complaints(9)]
    lines[3] = lines[3].replace("鱼油", '"鱼油')
    path.write_text("\n".join(lines))
    with pytest.raises(SheetRefused, match="unclosed-quote") as fault:
        read(str(path))
    assert fault.value.details == {"row": 4}


def test_a_cell_without_end_is_refused(tmp_path):
    path = write_text(tmp_path / "a.csv", [*complaints(2), ["x" * 200_000]])
    with pytest.raises(SheetRefused, match="cell-too-long"):
        read(path)


def test_a_million_empty_columns_are_empty_and_a_filled_one_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    lines = [",".join(map(str, row)) for row in complaints(3)]
    path.write_text("\n".join([*lines[:2], lines[2] + "," * 1_000_000, lines[3]]))
    check(read(str(path)))
    path.write_text("\n".join([*lines, "," * 1_000_000 + "x"]))
    with pytest.raises(SheetRefused, match="too-many-columns"):
        read(str(path))


def test_rows_beyond_the_limit_are_refused(tmp_path):
    path = write_text(tmp_path / "a.csv", complaints(30))
    assert len(read(path, max_rows=30).rows) == 30
    with pytest.raises(SheetRefused, match="too-many-rows"):
        read(path, max_rows=29)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (
            b"<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>",
            "HTML",
        ),
        (b"\n  <table><tr><td>x</td></tr></table>", "HTML"),
        (b'<?xml version="1.0"?><Workbook></Workbook>', "XML"),
        (b'[{"url": "https://item.taobao.com/item.htm?id=612345678901"}]', "JSON"),
        (b'{"rows": []}', "JSON"),
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"PK\x03\x04\x14\x00\x00\x00", "XLSX"),
        (b"{\\rtf1 hello}", "RTF"),
    ],
)
def test_other_things_named_csv_are_refused_by_what_they_are(tmp_path, content, found):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(SheetRefused, match="wrong-extension") as fault:
        read(str(path))
    assert fault.value.details == {"says": "CSV", "found": found}


def test_a_binary_file_named_csv_is_no_spreadsheet(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(range(1, 128)) * 40)
    with pytest.raises(SheetRefused, match="not-a-spreadsheet"):
        read(str(path))


def test_an_empty_file_and_one_of_spaces_have_their_own_messages(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    with pytest.raises(SheetRefused, match="empty-file"):
        read(str(path))
    path.write_bytes(b"\n \n,,\n")
    with pytest.raises(SheetRefused, match="no-rows"):
        read(str(path))


def test_a_row_shorter_or_longer_than_the_header_is_read_as_far_as_it_goes(tmp_path):
    rows = [HEADER, complaint(1)[:5], [*complaint(2), "多余", "多余"]]
    sheet = read(write_text(tmp_path / "a.csv", rows))
    assert "request" not in sheet.rows[0].cells
    assert sheet.rows[1].cells["request"] == "下架链接"
