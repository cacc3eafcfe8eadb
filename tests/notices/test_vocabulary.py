"""The words of an answer sheet."""

import pytest

from cases.states import Claim
from listings.sheets.headers import heading_key
from notices.answer_sheets.vocabulary import FIELD_OF, answer_of


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("下架", Claim.REMOVED),
        (" 已 删 除 ", Claim.REMOVED),
        ("１", Claim.REMOVED),
        ("關店", Claim.SHUT),
        ("ALREADY_GONE", Claim.ALREADY_GONE),
        ("Already gone", Claim.ALREADY_GONE),
        ("拒绝", Claim.REFUSED),
        ("7", Claim.APPEALED),
    ],
)
def test_an_answer_is_known_in_every_way_it_is_written(text, claim):
    assert answer_of(text) == claim


@pytest.mark.parametrize("text", ["", " ", "0", "8", "11", "是", "未下架", "removed?"])
def test_what_is_no_answer_is_none(text):
    assert answer_of(text) is None


@pytest.mark.parametrize(
    ("heading", "field"),
    [("编号", "id"), ("ＵＲＬ：", "address"), ("处置结果*", "answer"), ("备注（选填）", "remark")],
)  # fmt: skip
def test_headings_are_known_whatever_their_decoration(heading, field):
    assert FIELD_OF[heading_key(heading)] == field
