"""Which column holds which field: by its heading where that says it, otherwise by what stands in it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from listings.addresses import Address, platform_of, read_cell

from . import headers
from .cells import cell_at, is_blank, plain, readable
from .values import parse_date, parse_price, violation_kind

USABLE = ("listing", "store", "short")
_SAMPLE_ROWS = 300


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet that is read. index: from 0. decided_by: 'header', 'content', or who corrected it; see
    `corrections`."""

    field: str
    index: int
    heading: str
    decided_by: str


@dataclass(slots=True)
class Candidate:
    """A column on trial: its heading, what the heading says, and the cells of the sampled rows."""

    index: int
    heading: str
    says: str | None
    known: bool
    cells: dict[int, str]
    addresses: dict[int, Address] = field(default_factory=dict)

    def share(self, test: Callable[[str], bool]) -> float:
        """The share of its filled cells that pass."""
        return (
            sum(map(test, self.cells.values())) / len(self.cells) if self.cells else 0.0
        )

    def usable_share(self) -> float:
        return len(self.addresses) / len(self.cells) if self.cells else 0.0

    def kind(self) -> str:
        """The kind of most of its addresses, as a field; what its heading says where it has none."""
        if not self.addresses and self.says in headers.ADDRESS_FIELDS:
            return self.says
        counts = Counter(address.kind for address in self.addresses.values())
        return (
            "store_address"
            if counts["store"] > counts["listing"] + counts["short"]
            else "listing_address"
        )


def map_columns(
    headings: Sequence[str],
    says: Sequence[headers.Meaning | None],
    rows: Sequence[Sequence[str]],
) -> list[Column]:
    """The columns that matter, address columns first and by position.

    headings: of each column, '' for none. says: what `headers.heading_field` makes of each. rows: the data rows; a
    sample of them is looked at. A field other than an address has at most one column.
    """
    sample = sample_of(rows)
    candidates = [
        candidate_at(index, headings, says, sample)
        for index in range(max(map(len, sample), default=0))
    ]
    addresses = _address_columns(candidates)
    taken = {column.index for column in addresses}
    return addresses + _other_columns(
        [column for column in candidates if column.index not in taken]
    )


