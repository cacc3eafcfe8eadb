"""Reading a CSV or other delimited text: its encoding, its delimiter, its records."""

import csv
import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator

from .cells import BLANK, filled_length
from .encodings import REPLACEMENT, Decoded, decode
from .grid import Grid
from .limits import Clock, Limits
from .refusals import refused
from .remarks import about_rows
from .split_fields import join_split_fields
from .workbook import MARGIN

_DELIMITERS = ",;\t，|"
_SAMPLE = 64 * 2**10
# Records with so many fields may have empty ones at their end beyond the columns that are read.
_WIDE = 64
# Ctrl-Z, which old programs put after the last line.
_END_OF_FILE = "\x1a"


def read_delimited(
    content: bytes, limits: Limits, clock: Clock, *, joins_fields: bool = True
) -> Grid:
    """The records of a text file. Record numbers count records, not lines: a quoted cell may hold line breaks.

    joins_fields: whether fields that an unquoted delimiter cut are joined by the headings of a complaint. What was
    done so that the text could be read stands in the remarks.

    Raises SheetRefused: unreadable-encoding, wrong-extension, not-a-spreadsheet, unclosed-quote, cell-too-long,
    too-many-rows, too-many-columns, too-slow.
    """
    decoded = decode(content)
    text = decoded.text.replace("\x00", "").removesuffix(_END_OF_FILE)
    _refuse_other_text(text)
    text = text.replace(_END_OF_FILE, "")
    delimiter = _named_delimiter(text) or _find_delimiter(text)
    rows = _records(text, delimiter, limits, clock)
    _refuse_swallowed(rows, delimiter)
    grid = Grid("", rows, encoding=decoded.encoding, delimiter=delimiter)
    if not text.endswith(("\n", "\r")) and _is_cut(rows):
        rows[-1][-1] += REPLACEMENT
        grid.remarks.append(about_rows("record-cut", [len(rows)]))
    if joins_fields:
        join_split_fields(grid, delimiter, clock)
    grid.remarks += _remarks_on_encoding(decoded, rows)
    return grid


def _records(
    text: str, delimiter: str, limits: Limits, clock: Clock
) -> list[list[str]]:
    """The fields of each record; [] for one in which nothing is filled in."""
    rows: list[list[str]] = []
    filled = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if len(rows) % 2000 == 0:
                clock.check()
            if not "".join(row).strip(BLANK):
                rows.append([])
                continue
            filled += 1
            rows.append(_within_columns(row, limits))
            if filled > limits.max_rows + MARGIN:
                raise refused("too-many-rows", rows=limits.max_rows)
    except csv.Error as fault:
        raise refused(
            "cell-too-long", row=len(rows) + 1, characters=csv.field_size_limit()
        ) from fault
    return rows


def _remarks_on_encoding(decoded: Decoded, rows: list[list[str]]) -> Iterator[str]:
    if decoded.is_mixed:
        yield "mixed-encodings"
    if decoded.is_replaced:
        bad = [
            number
            for number, row in enumerate(rows, start=1)
            if REPLACEMENT in "".join(row)
        ]
        yield about_rows("bytes-replaced", bad)


_markup = re.compile(
    r"\s*<(?:!doctype|!--|html|head|body|meta|table|div|\?xml|svg|workbook)",
    re.IGNORECASE,
)
_control = re.compile(r"[\x01-\x08\x0e-\x1a\x7f]")


def _refuse_other_text(text: str) -> None:
    """Raise for text that is no table: HTML, XML, JSON, or a binary file that happened to decode."""
    if _markup.match(text):
        raise refused(
            "wrong-extension",
            says="CSV",
            found="XML" if text.lstrip()[:5].lower() == "<?xml" else "HTML",
        )
    start = text.lstrip(BLANK)[:1]
    if start and start in "{[":
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            pass
        else:
            raise refused("wrong-extension", says="CSV", found="JSON")
    sample = text[:_SAMPLE]
    if len(_control.findall(sample)) > max(4, len(sample) / 200):
        raise refused("not-a-spreadsheet")


def _is_cut(rows: list[list[str]]) -> bool:
    """Whether the file broke off within its last record: it alone has fewer fields than all the others."""
    lengths = {len(row) for row in rows[:-1] if row}
    return len(rows) > 4 and len(lengths) == 1 and 0 < len(rows[-1]) < lengths.pop()


def _named_delimiter(text: str) -> str | None:
    """The delimiter that Excel's own first line names: sep=;"""
    match = re.match(r'"?sep=([,;\t，|])"?\r?\n', text)
    return match[1] if match else None


def _find_delimiter(text: str) -> str:
    """The delimiter under which most of the first records have the same, and the largest, number of fields."""
    sample = text[:_SAMPLE]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        if delimiter not in sample:
            continue
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            widths = Counter(len(row) for row in itertools.islice(reader, 200) if row)
        except csv.Error:
            continue
        score = (
            max((width - 1) * count for width, count in widths.items()) / widths.total()
            if widths
            else 0.0
        )
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _within_columns(row: list[str], limits: Limits) -> list[str]:
    """A wide row without the empty cells at its end; the last filled one within the columns that are read."""
    if len(row) <= _WIDE:
        return row
    last = filled_length(row)
    if last > limits.max_columns:
        raise refused("too-many-columns", column=last, columns=limits.max_columns)
    return row[:last]


def _refuse_swallowed(rows: list[list[str]], delimiter: str) -> None:
    """Raise where a quotation mark that is not closed swallowed whole records into one cell."""
    least = max(2, _usual_width(rows) - 3)
    for number, row in enumerate(rows, start=1):
        for cell in row:
            if ("\n" in cell or "\r" in cell) and _holds_records(
                cell, delimiter, least
            ):
                raise refused("unclosed-quote", row=number)


def _holds_records(cell: str, delimiter: str, least: int) -> bool:
    """Whether two lines of the cell have at least so many delimiters."""
    return sum(line.count(delimiter) >= least for line in cell.splitlines()) >= 2


def _usual_width(rows: list[list[str]]) -> int:
    """How many fields most records have; where those are hardly a table, how many the widest has."""
    widths = Counter(map(len, rows))
    if not widths:
        return 0
    usual, _count = widths.most_common(1)[0]
    if usual < 3:
        return max(widths)
    return usual
