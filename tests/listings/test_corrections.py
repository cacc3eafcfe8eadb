"""How people said a sheet is to be read, of this file and of earlier ones."""

from listings.sheets.corrections import (
    AS_FOUND,
    BY_MEMORY,
    BY_PERSON,
    LONGEST_HEADER,
    Corrections,
    Remembered,
    WorksheetCorrection,
    corrections_from,
    header_key,
)

EARLIER = Remembered(
    columns={"品名": "title", "网址": "listing_address", "网址2": "listing_address"},
    worksheets={"汇总": False},
    platforms={"京东": "jd"},
)


def test_what_is_said_of_this_file_goes_before_what_is_remembered():
    said = Corrections(
        {"汇总": WorksheetCorrection(is_read=True), "京东": WorksheetCorrection(platform="pdd")},
        EARLIER,
    )  # fmt: skip
    assert said.is_read("汇总") is True
    assert said.platform("京东") == "pdd"


def test_what_nobody_said_is_left_to_the_reading():
    said = Corrections(remembered=EARLIER)
    assert said.is_read("汇总") is False
    assert said.is_read("明细") is None
    assert said.platform("明细") == ""
    assert said.of("明细") is AS_FOUND


def test_a_column_is_read_as_the_person_says_and_others_as_remembered():
    said = Corrections({"": WorksheetCorrection(columns={0: "remark"})}, EARLIER)
    assert said.meanings("", ["品名", "网址", "价格"], is_first=True) == {
        0: ("remark", BY_PERSON),
        1: ("listing_address", BY_MEMORY),
    }


def test_no_meaning_but_an_address_is_given_to_two_columns():
    said = Corrections({"": WorksheetCorrection(columns={3: "title"})}, EARLIER)
    headings = ["品名", "网址", "网址2", "x"]
    assert said.meanings("", headings, is_first=True) == {
        1: ("listing_address", BY_MEMORY),
        2: ("listing_address", BY_MEMORY),
        3: ("title", BY_PERSON),
    }


def test_a_further_block_knows_its_columns_by_their_words_and_not_by_their_places():
    said = Corrections({"": WorksheetCorrection(columns={0: "remark"})})
    assert said.meanings("", ["品名", "网址"], is_first=False) == {
        0: ("remark", BY_MEMORY)
    }


def test_kept_corrections_that_make_no_sense_are_passed_over():
    junk = {"header_row": "2", "columns": [1], "is_read": "yes", "reads": "total"}
    kept = corrections_from({"": junk}, Remembered(), is_reviewed=True)
    assert kept.of("") == AS_FOUND
    assert kept.is_reviewed


def test_a_kept_column_without_a_place_or_a_meaning_is_passed_over():
    columns = {"0": "title", "x": "brand", "-1": "price", "": "remark", "2": "moon"}
    kept = corrections_from({"": {"columns": columns}}, Remembered(), is_reviewed=True)
    assert kept.of("").columns == {0: "title"}


def test_headings_are_compared_without_blanks_and_decoration_and_are_bounded():
    assert header_key([" 商品链接* ", "", "\u3000", "价格（元）"]) == "商品链接|价格"
    assert len(header_key(["标题甲"] * 500)) == LONGEST_HEADER
