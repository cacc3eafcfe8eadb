"""What was done so that a text could be read: one code and one sentence for each."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from .refusals import Filled

REMARKS: dict[str, Any] = {
    "bytes-replaced": _("Rows %(rows)s hold bytes that are no characters; they are shown as �."),
    "record-cut": _(
        "The file breaks off within row %(rows)s; what was cut is marked �, and an address there is not used."
    ),
    "mixed-encodings": _("The file mixes two text encodings; each line was read in its own."),
    "fields-joined": _("A comma inside a link or a text had cut rows %(rows)s; the pieces were joined again."),
    "fields-unclear": _(
        "Rows %(rows)s have more fields than the header, and it cannot be told which comma is to blame; only what is "
        "certain was read of them."
    ),
}
_MOST_NUMBERS = 20


def about_rows(code: str, rows: Sequence[int]) -> str:
    """A remark on rows, as "code:2,5,9"; of many rows the first ones and how many more, as "code:2,5,9+120"."""
    numbers = ",".join(map(str, rows[:_MOST_NUMBERS]))
    if len(rows) > _MOST_NUMBERS:
        numbers += f"+{len(rows) - _MOST_NUMBERS}"
    return f"{code}:{numbers}"


def sentence(remark: str) -> Any:
    """The sentence of a remark, translated when it is shown. remark: a key of REMARKS, or one with rows after it."""
    code, _colon, rows = remark.partition(":")
    if not rows:
        return REMARKS[code]
    return Filled(REMARKS[code], {"rows": rows.replace(",", ", ").replace("+", " + ")})
