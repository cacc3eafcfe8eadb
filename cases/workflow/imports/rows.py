"""What becomes of a row once the registry is asked.

One code for the forecast that a person looks at, for the import itself, and for rows that are settled later.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from cases.models import Complaint, ImportRow, Target
from cases.models.imports import CLAIMED, OFFICIAL
from cases.workflow.claiming import allowance_of
from corps.database.copy import NULL, copied
from corps.models import User
from listings.addresses import canonical_url
from listings.sheets.values import parse_price
from listings.workflow import (
    Account,
    Key,
    Registry,
    Source,
    listing_words,
    store_words,
)

Result = ImportRow.Result
LISTING, STORE = Target.Kind.LISTING.value, Target.Kind.STORE.value
ACCEPTABLE = (Result.NEW, Result.REPEAT, Result.OFFICIAL)
REASONS_OF = {Result.OFFICIAL.value: OFFICIAL, Result.HELD.value: CLAIMED}
# A listing or a store that something is asked about.
TargetKey = tuple[str, Key]

SELECT_ROWS = """
SELECT row, result, platform_slug, kind, listing_id, store_id, id, finding, listing_site, store_site, cells
FROM cases_importrow
WHERE decision <> 'refused' AND (result IN ('new', 'repeat', 'official') OR reason = 'claimed-official') AND """
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
CHUNK = 5000


class RegistrationRow(NamedTuple):
    """A row of a sheet as far as registering needs it.

    listing, store: their words, as `listing_words` and `store_words` make them. alleged: as `allegation` makes it.
    id: 0 where the row is not written yet.
    """

    number: int
    result: str
    platform_slug: str = ""
    kind: str = ""
    listing_id: str = ""
    store_id: str = ""
    id: int = 0
    finding: str = ""
    listing: str = ""
    store: str = ""
    alleged: str = ""


@dataclass(slots=True)
class RegistrationBatch:
    """What became of the rows that the registry decides on, by number of row.

    results: NEW, REPEAT, OFFICIAL, or HELD because of a claim. findings: the account that an official or held row
    hits. links: what a row asks about.
    firsts: what is asked about → the first row that asks. targets: the same → primary key of its target, once they
    are written. official_listings: registered listings that turned out to be in an official account.
    """

    results: dict[int, str] = field(default_factory=dict)
    findings: dict[int, str] = field(default_factory=dict)
    links: dict[int, TargetKey] = field(default_factory=dict)
    firsts: dict[TargetKey, RegistrationRow] = field(default_factory=dict)
    targets: dict[TargetKey, int] = field(default_factory=dict)
    official_listings: list[Key] = field(default_factory=list)

    def keep_out(self, row: RegistrationRow, result: Result, account: Account) -> None:
        """Note that an official account keeps a row from being registered."""
        self.results[row.number] = result.value
        self.findings[row.number] = account_label(account)

    def reason_of(self, number: int) -> str:
        """The reason's code for what the registry decided."""
        return REASONS_OF.get(self.results[number], "")

    def target_of(self, number: int) -> int | None:
        """The target that a row was registered as."""
        if number not in self.links:
            return None
        return self.targets[self.links[number]]


def select_rows(condition: str, *values: Any) -> list[RegistrationRow]:
    """Rows that the registry decides on, by a further condition in SQL, which also says their order."""
    rows = []
    for *start, listing_site, store_site, cells in _rows(
        SELECT_ROWS + condition, values
    ):
        listing = store = ""
        row = RegistrationRow._make([*start, listing, store, allegation(cells)])
        if row.listing_id:
            listing = words_of_listing(listing_site, row.listing_id, cells)
        if row.store_id:
            store = words_of_store(store_site, row.store_id, cells)
        rows.append(row._replace(listing=listing, store=store))
    return rows


def select_for_forecast(condition: str, *values: Any) -> list[RegistrationRow]:
    """The same without their words, which a forecast does not need."""
    return [
        RegistrationRow(*row[:8])
        for row in _rows(
            SELECT_ROWS.replace(", cells\n", ", NULL\n") + condition, values
        )
    ]


