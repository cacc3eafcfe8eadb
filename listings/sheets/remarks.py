"""What was done so that a text could be read: one code and one sentence for each."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from .refusals import Filled

REMARKS: dict[str, Any] = {
    "bytes-replaced": _(
        "Rows %(rows)s hold bytes that are no characters; they are shown as �."
    ),
    "record-cut": _(
        "The file breaks off within row %(rows)s; what was cut is marked �, and an address there is not used."
    ),
    "mixed-encodings": _(
        "The file mixes two text encodings; each line was read in its own."
    ),
    "fields-joined": _(
        "A comma inside a link or a text had cut rows %(rows)s; the pieces were joined again."
    ),
    "fields-unclear": _(
        "Rows %(rows)s have more fields than the header, and it cannot be told which comma is to blame; only what is "
        "certain was read of them."
    ),
    "hidden-worksheets": _(
        "Hidden worksheets were not read: %(worksheets)s. If one is meant, show it in the file and hand that in again."
    ),
}
_MOST_NUMBERS = 20
_MOST_WORKSHEETS = 10


def about_rows(code: str, rows: Sequence[int]) -> str:
    """A remark on rows, as "code:2,5,9"; of many rows the first ones and how many more, as "code:2,5,9+120"."""
    numbers = ",".join(map(str, rows[:_MOST_NUMBERS]))
    if len(rows) > _MOST_NUMBERS:
        numbers += f"+{len(rows) - _MOST_NUMBERS}"
    return f"{code}:{numbers}"


def about_worksheets(code: str, titles: Sequence[str]) -> list[str]:
    """A remark on worksheets, as "code:one、two", or none where there are none; of many the first and how many more."""
    if not titles:
        return []
    names = "、".join(title[:31] for title in titles[:_MOST_WORKSHEETS])
    if len(titles) > _MOST_WORKSHEETS:
        names += f" + {len(titles) - _MOST_WORKSHEETS}"
    return [f"{code}:{names}"]


def sentence(remark: str) -> Any:
    """The sentence of a remark, translated when it is shown. remark: a key of REMARKS, perhaps with places after it."""
    code, _colon, places = remark.partition(":")
    if not places:
        return REMARKS[code]
    return Filled(
        REMARKS[code],
        {"rows": places.replace(",", ", ").replace("+", " + "), "worksheets": places},
    )
