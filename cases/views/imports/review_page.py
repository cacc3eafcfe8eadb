"""What the review of an import shows: its rows as far as the filter of the address leaves them, and every count."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Complaint, ImportRow, SheetImport
from cases.models.complaints import MOST_SAME_SHEETS
from cases.other_cases import Became, became
from cases.row_corrections import describe, findings_told, suggestions
from cases.states import OPEN_COMPLAINT
from corps.access.decorators import SignedIn
from corps.access.parameters import Parameter
from corps.access.permissions import may
from corps.audit.last_acts import last_acts
from corps.deadlines.clock import today
from corps.models import User
from corps.ui.formats import moment
from corps.ui.lists import Page, page_of
from corps.ui.status_colours import kind_of
from listings.addresses import read_cell
from listings.sheets.values import unread_values
from listings.sites import platform_named
from stores.models import Platform

State, Result = SheetImport.State, ImportRow.Result
READY = (Result.NEW, Result.REPEAT)
FOR_A_PERSON = (Result.HELD, Result.INVALID, Result.OFFICIAL)
SHOWN = {"ready": Q(result__in=READY), "look": Q(result__in=FOR_A_PERSON), "all": Q()}
FILTERS = (Parameter("show", (*SHOWN, *Result.values)), "reason", "platform")
VALUES = {
    "price": gettext_lazy("Price"),
    "list_price": gettext_lazy("List price"),
    "found_on": gettext_lazy("Found on"),
}
CELLS = ("platform", "store_name", "title", "price", "request")


class ReviewCounts(NamedTuple):
    """How many rows there are by result, and how many of those for a person were sent back to the firm."""

    by_result: Mapping[str, int]
    refused: int = 0

    @property
    def look(self) -> int:
        """How many a person must look at."""
        return sum(self.by_result[result] for result in FOR_A_PERSON)

    @property
    def facets(self) -> list[tuple[str, Any, int, str]]:
        """(result, label, count, colour) of each result."""
        return [
            (result, label, self.by_result[result], kind_of(result))
            for result, label in Result.choices
        ]

    @property
    def registrable(self) -> int:
        """How many can be registered."""
        return sum(self.by_result[result] for result in READY)

    @property
    def new(self) -> int:
        return self.by_result[Result.NEW]

    @property
    def repeated(self) -> int:
        return self.by_result[Result.REPEAT]

    @property
    def undecided(self) -> int:
        """How many of those for a person nobody has sent back."""
        return self.look - self.refused


class Review:
    """What the page of an import shows: counts of all rows, those that are shown, and what the person may do with them.

    counts: of all rows. shown: which are shown, a result or a key of SHOWN; matching: how many there are. query: the
    filter of the address. page: the rows of one page, rows: the same as the table shows them. `at` names the row that
    stands open by its id, with what was typed there and what is wrong with it; otherwise the address names it, or it
    is the first.
    """

    # The bar is full of keys; the pages are turned under the table.
    no_page = Page(())

    def __init__(
        self,
        request: SignedIn,
        sheet_import: SheetImport,
        *,
        at: int | None = None,
        typed: str = "",
        error: Any = "",
    ) -> None:
        self.user, self.sheet_import = request.user, sheet_import
        self._platforms = _platforms_of(request.user)
        self._groups = _groups(sheet_import)
        self.counts = _counts(self._groups)
        self.shown = shown_in(request, self.counts.look)
        self.query = query(request, show=self.shown)
        self.matching = _matching(self._groups, self.shown, request, self._platforms)
        self.page = _page(request, sheet_import, self.shown, self.matching)
        self.rows = _review_rows(
            self.page.rows, sheet_import, request.user, self._platforms
        )
        self._open_row(at or _number(request.GET.get("row", "")), typed, error)

    def _open_row(self, asked: int, typed: str, error: Any) -> None:
        row = _row_at(self.rows, asked)
        if row is not None:
            row.at, row.typed, row.error = True, typed, error
            row.same = _how_many(self._groups, row.reason)

    def as_context(self) -> dict[str, Any]:
        """What the template of the page gets."""
        complaint = self.sheet_import.of_complaint
        earlier = Complaint.objects.visible_to(self.user).with_sheet_of(complaint)
        return {
            "review": self,
            "counts": self.counts,
            "sheet_import": self.sheet_import,
            "complaint": complaint,
            "page": self.page,
            "same_sheet": earlier[:MOST_SAME_SHEETS],
        }

    @property
    def shown_words(self) -> Any:
        """Which rows are shown, in words."""
        return _shown_words(self.shown)

    @property
    def reasons(self) -> list[tuple[str, str, int]]:
        """Reasons by which the rows can be filtered: (code, sentence, count)."""
        return _reasons(self._groups)

    @property
    def platforms(self) -> list[tuple[str, str, int]]:
        """Platforms by which the rows can be filtered: (slug, label, count)."""
        return _platforms(self._groups, self._platforms)

    @property
    def has_proposals(self) -> bool:
        """Whether a row of the page certainly proposes an address."""
        return any(len(row.proposals) == 1 for row in self.rows)

    @cached_property
    def registered(self) -> int:
        """How many targets the rows of a finished import were registered as, each once."""
        if self.sheet_import.state != State.DONE:
            return 0
        rows = self.sheet_import.import_rows.order_by().filter(target__isnull=False)
        return rows.values("target").distinct().count()

    @property
    def may_register(self) -> bool:
        return self.sheet_import.state == State.REVIEW

    @property
    def may_settle(self) -> bool:
        """Whether the person may decide on rows: the corps also once they are registered."""
        is_done = self.sheet_import.state == State.DONE
        return self.may_register or (is_done and self.user.is_corps)

    @cached_property
    def may_refuse(self) -> bool:
        return self.may_settle and may(self.user, "cases.refuse_rows")

    @cached_property
    def may_undo(self) -> bool:
        """Whether the person may take back what of the import was registered."""
        state, done = self.sheet_import.state, self.sheet_import.done
        is_registered = state == State.DONE or (state == State.FAILED and done > 0)
        return is_registered and may(self.user, "cases.undo_import")

    @cached_property
    def may_take_up(self) -> bool:
        return may_take_up(self.user, self.sheet_import)


def _page(
    request: SignedIn, sheet_import: SheetImport, shown: str, matching: int
) -> Page:
    """The rows of one page, with where their targets lie."""
    rows = filtered(sheet_import, request, shown)
    rows = rows.select_related("target__case__unit", "target__complaint")
    return page_of(rows, request.GET, order=("row",), total=matching)


def _platforms_of(user: User) -> dict[str, Platform]:
    return {platform.slug: platform for platform in Platform.objects.visible_to(user)}


def _counts(groups: list[dict[str, Any]]) -> ReviewCounts:
    by_result = Counter(dict.fromkeys(Result.values, 0))
    for group in groups:
        by_result[group["result"]] += group["count"]
    refused = _sum(groups, FOR_A_PERSON, decision=ImportRow.Decision.REFUSED)
    return ReviewCounts(by_result, refused)


@dataclass
class ReviewRow:
    """A row as the table shows it, with what may be put in place of its address.

    finding: the official account that it hit, as the person may know it. became: where what it names lies now.
    settled: by whom and when it was decided on. at: whether it stands open; then with what was typed there, what is
    wrong with that, and how many rows have the same reason.
    """

    import_row: ImportRow
    platforms: dict[str, Platform]
    finding: str
    became: Became | None
    settled: str
    at: bool = False
    typed: str = ""
    error: Any = ""
    same: int = 0

    @property
    def pk(self) -> int:
        return self.import_row.pk

    @property
    def row(self) -> int:
        return self.import_row.row

    @property
    def place(self) -> str:
        return self.import_row.place

    @property
    def reason(self) -> str:
        return self.import_row.reason

    @property
    def explanation(self) -> str:
        return self.import_row.explanation

    @property
    def result(self) -> str:
        return self.import_row.result

    @property
    def label(self) -> str:
        """Its result in words."""
        return self.import_row.get_result_display()

    @property
    def kind(self) -> str:
        """The colour of its result."""
        return kind_of(self.result)

    @property
    def wrong(self) -> bool:
        """Whether a person must look at it."""
        return self.result in FOR_A_PERSON

    @cached_property
    def address(self) -> str:
        """The address as it came."""
        cells = self.import_row.cells
        return (
            cells.get("listing_address")
            or cells.get("store_address")
            or self.import_row.address
        )

    @property
    def opens(self) -> str:
        """The address where it can be followed, otherwise ""."""
        address = self.address.strip()
        has_space = any(character.isspace() for character in address)
        if has_space or not address.startswith(("http://", "https://")):
            return ""
        return address

    @property
    def canonical(self) -> str:
        return self.import_row.target_slug or ""

    @property
    def target(self) -> int | None:
        return self.import_row.target_id

    @property
    def decision(self) -> str:
        """What a person decided, in words; "" where nobody has."""
        if not self.import_row.decision:
            return ""
        return self.import_row.get_decision_display()

    @property
    def refused(self) -> bool:
        return self.import_row.decision == ImportRow.Decision.REFUSED

    @property
    def mended(self) -> str:
        """The address that a person put in place of its own."""
        if self.import_row.decision != ImportRow.Decision.REPAIRED:
            return ""
        return self.import_row.address

    @cached_property
    def proposals(self) -> list[str]:
        """Addresses that it probably means."""
        if not self.wrong or self.result == Result.OFFICIAL:
            return []
        return suggestions(self.import_row)

    @property
    def suggested(self) -> list[tuple[str, str]]:
        """The same, each with its words."""
        return [
            (address, describe(address, self.platforms)) for address in self.proposals
        ]

    @property
    def proposed(self) -> bool:
        """Whether an address stands in its field that is not its own."""
        return bool(self.import_row.repair or self.proposals)

    @property
    def repair(self) -> str:
        """What stands in the field for its address."""
        if self.typed or self.import_row.repair:
            return self.typed or self.import_row.repair
        if len(self.proposals) == 1:
            return self.proposals[0]
        return self.address.strip()

    @property
    def remarks(self) -> list[str]:
        return _remarks(self.import_row, self.address.strip(), self.platforms)

    @property
    def platform(self) -> str:
        """The platform that the firm names."""
        return self._cell("platform")

    @property
    def store_name(self) -> str:
        return self._cell("store_name")

    @property
    def title(self) -> str:
        return self._cell("title")

    @property
    def request(self) -> str:
        """What the firm asks for."""
        return self._cell("request")

    @property
    def price(self) -> str:
        return _price(self._cell("price"))

    def _cell(self, name: str) -> str:
        return self.import_row.cells.get(name, "")


def _review_rows(
    page: Iterable[ImportRow],
    sheet_import: SheetImport,
    user: User,
    platforms: dict[str, Platform],
) -> list[ReviewRow]:
    """The rows of a page as they are shown; a fixed number of statements."""
    told = findings_told(user)
    targets = [row.target for row in page if row.target is not None]
    fates = became(targets, user, sheet_import.of_complaint.case_id)
    settled = _settled([row.pk for row in page if row.decision], user)
    return [
        ReviewRow(
            row,
            platforms,
            told(row),
            fates.get(row.target_id or 0),
            settled.get(row.pk, ""),
        )
        for row in page
    ]


def _row_at(rows: Iterable[ReviewRow], asked: int) -> ReviewRow | None:
    """The row that stands open: the one that is asked for, or, where none is, the first with something wrong."""
    for row in rows:
        if row.pk == asked or (not asked and row.wrong):
            return row
    return None


def may_take_up(user: User, sheet_import: SheetImport) -> bool:
    """Whether a person may register a sheet, accept its complaint and make a case of it in one act."""
    in_no_case = sheet_import.of_complaint.state in OPEN_COMPLAINT
    return (
        sheet_import.state == State.REVIEW
        and in_no_case
        and may(user, "cases.open_case")
    )


def _groups(sheet_import: SheetImport) -> list[dict[str, Any]]:
    """How many rows by result, reason, platform and decision: every count of the page comes from here."""
    rows = sheet_import.import_rows.order_by().values(
        "result", "reason", "platform_slug", "decision"
    )
    return [dict(group) for group in rows.annotate(count=Count("pk"))]


def _sum(groups: list[dict[str, Any]], results: tuple[str, ...], **fields: str) -> int:
    return sum(
        group["count"]
        for group in groups
        if group["result"] in results
        and all(group[name] == value for name, value in fields.items())
    )


def _reasons(groups: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """(code, sentence, count) of what a person must look at, the most frequent first."""
    counted: Counter[str] = Counter()
    for group in groups:
        if group["result"] in FOR_A_PERSON:
            counted[group["reason"]] += group["count"]
    return [
        (code, ImportRow(reason=code).explanation, count)
        for code, count in counted.most_common()
        if code
    ]


def _how_many(groups: list[dict[str, Any]], code: str) -> int:
    """How many rows a person must look at for a reason."""
    if not code:
        return 0
    return _sum(groups, FOR_A_PERSON, reason=code)


def _platforms(
    groups: list[dict[str, Any]], platforms: dict[str, Platform]
) -> list[tuple[str, str, int]]:
    """(slug, label, count) of all rows; the slug of those that name no platform that takes part is "other"."""
    counted: Counter[str] = Counter()
    others = 0
    for group in groups:
        if group["platform_slug"] in platforms:
            counted[group["platform_slug"]] += group["count"]
        else:
            others += group["count"]
    named: list[tuple[str, str, int]] = [
        (slug, platforms[slug].label, count) for slug, count in counted.most_common()
    ]
    if others:
        named.append(("other", _("other or not to be told"), others))
    return named


def _matching(
    groups: list[dict[str, Any]],
    shown: str,
    request: SignedIn,
    platforms: dict[str, Platform],
) -> int:
    """How many rows the filter of the address leaves."""
    several = {"ready": READY, "look": FOR_A_PERSON, "all": tuple(Result)}
    fields = {}
    if reason := request.GET.get("reason"):
        fields["reason"] = reason
    platform = request.GET.get("platform")
    if platform == "other":
        groups = [group for group in groups if group["platform_slug"] not in platforms]
    elif platform:
        fields["platform_slug"] = platform
    return _sum(groups, several.get(shown, (shown,)), **fields)


def _settled(rows: list[int], user: User) -> dict[int, str]:
    """By whom and when rows were decided on last, in words; a firm learns of the corps only when. One statement."""
    if not rows:
        return {}
    acts = last_acts(ImportRow, rows, "import.row_settled")
    if user.is_corps:
        return {pk: f"{act['by']} {moment(act['at'])}" for pk, act in acts.items()}
    return {pk: moment(act["at"]) for pk, act in acts.items()}


def shown_in(request: SignedIn, look: int) -> str:
    """Which rows are shown: those asked for; otherwise those that a person must look at, if there are any."""
    asked = request.GET.get("show", "")
    if asked in SHOWN or asked in Result.values:
        return asked
    if look:
        return "look"
    return "all"


def _shown_words(shown: str) -> Any:
    words = {
        "ready": _("Can be registered"),
        "look": _("Needs manual review"),
        "all": _("Data rows"),
    }
    return words.get(shown) or Result(shown).label


def _remarks(row: ImportRow, address: str, platforms: dict[str, Platform]) -> list[str]:
    """What a person should know of a row that can be read: how its address was put right, that the firm names another
    platform than the address, and which of its values were not understood."""
    remarks = []
    if (read := read_cell(address)).mended:
        remarks.append(str(read.message))
    named = platform_named(row.cells.get("platform", ""))
    if named and row.platform_slug in platforms and named != row.platform_slug:
        detail = {
            "said": row.cells["platform"][:40],
            "platform": platforms[row.platform_slug].label,
        }
        remarks.append(
            _("The firm says “%(said)s”, the address is of %(platform)s.") % detail
        )
    for name in unread_values(row.cells, today()):
        detail = {"what": VALUES[name], "said": row.cells[name][:40]}
        remarks.append(_("%(what)s not understood: “%(said)s”.") % detail)
    return remarks


def _price(cell: str) -> str:
    """A price with two decimals, so that a column of them lines up; what is no plain number stays as it came."""
    if re.fullmatch(r"\d{1,9}(\.\d{1,2})?", cell, re.ASCII):
        return f"{Decimal(cell):,.2f}"
    return cell


def filtered(
    sheet_import: SheetImport, request: SignedIn, shown: str
) -> QuerySet[ImportRow]:
    """The rows that the filter of the address leaves. shown: a result, or a key of SHOWN."""
    condition = SHOWN.get(shown, Q())
    if shown in Result.values:
        condition = Q(result=shown)
    rows = sheet_import.import_rows.filter(condition)
    if reason := request.GET.get("reason"):
        rows = rows.filter(reason=reason)
    if (platform := request.GET.get("platform")) == "other":
        rows = rows.exclude(platform_slug__in=Platform.objects.values("slug"))
    elif platform:
        rows = rows.filter(platform_slug=platform)
    return rows


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return 0


def query(request: SignedIn, **changes: str) -> str:
    """The filter of the address, without the row that stands open."""
    query = request.GET.copy()
    query.pop("row", None)
    query.update({name: value for name, value in changes.items() if name not in query})
    return f"?{query.urlencode()}"
