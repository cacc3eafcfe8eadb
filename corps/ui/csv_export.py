"""CSV for people and programs: streamed, and without a cell that a spreadsheet would run as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import override

from corps.audit.origin import AuditOrigin, audit_origin, current
from corps.audit.recording import record
from corps.models import User
from corps.ui.prefetch import is_read

# Of a list's filters, the audit keeps so many, and of each so much.
FILTERS_KEPT, LONGEST_FILTER = 20, 200

# What spreadsheets begin a formula with. They read the full-width forms, which a Chinese input method writes, as the
# others.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_AT_ONCE = 500
Response = TypeVar("Response", bound=HttpResponseBase)


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


def in_language(language: str, lines: Iterator[str]) -> Iterator[str]:
    """Lines that are made after the request has been answered, in the language of who asked."""
    while True:
        with override(language):
            line = next(lines, None)
        if line is None:
            return
        yield line


class Download:
    """A download that the audit hears of once: who took what list with which filters, and how many rows left.

    listing: a word for the list, such as "ledger". about: the number of the thing whose list it is, if any.
    """

    def __init__(self, request: HttpRequest, listing: str, *, about: str = "") -> None:
        self.request = request
        self.listing = listing
        self.about = about
        self.rows = 0
        # What is streamed is made after the request has been answered.
        self.origin: AuditOrigin = current()

    def counted(self, rows: Iterable[Any]) -> Iterator[Any]:
        """The same rows, counted as they leave."""
        for row in rows:
            self.rows += 1
            yield row

    def streamed(self, chunks: Iterable[str]) -> Iterator[str]:
        """The same chunks; noted once the server has taken the first of them, with what had left when it ended."""
        is_begun = is_whole = False
        try:
            for chunk in chunks:
                yield chunk
                is_begun = True
            is_whole = True
        finally:
            if is_begun:
                self._tell(is_whole=is_whole)

    def whole(self, response: HttpResponse, rows: int = 0) -> HttpResponse:
        """The same response, noted unless nobody reads it."""
        if is_read(self.request):
            self.rows = rows
            self._tell(is_whole=True)
        return response

    def _tell(self, *, is_whole: bool) -> None:
        person: Any = self.request.user
        asked = list(self.request.GET.items())[:FILTERS_KEPT]
        origin = {"channel": self.origin.channel, "address": self.origin.address}
        with audit_origin(**origin):
            record(
                person if isinstance(person, User) else User.objects.get(pk=person.pk),
                "export.downloaded",
                None,
                at=timezone.now(),
                listing=self.listing,
                about=self.about,
                rows=self.rows,
                filters={
                    name[:LONGEST_FILTER]: value[:LONGEST_FILTER]
                    for name, value in asked
                },
                whole=is_whole,
            )


def csv_response(
    name: str,
    head: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    *,
    mark: bool,
    download: Download,
) -> StreamingHttpResponse:
    """A CSV to be saved as `name`, which the audit hears of as `download`.

    mark: begin with a byte order mark, which spreadsheets need to read Chinese.
    """

    def content() -> Iterator[str]:
        if mark:
            yield "\ufeff"
        yield from csv_lines(head, download.counted(rows))

    response = StreamingHttpResponse(
        download.streamed(content()), content_type="text/csv; charset=utf-8"
    )
    return saved_as(name, response)


def saved_as(name: str, response: Response) -> Response:
    """The same response, for the browser to save under a name."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
