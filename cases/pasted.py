"""What somebody pasted, line by line: what each names, and what is known of it that this person may see."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.extensions import pasted_lookups
from cases.models import ImportRow, Target
from cases.other_cases import became
from cases.workflow import cases_seen
from cases.workflow.imports.registration import known_targets
from cases.workflow.imports.rows import (
    LISTING,
    STORE,
    RegistrationBatch,
    RegistrationRow,
    TargetKey,
    judge_rows,
)
from corps.models import User
from listings.addresses import Address, read_cell
from listings.classify import RowReading, judge_row
from listings.sheets import Limits, SheetRefused, read_text
from listings.sheets.not_read import REASONS as NOT_READ
from listings.sheets.pasted import Pasted, read_pasted
from listings.sites import platform_of
from listings.workflow import Registry
from stores.models import Platform

# At most so many lines are answered at once; a file can hold more.
MOST_LINES = 500
Result = ImportRow.Result
# Begins the code of a line that the reader of sheets leaves out.
NO_ROW = "no-row:"
KINDS: dict[str, Any] = {
    "listing": Target.Kind.LISTING.label,
    "store": Target.Kind.STORE.label,
    "short": gettext_lazy("Short link"),
    "search": gettext_lazy("Search or start page"),
}


@dataclass(frozen=True, slots=True)
class PastedLine:
    """What is told of one pasted line.

    number: of the line, from 1. text: the line. platform, kind, id: what it names, "" where it names nothing.
    result: one of `ImportRow.Result`, or "" for a line that is no row. words: its label.
    note: what is known of it, or why it cannot be taken. target_key: what it asks about, where it can be registered.
    """

    number: int
    text: str
    platform: str = ""
    kind: Any = ""
    id: str = ""
    result: str = ""
    words: Any = ""
    note: Any = ""
    target_key: TargetKey | None = None


@dataclass(frozen=True, slots=True)
class PastedLines:
    """The answers in the order of the lines. content: the CSV that is handed in. asked: canonical ids that were looked
    up for a firm. unexamined: how many lines were read only, since the firm had asked too many."""

    lines: list[PastedLine]
    content: bytes
    asked: list[str] = field(default_factory=list)
    unexamined: int = 0

    @property
    def counts(self) -> list[tuple[str, Any, int]]:
        """(result, label, count) of those results that there are, in their order."""
        counted = Counter(line.result for line in self.lines)
        return [
            (word, label, counted[word])
            for word, label in Result.choices
            if counted[word]
        ]

    @property
    def rows(self) -> int:
        """How many lines would become rows, those of which nothing can be registered among them."""
        return sum(bool(line.result) for line in self.lines)

    @property
    def usable(self) -> int:
        """How many lines would become rows that name something, now or after a look."""
        return sum(
            line.result in (Result.NEW, Result.REPEAT, Result.HELD)
            for line in self.lines
        )


def look_up_pasted(text: str, user: User, allowed: Callable[[int], int]) -> PastedLines:
    """PastedLine what was pasted; a fixed number of statements.

    allowed: of so many addresses of which a firm wants to know whether they are official, how many it may ask now.
    A representative learns what the address is, whether it is an official account's, and what their own firm named;
    nothing of anybody else's naming.
    """
    pasted = read_pasted(text)
    platforms = {
        platform.slug: platform for platform in Platform.objects.visible_to(user)
    }
    readings = dict(_readings(pasted, platforms.keys()))
    drafts = {
        number: _as_read(number, pasted, reading, platforms)
        for number, reading in readings.items()
    }
    wanted = [
        number for number, draft in drafts.items() if draft.target_key is not None
    ]
    asked = wanted
    ids_of_firm: list[str] = []
    if not user.is_corps:
        asked = wanted[: allowed(len(wanted))]
        ids_of_firm = [drafts[number].id for number in asked]
    told = _looked_up(
        drafts, [_row(number, readings[number]) for number in asked], platforms, user
    )
    return PastedLines(
        _of_each_line(pasted, drafts, told),
        pasted.content,
        ids_of_firm,
        len(wanted) - len(asked),
    )


def _looked_up(
    drafts: Mapping[int, PastedLine],
    rows: list[RegistrationRow],
    platforms: Mapping[str, Platform],
    user: User,
) -> dict[int, PastedLine]:
    """What is told of lines that are looked up in the registry, as this person may know them. rows: of these lines."""
    registry = Registry()
    batch = judge_rows(
        rows, registry, {slug: platform.pk for slug, platform in platforms.items()}
    )
    if user.is_corps:
        return _told_to_corps(drafts, batch, registry, user)
    return _told_to_firm(drafts, batch, registry, user)


def _of_each_line(
    pasted: Pasted, drafts: Mapping[int, PastedLine], told: Mapping[int, PastedLine]
) -> list[PastedLine]:
    """What is told of every line: as it was looked up, as it was read, or that it is no row."""
    lines = [
        drafts.get(number) or _no_row(number, pasted)
        for number in range(1, len(pasted.lines) + 1)
    ]
    return [told.get(line.number) or _unexamined(line) for line in lines]


def _readings(
    pasted: Pasted, platforms: Collection[str]
) -> Iterator[tuple[int, RowReading]]:
    """Each line that is a row, judged by itself; where no line names anything, every line."""
    try:
        sheet = read_text(pasted.content, Limits(seconds=10.0))
    except SheetRefused:
        for number, line in enumerate(pasted.lines, start=1):
            yield number, judge_row([("", line)], "", platforms)
        return
    # Rows that are read may lie between those of a part that is not: they come last, so that they stand.
    for part in sheet.not_read:
        for record in range(part.first, part.last + 1):
            yield (
                pasted.line_of(record),
                RowReading("invalid", f"{NO_ROW}{part.why}", NOT_READ[part.why]),
            )
    for row in sheet.rows:
        yield (
            pasted.line_of(row.number),
            judge_row(row.addresses, row.cells.get("request", ""), platforms),
        )


def _as_read(
    number: int, pasted: Pasted, reading: RowReading, platforms: Mapping[str, Platform]
) -> PastedLine:
    """A line by itself, before anybody is asked what is known of it."""
    text = pasted.lines[number - 1]
    address = (
        reading.target_address
        or reading.listing
        or reading.store
        or read_cell(reading.text or text)
    )
    platform, name = platforms.get(platform_of(address.site)), address.site
    if platform:
        name = platform.label
    line = PastedLine(
        number,
        text,
        name,
        KINDS.get(address.kind, ""),
        address.canonical_id,
        Result.INVALID.value,
        Result.INVALID.label,
        reading.reason,
    )
    if reading.code.startswith(NO_ROW):
        return replace(
            line, platform="", kind="", id="", result="", words=_("not a row")
        )
    if reading.verdict == "held":
        return replace(line, result=Result.HELD.value, words=Result.HELD.label)
    if reading.verdict == "ok" and platform is not None:
        return replace(
            line,
            target_key=(reading.target or "", (platform.pk, address.canonical_id)),
            note=_mended(address),
        )
    return line


def _mended(address: Address) -> Any:
    """What was corrected of an address while it was read; "" where nothing was."""
    if address.mended:
        return address.message
    return ""


def _no_row(number: int, pasted: Pasted) -> PastedLine:
    """A line of which no row is made: the header, or one that the reader left out."""
    words = _("not a row")
    if number == 1 and pasted.has_header:
        words = _("headings")
    return PastedLine(number, pasted.lines[number - 1], words=words)


def _row(number: int, reading: RowReading) -> RegistrationRow:
    address = reading.target_address
    assert address is not None  # only what can be registered is asked for
    return RegistrationRow(
        number,
        Result.NEW.value,
        platform_of(address.site),
        reading.target or "",
        getattr(reading.listing, "canonical_id", ""),
        getattr(reading.store, "canonical_id", ""),
    )


def _unexamined(line: PastedLine) -> PastedLine:
    """A line that stands as it was read; of an address that was not looked up, that it can be used."""
    if line.target_key is None:
        return line
    return replace(line, result=Result.NEW.value, words=_("usable"))


def _targets_of(batch: RegistrationBatch, registry: Registry) -> dict[TargetKey, int]:
    """What the lines ask about and somebody asked about before → its target. One statement."""
    keys: dict[str, dict[int, TargetKey]] = {LISTING: {}, STORE: {}}
    known = {LISTING: registry.listings, STORE: registry.stores}
    for kind, key in batch.firsts:
        if pk := known[kind][key]:
            keys[kind][pk] = kind, key
    targets = known_targets(list(keys[LISTING]), list(keys[STORE]))
    return {keys[kind][subject]: pk for kind, subject, pk in targets}


def _judged(
    drafts: Mapping[int, PastedLine], batch: RegistrationBatch
) -> Iterator[PastedLine]:
    """The lines that were looked up, with their result; a line that repeats an earlier one says so."""
    for number, result in batch.results.items():
        draft, word = drafts[number], Result(result)
        note: Any = batch.findings.get(number, "") or draft.note
        if first := _repeated_line(draft, batch):
            note = _("the same as line %(line)s") % {"line": first}
        yield replace(draft, result=word.value, words=word.label, note=note)


def _repeated_line(line: PastedLine, batch: RegistrationBatch) -> int:
    """The number of the earlier line that asks about the same; 0 if there is none."""
    if line.target_key is None:
        return 0
    first = batch.firsts.get(line.target_key)
    if first is None or first.number == line.number:
        return 0
    return first.number


def _told_to_corps(
    drafts: Mapping[int, PastedLine],
    batch: RegistrationBatch,
    registry: Registry,
    user: User,
) -> dict[int, PastedLine]:
    known = _targets_of(batch, registry)
    targets = {target.pk: target for target in _with_holders(known.values())}
    fates = became(targets.values(), user, None)
    seen = cases_seen(targets.values(), user)
    open_to_user = [
        pk
        for pk, target in targets.items()
        if target.case_id is None or target.case_id in seen
    ]
    more: dict[int, list[Any]] = {}
    for look_up in pasted_lookups:
        for target, words in look_up(open_to_user).items():
            more.setdefault(target, []).append(words)
    told = {}
    for line in _judged(drafts, batch):
        pk = _target_of(line, known)
        if pk and line.result != Result.OFFICIAL:
            notes = [fates[pk].label, fates[pk].where, *more.get(pk, ()), line.note]
            line = replace(line, note="　".join(str(note) for note in notes if note))
        told[line.number] = line
    return told


def _with_holders(ids: Iterable[int]) -> Iterable[Target]:
    return Target.objects.filter(pk__in=list(ids)).select_related(
        "case__unit", "complaint"
    )


def _told_to_firm(
    drafts: Mapping[int, PastedLine],
    batch: RegistrationBatch,
    registry: Registry,
    user: User,
) -> dict[int, PastedLine]:
    """What is official, and what the firm's own complaints named; everything else can be used."""
    known = _targets_of(batch, registry)
    own = (
        ImportRow.objects.visible_to(user)
        .filter(target__in=list(known.values()))
        .order_by()
    )
    complaints = dict(
        own.values_list("target").annotate(Min("sheet_import__complaint__number"))
    )
    states = {target.pk: target.as_told.label for target in _with_holders(complaints)}
    named = {pk: (complaints[pk], states[pk]) for pk in complaints}
    return {
        line.number: _known_to_firm(
            line, drafts[line.number], named.get(_target_of(line, known)), batch
        )
        for line in _judged(drafts, batch)
    }


def _known_to_firm(
    line: PastedLine,
    draft: PastedLine,
    named: tuple[str, Any] | None,
    batch: RegistrationBatch,
) -> PastedLine:
    """What a firm is told of a line that was looked up. draft: as it was read. named: the complaint with which the firm
    named the same, and the state of the target in words."""
    if line.result == Result.OFFICIAL:
        return replace(line, note="")
    if named is not None:
        return _named_before(line, *named)
    if _repeated_line(line, batch):
        return line
    return _unexamined(draft)


def _named_before(line: PastedLine, complaint: str, state: Any) -> PastedLine:
    """A line that asks about what the firm named with an earlier complaint. state: of the target, in words."""
    note = _("You named it with complaint %(complaint)s: %(state)s") % {
        "complaint": complaint,
        "state": state,
    }
    return replace(
        line, result=Result.REPEAT.value, words=Result.REPEAT.label, note=note
    )


def _target_of(line: PastedLine, known: Mapping[TargetKey, int]) -> int:
    """The target of what a line asks about; 0 without one."""
    if line.target_key is None:
        return 0
    return known.get(line.target_key, 0)
