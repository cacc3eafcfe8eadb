"""What becomes of a row once the registry is asked, and the targets that rows bring.

One code for the forecast that a person looks at, for the import itself, and for rows that are settled later.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from cases.models import Complaint, ImportRow, Target
from cases.models.imports import OFFICIAL
from corps.audit import record_alike
from corps.bulk import copied, copy_lines, take_ids
from corps.models import User
from listings.addresses import canonical_url
from listings.registration import Account, Key, Named, Registry
from listings.sheets.values import parse_price

Result = ImportRow.Result
ACCEPTABLE = (Result.NEW, Result.REPEAT, Result.OFFICIAL)

# Rooms above add what must follow, in the same transaction, when targets are found to be official: called with a list
# of ids of targets, `actor` and `at`.
official_found: list[Callable[..., Any]] = []

SELECT_ROWS = """
SELECT id, row, result, decision, platform_slug, kind, listing_id, listing_site, store_id, store_site,
       cells->>'title', cells->>'brand', cells->>'store_name', cells->>'violation', cells->>'price',
       cells->>'list_price'
FROM cases_importrow WHERE """
KNOWN_TARGETS = """
SELECT kind, coalesce(listing_id, store_id), id FROM cases_target
WHERE listing_id = ANY(%s) OR store_id = ANY(%s)"""
FINISH_ROWS = """
UPDATE cases_importrow row
SET result = done.result, reason = done.reason, finding = done.finding, target_id = done.target,
    registered_at = CASE WHEN done.target IS NOT NULL THEN %s::timestamptz END
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[])
     AS done (id, result, reason, finding, target)
WHERE row.id = done.id"""
FORECAST_ROWS = """
UPDATE cases_importrow row SET result = done.result, reason = done.reason, finding = done.finding
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS done (id, result, reason, finding)
WHERE row.id = done.id"""
MARK_OFFICIAL = """
UPDATE cases_target SET is_official = true WHERE listing_id = ANY(%s) AND NOT is_official RETURNING id"""
TARGET_COLUMNS = [
    "id", "kind", "platform_id", "listing_id", "store_id", "firm_id", "complaint_id", "case_id", "state", "is_official",
    "is_counted", "alleged", "price", "list_price", "claim", "claim_remark", "seen", "reported_at", "dropped_reason",
]  # fmt: skip


class Row(NamedTuple):
    """A row of a sheet as far as registering needs it."""

    id: int
    number: int
    result: str
    decision: str
    platform_slug: str
    kind: str
    listing_id: str
    listing_site: str
    store_id: str
    store_site: str
    title: str | None
    brand: str | None
    store_name: str | None
    alleged: str | None
    price: str | None
    list_price: str | None

    @property
    def is_acceptable(self) -> bool:
        """Whether the registry decides what becomes of it."""
        return self.result in ACCEPTABLE and self.decision != ImportRow.Decision.REFUSED


@dataclass(slots=True)
class Outcome:
    """What became of the rows: their results and findings by id of row, and what the registry learned by them.

    targets: (kind, key) → the first row that made it a target, in that order. linked: id of row → (kind, key).
    official_listings: listings that are registered and now known to be in an official account.
    """

    results: dict[int, str] = field(default_factory=dict)
    findings: dict[int, str] = field(default_factory=dict)
    targets: dict[tuple[str, Key], Row] = field(default_factory=dict)
    linked: dict[int, tuple[str, Key]] = field(default_factory=dict)
    official_listings: list[Key] = field(default_factory=list)


def select_rows(condition: str, *values: Any) -> list[Row]:
    """Rows by a condition in SQL, which also says their order."""
    with connection.cursor() as cursor:
        cursor.execute(SELECT_ROWS + condition, values)
        return [Row(*row) for row in cursor.fetchall()]


def judge_rows(rows: Iterable[Row], registry: Registry, platforms: dict[str, int]) -> Outcome:
    """Judge rows in their order, each knowing what the rows before it brought; the registry takes in what is new.

    Rows whose address nobody can use or place, and those that a person refused, are passed over. platforms: slug → key.
    """
    rows = [row for row in rows if row.is_acceptable]
    registry.look_up(
        [(platforms[row.platform_slug], row.listing_id) for row in rows if row.listing_id],
        [(platforms[row.platform_slug], row.store_id) for row in rows if row.store_id],
    )
    outcome = Outcome()
    for row in rows:
        _judge(row, platforms[row.platform_slug], registry, outcome)
    return outcome


def _judge(row: Row, platform: int, registry: Registry, outcome: Outcome) -> None:
    listing = (platform, row.listing_id) if row.listing_id else None
    store = (platform, row.store_id) if row.store_id else None
    account = registry.account_of(listing, store)
    if listing and store and registry.learn(listing, store) and account and listing in registry.listings:
        outcome.official_listings.append(listing)
    if account:
        outcome.results[row.id], outcome.findings[row.id] = Result.OFFICIAL, finding_of(account)
        return

    key = store if row.kind == Target.Kind.STORE else listing
    assert key is not None  # an acceptable row names its target
    known = key in (registry.stores if row.kind == Target.Kind.STORE else registry.listings)
    outcome.results[row.id] = Result.REPEAT if known else Result.NEW
    if listing and listing not in registry.listings:
        url = canonical_url(row.listing_site, "listing", row.listing_id)
        registry.add_listing(listing, Named(row.listing_site, url, row.title or "", row.brand or ""))
    if store and store not in registry.stores:
        url = canonical_url(row.store_site, "store", row.store_id)
        registry.add_store(store, Named(row.store_site, url, row.store_name or ""))
    outcome.linked[row.id] = (row.kind, key)
    outcome.targets.setdefault((row.kind, key), row)


def finding_of(account: Account) -> str:
    """How an official row names the account that it hit."""
    return f"{account.name} ({account.firm})"[:200]


def register_rows(
    rows: Sequence[Row], *, complaint: Complaint, actor: User, at: datetime, platforms: dict[str, int]
) -> Counter[str]:
    """Register rows of a complaint's sheet; how many had which result. The caller holds `lock_registry`.

    A fixed number of statements, whatever the number of rows.
    """
    registry = Registry()
    outcome = judge_rows(rows, registry, platforms)
    registry.write()
    targets = _write_targets(outcome, registry, complaint, actor, at)
    _finish_rows(outcome, targets, at)
    _mark_official([registry.listings[key] for key in outcome.official_listings], actor, at)
    return Counter(row.result if row.id not in outcome.results else outcome.results[row.id] for row in rows)


def _write_targets(
    outcome: Outcome, registry: Registry, complaint: Complaint, actor: User, at: datetime
) -> dict[tuple[str, Key], int]:
    """Primary keys of all targets that the rows name; those that are missing are made, in the order of their rows."""
    things = {
        (kind, key): (registry.listings if kind == Target.Kind.LISTING else registry.stores)[key]
        for kind, key in outcome.targets
    }
    by_thing = known_targets(
        [pk for (kind, _), pk in things.items() if kind == Target.Kind.LISTING],
        [pk for (kind, _), pk in things.items() if kind == Target.Kind.STORE],
    )
    targets = {place: by_thing[place[0], pk] for place, pk in things.items() if (place[0], pk) in by_thing}
    missing = [place for place in things if place not in targets]
    ids = take_ids(Target, len(missing))
    end = f"{complaint.firm_id}\t{complaint.pk}\t{complaint.case_id or chr(92) + 'N'}\treported\tf\tf"
    reported = at.isoformat()
    lines = []
    for pk, place in zip(ids, missing, strict=True):
        targets[place] = pk
        row, thing = outcome.targets[place], things[place]
        listing, store = (thing, r"\N") if place[0] == Target.Kind.LISTING else (r"\N", thing)
        lines.append(
            f"{pk}\t{row.kind}\t{place[1][0]}\t{listing}\t{store}\t{end}\t{copied((row.alleged or '')[:60])}\t"
            f"{_price(row.price)}\t{_price(row.list_price)}\t\t\t\t{reported}\t"
        )
    copy_lines(Target, TARGET_COLUMNS, lines)
    numbers = ((pk, {"row": outcome.targets[place].number}) for pk, place in zip(ids, missing, strict=True))
    record_alike(actor, "target.reported", Target, numbers, at=at, thread=complaint.thread)
    return targets


def known_targets(listings: list[int], stores: list[int]) -> dict[tuple[str, int], int]:
    """(kind, primary key of the thing) → primary key of its target, for those that have one."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_TARGETS, [listings, stores])
        return {(kind, thing): pk for kind, thing, pk in cursor.fetchall()}


