"""CSV for people and programs: streamed, and without a cell that a spreadsheet would run as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

# What spreadsheets begin a formula with. They read the full-width forms, which a Chinese input method writes, as the
# others.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_AT_ONCE = 500


class _Echo:
    """What `csv.writer` writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def safe(value: Any) -> Any:
    """A cell as a spreadsheet may see it: text that would be a formula gets a ' before it; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    return value


def csv_lines(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Head and rows as CSV text, some hundred lines at a time."""
    writer = csv.writer(_Echo())
    lines = [writer.writerow([str(name) for name in head])]
    for row in rows:
        lines.append(writer.writerow([safe(cell) for cell in row]))
        if len(lines) >= ROWS_AT_ONCE:
            yield "".join(lines)
            lines = []
    yield "".join(lines)


def csv_response(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]], *, mark: bool) -> StreamingHttpResponse:
    """A CSV to be saved as `name`. mark: begin with a byte order mark, which spreadsheets need to read Chinese."""

    def content() -> Iterator[str]:
        if mark:
            yield "\ufeff"
        yield from csv_lines(head, rows)

    response = StreamingHttpResponse(content(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
