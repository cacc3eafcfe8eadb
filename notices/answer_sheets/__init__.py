"""Answers from a sheet: the items of a notice as a table to fill in, and what a filled one says. Writes nothing."""

from notices.answer_sheets.blank import write_csv, write_xlsx
from notices.answer_sheets.filled import Filled, Line, Problem, read_filled
from notices.answer_sheets.review import (
    Review,
    changed_items,
    key_of,
    review,
    unsettled,
)
from notices.answer_sheets.vocabulary import ANSWERS

__all__ = [
    "ANSWERS",
    "Filled",
    "Line",
    "Problem",
    "Review",
    "changed_items",
    "key_of",
    "read_filled",
    "review",
    "unsettled",
    "write_csv",
    "write_xlsx",
]