def _price(text: str | None) -> str:
    amount = parse_price(text) if text else None
    return r"\N" if amount is None else str(amount)


def _finish_rows(outcome: Outcome, targets: dict[tuple[str, Key], int], at: datetime) -> None:
    ids = list(outcome.results)
    with connection.cursor() as cursor:
        cursor.execute(
            FINISH_ROWS,
            [
                at,
                ids,
                list(map(str, outcome.results.values())),
                [reason_of(result) for result in outcome.results.values()],
                [outcome.findings.get(pk, "") for pk in ids],
                [targets[outcome.linked[pk]] if pk in outcome.linked else None for pk in ids],
            ],
        )


def forecast_rows(rows: Iterable[Row], outcome: Outcome) -> None:
    """Write down what would become of rows, where that is not what stands there."""
    changed = [row.id for row in rows if outcome.results.get(row.id, row.result) != row.result]
    if not changed:
        return
    results = [str(outcome.results[pk]) for pk in changed]
    findings = [outcome.findings.get(pk, "") for pk in changed]
    with connection.cursor() as cursor:
        cursor.execute(FORECAST_ROWS, [changed, results, [reason_of(result) for result in results], findings])


def reason_of(result: str) -> str:
    """The reason's code for a result of the registry."""
    return OFFICIAL if result == Result.OFFICIAL else ""


def _mark_official(listings: list[int], actor: User, at: datetime) -> None:
    """Mark the targets of listings that are now known to be in an official account, and stop what is under way."""
    if not listings:
        return
    with connection.cursor() as cursor:
        cursor.execute(MARK_OFFICIAL, [listings])
        found = [row[0] for row in cursor.fetchall()]
    announce_official(found, actor, at)


def announce_official(targets: list[int], actor: User | None, at: datetime) -> None:
    """Write down that targets were found to be official, and run the hooks."""
    if not targets:
        return
    threads = Target.objects.filter(pk__in=targets).values_list("case_id", "complaint_id", "pk")
    by_thread: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for case, complaint, pk in threads:
        by_thread.setdefault(f"case:{case}" if case else f"complaint:{complaint}", []).append((pk, {}))
    for thread, subjects in by_thread.items():
        record_alike(actor, "target.found_official", Target, subjects, at=at, thread=thread)
    for hook in official_found:
        hook(targets, actor=actor, at=at)