def sample_of(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The first rows and, of the rest, some spread evenly."""
    if len(rows) <= _SAMPLE_ROWS:
        return list(rows)
    first, rest = rows[: _SAMPLE_ROWS // 2], rows[_SAMPLE_ROWS // 2 :]
    return [*first, *rest[:: max(1, 2 * len(rest) // _SAMPLE_ROWS)]]


def candidate_at(
    index: int,
    headings: Sequence[str],
    says: Sequence[headers.Meaning | None],
    sample: list[Sequence[str]],
) -> Candidate:
    cells = {
        number: row[index]
        for number, row in enumerate(sample)
        if index < len(row) and not is_blank(row[index])
    }
    meaning = says[index] if index < len(says) else None
    column = Candidate(index, cell_at(headings, index), None, False, cells)
    if meaning is not None:
        column.says, column.known = meaning
    for number, cell in cells.items():
        if "." in cell or "．" in cell:
            address = read_cell(cell)
            if address.kind in USABLE:
                column.addresses[number] = address
    return column


_NEVER = (headers.COMPARISON, headers.SERIAL, headers.ITEM_NUMBER)
_NAMES = ("store_name", "title")
_BETTER_THAN_NOTHING = (
    headers.EVIDENCE,
    headers.OTHER,
    "title",
    "store_name",
    "platform",
    "remark",
)


# What stands under such a heading is no address of what is complained of, or is one for want of a better.
_SAYS_OTHERWISE = (*_NEVER, *_BETTER_THAN_NOTHING, *headers.ADDRESS_FIELDS)


def _address_columns(candidates: list[Candidate]) -> list[Column]:
    """The columns whose addresses count, by position; those that show other pages for comparison left out."""
    named = [column for column in candidates if _named_address(column)]
    by_content = [
        column
        for column in candidates
        if column not in named and column.usable_share() >= 0.5
    ]
    unnamed = [column for column in by_content if column.says not in _SAYS_OTHERWISE]
    chosen = _without_comparisons(sorted(named, key=_strength, reverse=True), unnamed)
    chosen = _without_comparisons(chosen, _misnamed(by_content, chosen))
    if not any(column.addresses for column in chosen):
        last = [column for column in by_content if column.says in _BETTER_THAN_NOTHING]
        chosen += _without_comparisons([], last)
    columns = []
    for column in sorted(chosen, key=lambda column: column.index):
        decided_by = "header" if column in named else "content"
        columns.append(
            Column(_address_field(column), column.index, column.heading, decided_by)
        )
    return columns


def _misnamed(by_content: list[Candidate], chosen: list[Candidate]) -> list[Candidate]:
    """Columns under the heading of a name that hold addresses of a kind which no chosen column has."""
    kinds = {_address_field(column) for column in chosen if column.addresses}
    return [
        column
        for column in by_content
        if column.says in _NAMES
        and column.usable_share() >= 0.8
        and column.kind() not in kinds
    ]


def _named_address(column: Candidate) -> bool:
    """Its heading says address; 地址 alone may as well be where somebody lives, so then its content must agree."""
    if column.says == headers.ADDRESS:
        return bool(column.addresses) or column.share(_looks_like_address) >= 0.5
    return column.says in headers.ADDRESS_FIELDS


def _address_field(column: Candidate) -> str:
    return column.says if column.says in headers.ADDRESS_FIELDS else column.kind()


_address_like = re.compile(r"https?:|//|^[\w.-]+\.[a-z]{2,}(?:[/?]|$)")


def _looks_like_address(cell: str) -> bool:
    return _address_like.search(plain(cell)) is not None


def _strength(column: Candidate) -> tuple[int, int, int, int]:
    """How sure it is that a column is about the goods complained of; for choosing between two that disagree."""
    accused = headers.accuses(column.heading)
    return (
        accused,
        column.known,
        len({a.canonical_id for a in column.addresses.values()}),
        -column.index,
    )


def _without_comparisons(
    named: list[Candidate], unnamed: list[Candidate]
) -> list[Candidate]:
    """The named columns and those without a telling name, but of two that disagree row after row only the stronger."""
    chosen: list[Candidate] = []
    for column in named:
        if not any(
            _disagreement(column, other, most_rows=5) >= 0.6 for other in chosen
        ):
            chosen.append(column)
    for column in sorted(unnamed, key=_strength, reverse=True):
        only_listings = column.kind() == "listing_address" and all(
            c.kind() != "listing_address" for c in chosen
        )
        if only_listings or not any(
            _disagreement(column, other, most_rows=1) > 0.3 for other in chosen
        ):
            chosen.append(column)
    return chosen


def _disagreement(column: Candidate, other: Candidate, most_rows: int) -> float:
    """Of the rows in which both have an address, the share in which they cannot be about one thing.

    Two different listings or two different stores, or two platforms. 0 where fewer than most_rows rows have both.
    """
    both = column.addresses.keys() & other.addresses.keys()
    if len(both) < most_rows:
        return 0.0
    pairs = ((column.addresses[row], other.addresses[row]) for row in both)
    return sum(_clash(one, two) for one, two in pairs) / len(both)


def _clash(one: Address, two: Address) -> bool:
    if "short" in (one.kind, two.kind):
        return False
    if platform_of(one.site) != platform_of(two.site):
        return True
    return one.kind == two.kind and one.canonical_id != two.canonical_id


_OTHER_FIELDS = [name for name in headers.FIELDS if name not in headers.ADDRESS_FIELDS]


def _other_columns(candidates: list[Candidate]) -> list[Column]:
    """One column at most for each field that is no address: first by heading, then what is missing by content."""
    free = [column for column in candidates if column.cells or column.says]
    columns: dict[str, Column] = {}
    doubtful = set()
    for name in _OTHER_FIELDS:
        best = _best_by_heading(name, free)
        if best is not None:
            columns[name] = Column(name, best.index, best.heading, "header")
            free.remove(best)
            if not best.known and _fits(name, best) < 0.2:
                doubtful.add(name)
    for name in _OTHER_FIELDS:
        if name not in _FITS or (name in columns and name not in doubtful):
            continue
        best = _best_by_content(name, free)
        if best is not None:
            columns[name] = Column(name, best.index, best.heading, "content")
            free.remove(best)
    return list(columns.values())


def _best_by_heading(name: str, free: list[Candidate]) -> Candidate | None:
    """Of the columns whose heading says this field the one that looks most like it."""

    def rank(column: Candidate) -> tuple[bool, bool, bool, int]:
        fits = _fits(name, column) >= 0.5
        return fits, column.known, bool(column.cells), -column.index

    named = [column for column in free if column.says == name]
    return max(named, key=rank, default=None)


def _best_by_content(name: str, free: list[Candidate]) -> Candidate | None:
    """Of the columns whose cells look like this field the one in which most do, the first of equals."""
    fitting = [
        column
        for column in free
        if column.says != "remark"
        and _fits(name, column) >= _ENOUGH[column.says is None]
    ]
    return max(
        fitting,
        key=lambda column: (_fits(name, column), -column.index),
        default=None,
    )


def _fits(name: str, column: Candidate) -> float:
    """The share of a column's filled cells that look like this field."""
    return column.share(_FITS[name]) if name in _FITS else 0.0


# How many cells must agree before content decides: more where a heading says otherwise.
_ENOUGH = {True: 0.6, False: 0.8}
_platform = re.compile(
    r"(?:手机)?(?:淘宝|天猫|京东|拼多多|抖音|抖店|小红书|快手|微店|阿里巴巴|闲鱼|咸鱼)\S{0,4}|1688|tb|tm|taobao|tmall|jd|pdd|多多|dy|douyin|red|xhs|ks"
)
_demand = re.compile(
    r"下架|删除|移除|屏蔽|断开|关店|关闭|关停|封店|封禁|查封|清退|撤下|下线|终止|整改|close|remove|takedown|delete",
    re.IGNORECASE,
)
_shop_name = re.compile(
    r"店|铺|旗舰|代购|批发|工厂|集市|严选|优选|生活馆|专营|商行|商贸|百货"
)


def _is_platform(cell: str) -> bool:
    return _platform.fullmatch(plain(cell)) is not None


def _is_demand(cell: str) -> bool:
    return len(cell) <= 40 and _demand.search(cell) is not None


def _is_violation(cell: str) -> bool:
    return (
        len(cell) <= 30
        and violation_kind(cell) not in ("", "other")
        and not _is_demand(cell)
    )


def _is_date(cell: str) -> bool:
    return (
        not readable(cell).replace(".", "").isdigit() and parse_date(cell) is not None
    )


def _is_price(cell: str) -> bool:
    return re.search(r"[¥￥元.．]", cell) is not None and parse_price(cell) is not None


def _is_shop_name(cell: str) -> bool:
    return len(cell) <= 20 and _shop_name.search(cell) is not None


_FITS: dict[str, Callable[[str], bool]] = {
    "platform": _is_platform,
    "request": _is_demand,
    "violation": _is_violation,
    "found_on": _is_date,
    "price": _is_price,
    "list_price": _is_price,
    "store_name": _is_shop_name,
}


def with_corrections(
    columns: Sequence[Column],
    headings: Sequence[str],
    given: Mapping[int, tuple[str, str]],
) -> list[Column]:
    """The columns with what people said of some of them: place → what it is read as, which may be none of the fields,
    and who says so. What a person gives to one column no other has, addresses excepted."""
    if not given:
        return list(columns)
    taken = {
        meaning
        for meaning, _by in given.values()
        if meaning not in headers.ADDRESS_FIELDS
    }
    kept = [
        column
        for column in columns
        if column.index not in given and column.field not in taken
    ]
    for place, (meaning, by) in given.items():
        if meaning in headers.FIELDS:
            kept.append(Column(meaning, place, cell_at(headings, place), by))
    return sorted(
        kept,
        key=lambda column: (column.field not in headers.ADDRESS_FIELDS, column.index),
    )


def missing_addresses(columns: Iterable[Column]) -> bool:
    """Whether no column holds addresses, so that no row can be placed."""
    return not any(column.field in headers.ADDRESS_FIELDS for column in columns)
