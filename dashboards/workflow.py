"""The rollup made anew, and the proof that rollup, ledger and targets say the same."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from cases.states import TARGET_STATES
from corps.audit.recording import record
from corps.deadlines.clock import now
from corps.models import User
from corps.states import Counted
from dashboards.models import Recount
from notices.models import LedgerEntry

# One statement sees one moment, whatever others commit meanwhile. Each part yields: what, where, expected, found.
NEVER_COUNTED = ", ".join(f"'{s}'" for s in TARGET_STATES.counted(Counted.NEVER))
DIFFERENCES = f"""
WITH sums AS (
    SELECT target_id, sum(sign) AS net FROM notices_outcome GROUP BY target_id
), ledger AS (
    SELECT case_id, (at AT TIME ZONE 'Asia/Shanghai')::date AS day, platform_id, firm_id,
           sum(sign) FILTER (WHERE kind = 'listing_removed') AS listings_removed,
           sum(sign) FILTER (WHERE kind = 'store_shut') AS stores_shut,
           count(*) FILTER (WHERE kind = 'repeat_removal') AS repeat_removals,
           count(*) FILTER (WHERE kind = 'relisting') AS relistings,
           count(*) FILTER (WHERE sign < 0) AS corrections
    FROM (SELECT case_id, at, platform_id, firm_id, kind, sign FROM notices_outcome
          UNION ALL SELECT case_id, at, platform_id, firm_id, kind, 0 FROM notices_recurrence) entries
    GROUP BY 1, 2, 3, 4
)
SELECT 'target' AS what, 'target ' || coalesce(target.id, sums.target_id) AS place,
       coalesce(sums.net, 0)::text AS expected, coalesce(target.is_counted::int::text, 'no such target') AS found
FROM cases_target target FULL JOIN sums ON sums.target_id = target.id
WHERE coalesce(sums.net, 0) IS DISTINCT FROM target.is_counted::int
UNION ALL
SELECT 'verified', 'target ' || target.id, '1', coalesce(sums.net, 0)::text
FROM cases_target target LEFT JOIN sums ON sums.target_id = target.id
WHERE target.state = 'verified' AND coalesce(sums.net, 0) <> 1
UNION ALL
SELECT 'state', 'target ' || id, 'not counted', state
FROM cases_target WHERE is_counted AND state IN ({NEVER_COUNTED})
UNION ALL
SELECT 'platform', 'outcome ' || entry.id, 'platform ' || target.platform_id, 'platform ' || entry.platform_id
FROM notices_outcome entry JOIN cases_target target ON target.id = entry.target_id
WHERE entry.platform_id <> target.platform_id
UNION ALL
SELECT 'kind', 'outcome ' || entry.id, target.kind, entry.kind
FROM notices_outcome entry JOIN cases_target target ON target.id = entry.target_id
WHERE (entry.kind = 'store_shut') <> (target.kind = 'store')
UNION ALL
SELECT 'proof', 'outcome ' || entry.id, 'a check that saw it gone', coalesce(proof.seen, 'none')
FROM notices_outcome entry LEFT JOIN notices_check proof ON proof.id = entry.check_row_id
WHERE entry.cause = 'verification' AND proof.seen IS DISTINCT FROM 'gone'
UNION ALL
SELECT 'recurrence', 'recurrence ' || again.id, CASE again.kind WHEN 'relisting' THEN 'live' ELSE 'gone' END, proof.seen
FROM notices_recurrence again JOIN notices_check proof ON proof.id = again.check_row_id
WHERE (again.kind = 'relisting') <> (proof.seen = 'live') OR proof.seen = 'unreachable'
UNION ALL
SELECT 'recurrence', 'target ' || target_id, 'no more repeat removals than relistings',
       count(*) FILTER (WHERE kind = 'repeat_removal') || ' after ' || count(*) FILTER (WHERE kind = 'relisting')
FROM notices_recurrence GROUP BY target_id
HAVING count(*) FILTER (WHERE kind = 'repeat_removal') > count(*) FILTER (WHERE kind = 'relisting')
UNION ALL
SELECT 'rollup', format('case %s, %s, platform %s, firm %s', case_id, day, platform_id, firm_id),
       concat_ws(' ', coalesce(ledger.listings_removed, 0), coalesce(ledger.stores_shut, 0),
                 coalesce(ledger.repeat_removals, 0), coalesce(ledger.relistings, 0), coalesce(ledger.corrections, 0)),
       concat_ws(' ', coalesce(kept.listings_removed, 0), coalesce(kept.stores_shut, 0),
                 coalesce(kept.repeat_removals, 0), coalesce(kept.relistings, 0), coalesce(kept.corrections, 0))
FROM ledger FULL JOIN dashboards_rollup kept USING (case_id, day, platform_id, firm_id)
WHERE (coalesce(ledger.listings_removed, 0), coalesce(ledger.stores_shut, 0), coalesce(ledger.repeat_removals, 0),
       coalesce(ledger.relistings, 0), coalesce(ledger.corrections, 0))
      IS DISTINCT FROM
      (kept.listings_removed, kept.stores_shut, kept.repeat_removals, kept.relistings, kept.corrections)
ORDER BY what, place"""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two places that should say the same and do not.

    what: "target" (its entries do not sum to what it says, or it is gone), "verified", "state" (it counts in a state
    that nothing counted has), "platform", "kind", "proof", "recurrence" or "rollup" (the five counts of a day:
    listings, stores, repeat removals, relistings, corrections).
    """

    what: str
    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"{self.what}: {self.where}: expected {self.expected}, found {self.found}"
        )


def compare() -> list[Difference]:
    """Every difference between ledger, targets and rollup at this moment; none if all is as it should be.

    Reads the whole ledger and every target once.
    """
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES)
        return [Difference(*row) for row in cursor.fetchall()]


@transaction.atomic
def recount(
    *, actor: User | None = None, at: datetime | None = None
) -> list[Difference]:
    """`compare`, and a note of what it found, which the dashboard shows. actor: None for a command."""
    at = at or now()
    differences = compare()
    noted = Recount.objects.create(
        at=at, entries=LedgerEntry.objects.count(), differences=len(differences)
    )
    if differences:
        shown = [str(difference) for difference in differences[:20]]
        record(
            actor,
            "numbers.differ",
            noted,
            at=at,
            differences=len(differences),
            first=shown,
        )
    return differences


@transaction.atomic
def rebuild_rollup(*, actor: User | None = None, at: datetime | None = None) -> int:
    """Make the rollup anew from the ledger; the number of its rows. Nothing can be counted meanwhile.

    actor: None for a command.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT dashboards_rebuild_rollup()")
        rows = cursor.fetchone()[0]
    record(actor, "rollup.rebuilt", None, at=at or now(), rows=rows)
    return rows
