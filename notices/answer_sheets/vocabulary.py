"""The words of an answer sheet: its headings, and every way to write an answer."""

from functools import cache

from django.utils import translation

from cases.states import Claim
from listings.sheets.cells import plain
from listings.sheets.headers import heading_key
from notices.states import ANSWER_KINDS, ANSWERED_AS

# In the order of the digits that the keys of the liaison's page have.
ANSWERS = tuple(ANSWERED_AS)
HEADS = {
    "id": ("编号", "商品编号", "店铺编号", "id", "itemid"),
    "address": (
        "网址",
        "链接",
        "地址",
        "商品链接",
        "店铺链接",
        "address",
        "url",
        "link",
    ),
    "answer": ("答复", "处置结果", "答复结果", "结果", "answer", "outcome", "result"),
    "remark": ("备注", "说明", "理由", "remark", "remarks", "reason", "note"),
}
FIELD_OF = {heading_key(head): name for name, heads in HEADS.items() for head in heads}


@cache
def _words() -> dict[str, Claim]:
    """Every way to write an answer, as `plain` has it: the words in both languages, the codes, the digits."""
    claims = {
        plain(word): kind.claim for kind in ANSWER_KINDS for word in kind.said_otherwise
    }
    for language in ("zh-hans", "en"):
        with translation.override(language):
            claims |= {plain(str(claim.label)): claim for claim in ANSWERS}
    claims |= {plain(claim.value): claim for claim in ANSWERS}
    return claims | {str(digit): claim for digit, claim in enumerate(ANSWERS, start=1)}


def answer_of(text: str) -> Claim | None:
    """The answer that a cell gives: a word in Chinese or English, or a digit; None if it is no answer."""
    return _words().get(plain(text))
