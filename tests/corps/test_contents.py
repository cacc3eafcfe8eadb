"""A paper is what its content is, whole, whatever its name says."""

import io
import random

import pytest

from corps.files.contents import (
    DAMAGED,
    EMPTY,
    NOT_A_PAPER,
    WORD,
    NotAPaper,
    paper_type,
)
from tests import papers

WHOLE = {
    "application/pdf": papers.PDF,
    "image/jpeg": papers.JPEG,
    "image/png": papers.png(),
    WORD: papers.docx(),
    "application/ofd": papers.ofd(),
}


@pytest.mark.parametrize("content_type", WHOLE)
def test_a_whole_paper_is_known_by_its_content_and_left_at_its_beginning(content_type):
    file = io.BytesIO(WHOLE[content_type])
    assert paper_type(file) == content_type
    assert file.tell() == 0


@pytest.mark.parametrize("content_type", WHOLE)
def test_a_paper_that_is_cut_off_is_refused(content_type):
    file = io.BytesIO(WHOLE[content_type][:-12])
    with pytest.raises(NotAPaper) as refused:
        paper_type(file)
    assert refused.value.message in (DAMAGED, NOT_A_PAPER)
    assert file.tell() == 0


NO_PAPERS = {
    "nothing": (b"", EMPTY),
    "words": (b"I say so", NOT_A_PAPER),
    "page": (b"<html><script>alert(1)</script></html>", NOT_A_PAPER),
    "program": (b"\x7fELF" + bytes(100), NOT_A_PAPER),
    "broken package": (b"PK\x03\x04junk", NOT_A_PAPER),
    "workbook": (papers.package("xl/workbook.xml", b"<workbook/>"), NOT_A_PAPER),
    "package without a document": (
        papers.package("word/document.xml", b"nothing"),
        NOT_A_PAPER,
    ),
    "broken PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), DAMAGED),
    "broken JPEG": (b"\xff\xd8\xff" + bytes(50), DAMAGED),
    "PDF that is cut off": (b"%PDF-1.7 and no more", DAMAGED),
    "PNG without pixels": (papers.png().replace(b"IDAT", b"IDAX"), DAMAGED),
}


# By name: the bytes of a package hold the time at which it was made.
@pytest.mark.parametrize(("content", "message"), NO_PAPERS.values(), ids=NO_PAPERS)
def test_what_is_no_paper_is_refused_in_words(content, message):
    with pytest.raises(NotAPaper) as refused:
        paper_type(io.BytesIO(content))
    assert refused.value.message == message


def test_random_bytes_behind_any_mark_are_never_a_paper_and_never_an_error():
    chance = random.Random(11)
    for content in WHOLE.values():
        for _turn in range(200):
            broken = bytearray(content)
            for _place in range(4):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            try:
                assert (
                    paper_type(
                        io.BytesIO(bytes(broken[: chance.randrange(len(broken))]))
                    )
                    in WHOLE
                )
            except NotAPaper:
                continue
