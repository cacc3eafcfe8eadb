"""What a file holds besides the rows that are read, and why: a code for programs, words for people."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "total": _("totals"),
    "below-total": _("below a total, without an address"),
    "note": _("notes"),
    "example": _("an example to fill in by"),
    "repeated-header": _("the headings once more"),
    "other-columns": _("under headings of another meaning"),
    "hidden": _("hidden"),
    "other-worksheet": _("on another worksheet"),
    "no-header": _("on a worksheet without headings of a complaint"),
    "no-address-column": _("on a worksheet without a column of addresses"),
    "too-far": _("on a worksheet that reaches too far"),
    "left-out": _("on a worksheet that was left out"),
    "left-out-before": _("on a worksheet that is left out in this firm's sheets"),
}
# Where these are left out nothing is lost: the firm is not asked about them, and they raise no notice.
EXPECTED = frozenset({"total", "note", "example", "repeated-header", "left-out"})
# Rows within a worksheet that a person who looks at the sheet can have read all the same.
READABLE = frozenset(
    {"total", "below-total", "note", "example", "other-columns", "hidden"}
)


class NotRead(NamedTuple):
    """Rows that are not read. worksheet: its name, '' for a text file. first, last: row numbers from 1. rows: how many
    of these. why: a key of REASONS."""

    worksheet: str
    first: int
    last: int
    rows: int
    why: str

    @property
    def is_expected(self) -> bool:
        """Whether nothing is lost by leaving these out."""
        return self.why in EXPECTED
