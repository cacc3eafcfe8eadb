"""Reading a CSV or other delimited text: its encoding, its delimiter, its records."""

import csv
import io
import itertools
import json
import re
from collections import Counter

import charset_normalizer

from .cells import BLANK
from .grid import Grid
from .limits import Clock, Limits
from .refusals import refused
from .workbook import MARGIN

_DELIMITERS = ",;\t，|"
_SAMPLE = 64 * 2**10
_MARKS = [
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
]
# What a firm's program may write besides; no single-byte encoding, for those never fail and so prove nothing.
_LAST_RESORT = ["big5hkscs", "cp950", "shift_jis", "cp932", "euc_jp", "cp949", "euc_kr", "utf_16_le", "utf_16_be"]


def read_delimited(content: bytes, limits: Limits, clock: Clock) -> Grid:
    """The records of a text file. Record numbers count records, not lines: a quoted cell may hold line breaks.

    Raises SheetRefused: unreadable-encoding, wrong-extension, not-a-spreadsheet, unclosed-quote, cell-too-long,
    too-many-rows, too-many-columns, too-slow.
    """
    text = decode(content).replace("\x00", "")
    _refuse_other_text(text)
    delimiter = _named_delimiter(text) or _find_delimiter(text)
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
            rows.append(_within_columns(row, limits) if len(row) > 64 else row)
            if filled > limits.max_rows + MARGIN:
                raise refused("too-many-rows", rows=limits.max_rows)
    except csv.Error as fault:
        raise refused("cell-too-long", row=len(rows) + 1, characters=csv.field_size_limit()) from fault
    _refuse_swallowed(rows, delimiter)
    return Grid("", rows)


def decode(content: bytes) -> str:
    """The text of the bytes: by its mark, as evident UTF-16, as UTF-8, as GB18030, and only then by a guess."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strict(content, encoding) or _unreadable()
    order = [_evident_utf16(content), "utf-8", "gb18030"]
    for encoding in filter(None, order):
        text = _strict(content, encoding)
        if text is not None:
            return text.removeprefix("\ufeff")
    guess = charset_normalizer.from_bytes(content[:_SAMPLE], cp_isolation=_LAST_RESORT).best()
    text = _strict(content, guess.encoding) if guess is not None else None
    return text if text is not None else _unreadable()


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _unreadable() -> str:
    raise refused("unreadable-encoding")


def _evident_utf16(content: bytes) -> str | None:
    """UTF-16 without a mark shows by zeros in every other byte, from its commas, digits and line ends."""
    sample = content[: _SAMPLE & ~1]
    half = len(sample) // 2
    if len(content) % 2 or half < 8:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.15 and even < odd / 20:
        return "utf-16-le"
    if even > half * 0.15 and odd < even / 20:
        return "utf-16-be"
    return None


_markup = re.compile(r"\s*<(?:!doctype|!--|html|head|body|meta|table|div|\?xml|svg|workbook)", re.IGNORECASE)
_control = re.compile(r"[\x01-\x08\x0e-\x1a\x7f]")


def _refuse_other_text(text: str) -> None:
    """Raise for text that is no table: HTML, XML, JSON, or a binary file that happened to decode."""
    if _markup.match(text):
        raise refused("wrong-extension", says="CSV", found="XML" if text.lstrip()[:5].lower() == "<?xml" else "HTML")
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
        score = max((width - 1) * count for width, count in widths.items()) / widths.total() if widths else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _within_columns(row: list[str], limits: Limits) -> list[str]:
    """The row without the empty cells at its end; the last filled one within the columns that are read."""
    last = len(row)
    while last and not row[last - 1].strip(BLANK):
        last -= 1
    if last > limits.max_columns:
        raise refused("too-many-columns", column=last, columns=limits.max_columns)
    return row[:last]


def _refuse_swallowed(rows: list[list[str]], delimiter: str) -> None:
    """Raise where a quotation mark that is not closed swallowed whole records into one cell."""
    usual = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    if usual < 3:
        usual = max(map(len, rows), default=0)
    for index, row in enumerate(rows):
        for cell in row:
            if "\n" in cell or "\r" in cell:
                lines = cell.splitlines()
                if sum(line.count(delimiter) >= max(2, usual - 3) for line in lines) >= 2:
                    raise refused("unclosed-quote", row=index + 1)