def _rows(statement: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for *facts, cells in cursor.fetchall():
            if isinstance(cells, str):
                cells = json.loads(cells)
            yield *facts, cells


def words_of_listing(site: str, canonical_id: str, cells: Mapping[str, str]) -> str:
    """What a row says of its listing, as COPY takes it."""
    url = canonical_url(site, LISTING, canonical_id)
    return listing_words(site, url, cells.get("title", ""), cells.get("brand", ""))


def words_of_store(site: str, canonical_id: str, cells: Mapping[str, str]) -> str:
    """What a row says of its store, as COPY takes it."""
    return store_words(
        site, canonical_url(site, STORE, canonical_id), cells.get("store_name", "")
    )


def allegation(cells: Mapping[str, str]) -> str:
    """What a row alleges, as COPY takes it."""
    violation, price, list_price = alleged_by(cells)
    return f"{copied(violation)}\t{_amount(price)}\t{_amount(list_price)}"


def _amount(amount: Decimal | None) -> str:
    """A price as COPY takes it."""
    if amount is None:
        return NULL
    return str(amount)


def alleged_by(cells: Mapping[str, str]) -> tuple[str, Decimal | None, Decimal | None]:
    """What a row alleges: the kind of violation in the firm's own words, price and list price."""
    price = list_price = None
    if stated := cells.get("price"):
        price = parse_price(stated)
    if stated := cells.get("list_price"):
        list_price = parse_price(stated)
    return cells.get("violation", "")[:60], price, list_price


def judge_rows(
    rows: Iterable[RegistrationRow], registry: Registry, platforms: dict[str, int]
) -> RegistrationBatch:
    """Judge rows in their order, each knowing what the rows before it brought; the registry takes in what is new.

    Rows whose address nobody can use or place are passed over. platforms: slug → primary key.
    """
    rows = [
        row
        for row in rows
        if row.result in ACCEPTABLE or (row.result == Result.HELD and row.kind)
    ]
    registry.look_up(
        [
            (platforms[row.platform_slug], row.listing_id)
            for row in rows
            if row.listing_id
        ],
        [(platforms[row.platform_slug], row.store_id) for row in rows if row.store_id],
    )
    if registry.accounts and registry.allowance is None:
        registry.allowance = allowance_of(registry.source.firm)
    batch = RegistrationBatch()
    for row in rows:
        _judge(row, platforms[row.platform_slug], registry, batch)
    return batch


def _judge(
    row: RegistrationRow, platform: int, registry: Registry, batch: RegistrationBatch
) -> None:
    listing = store = None
    if row.listing_id:
        listing = platform, row.listing_id
    if row.store_id:
        store = platform, row.store_id
    account = registry.account_of(listing, store)
    learned = listing and store and registry.learn(listing, store, row.number)
    if learned and account and listing in registry.listings:
        batch.official_listings.append(listing)
    if account:
        batch.keep_out(row, Result.OFFICIAL, account)
        return
    if listing and store is None and (claimed := registry.claimed_account(listing)):
        batch.keep_out(row, Result.HELD, claimed)
        return
    _take_in(row, listing, store, registry, batch)


def _take_in(
    row: RegistrationRow,
    listing: Key | None,
    store: Key | None,
    registry: Registry,
    batch: RegistrationBatch,
) -> None:
    """Have the registry take in what an acceptable row names, and note what it asks about."""
    key, known = listing, registry.listings
    if row.kind == STORE:
        key, known = store, registry.stores
    assert key is not None  # an acceptable row names its target
    result = Result.NEW
    if key in known:
        result = Result.REPEAT
    batch.results[row.number] = result.value
    if listing:
        registry.add_listing(listing, row.listing)
    if store:
        registry.add_store(store, row.store)
    target = batch.links[row.number] = (row.kind, key)
    batch.firsts.setdefault(target, row)


def account_label(account: Account) -> str:
    """How an official row names the account that it hit."""
    return f"{account.name} ({account.firm})"[:200]


def source_of(
    complaint: Complaint, confirmed_by: User | None = None, at: datetime | None = None
) -> Source:
    """Whose rows those of a complaint's sheet are, for the registry."""
    person, moment = None, ""
    if confirmed_by:
        person = confirmed_by.pk
    if at:
        moment = at.isoformat()
    return Source(complaint.firm_id, complaint.pk, person, moment)


def finish_rows(
    rows: Sequence[RegistrationRow], batch: RegistrationBatch, at: datetime
) -> None:
    """Write down what became of rows that are written already. at: when they count as registered."""
    numbers = [row.number for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            FINISH_ROWS,
            [
                at,
                [row.id for row in rows],
                [batch.results[number] for number in numbers],
                [batch.reason_of(number) for number in numbers],
                [batch.findings.get(number, "") for number in numbers],
                [batch.target_of(number) for number in numbers],
            ],
        )


def forecast_rows(rows: Iterable[RegistrationRow], batch: RegistrationBatch) -> None:
    """Write down what would become of rows, where that is not what stands there."""
    changed = [
        row
        for row in rows
        if (batch.results[row.number], batch.findings.get(row.number, ""))
        != (row.result, row.finding)
    ]
    if not changed:
        return
    numbers = [row.number for row in changed]
    with connection.cursor() as cursor:
        cursor.execute(
            FORECAST_ROWS,
            [
                [row.id for row in changed],
                [batch.results[number] for number in numbers],
                [batch.reason_of(number) for number in numbers],
                [batch.findings.get(number, "") for number in numbers],
            ],
        )
