"""Targets carried over: from a complaint or a case that ended to the next complaint that names them, and its case.

A target belongs to the first living complaint that named it. A complaint lives unless it was refused or withdrawn, or
its case was withdrawn, transferred, archived or not filed. What is finished stays where it is, and so does what a
notice names, in draft or issued: the case that asked for it decides on it. That is carried over once it is `reported`
or `relisted` again and in no draft.

The lock of the registry is held by every act that ends a complaint or a case, puts a complaint into a case, or
registers a row. So none of them can miss what another has just written.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.extensions import draft_checks
from cases.models import Case, Complaint, ImportRow, Target
from cases.states import ENDED_CASE, ENDED_COMPLAINT, MAY_CARRY_OVER
from cases.workflow.notifications import tell_officers
from corps.audit.recording import record_alike
from corps.database.locking import locked
from corps.deadlines.clock import now
from corps.models import User
from listings.workflow import lock_registry

# At most so many are carried over by one run of the maintenance.
MOST_AT_ONCE = 5000

# Why a target left its complaint or case: codes of the audit.
REASONS: dict[str, Any] = {
    "complaint_refused": _("its complaint was refused"),
    "complaint_withdrawn": _("its complaint was withdrawn"),
    "complaint_moved": _("its complaint went to another case"),
    "case_not_filed": _("its case was not filed"),
    "case_archived": _("its case is archived"),
    "case_transferred": _("its case was transferred"),
    "case_withdrawn": _("its case was withdrawn"),
    "taken_up": _("it was taken up in another case"),
    "import_undone": _("the import that named it was undone"),
}

# Of wanted targets, those that lie with an ended complaint or case, or not where their complaint is, and where they
# belong: with their own complaint if it lives, otherwise with the first living one that names them. What nobody living
# names is left out.
MISPLACED = """
SELECT target.id, holder.number, home.number, heir.complaint, heir.number, heir.home, heir.home_number,
       CASE WHEN target.id = ANY(%(released)s) THEN 'import_undone'
            WHEN holder.state = ANY(%(ended_complaint)s) THEN 'complaint_' || holder.state
            WHEN home.state = ANY(%(ended_case)s) THEN 'case_' || home.state
            WHEN own.state = ANY(%(ended_case)s) THEN 'case_' || own.state
            ELSE 'complaint_moved' END
FROM cases_target target
LEFT JOIN cases_complaint holder ON holder.id = target.complaint_id
LEFT JOIN cases_case own ON own.id = holder.case_id
LEFT JOIN cases_case home ON home.id = target.case_id
CROSS JOIN LATERAL (
    SELECT complaint.id AS complaint, complaint.number, complaint.case_id AS home, into_case.number AS home_number
    FROM cases_importrow row
    JOIN cases_sheetimport sheet ON sheet.id = row.sheet_import_id
    JOIN cases_complaint complaint ON complaint.id = sheet.complaint_id
    LEFT JOIN cases_case into_case ON into_case.id = complaint.case_id
    WHERE row.target_id = target.id AND complaint.state <> ALL(%(ended_complaint)s)
      AND (into_case.id IS NULL OR into_case.state <> ALL(%(ended_case)s))
    ORDER BY complaint.id IS DISTINCT FROM holder.id, row.registered_at, complaint.id
    LIMIT 1
) heir
WHERE target.id = ANY(%(targets)s) AND target.state = ANY(%(may_carry_over)s)
  AND (holder.state = ANY(%(ended_complaint)s) OR own.state = ANY(%(ended_case)s) OR home.state = ANY(%(ended_case)s)
       OR holder.id IS NOT NULL AND target.case_id IS DISTINCT FROM holder.case_id OR target.id = ANY(%(released)s))
  AND (heir.complaint, heir.home) IS DISTINCT FROM (target.complaint_id, target.case_id)
ORDER BY target.id"""

CARRY_OVER = """
UPDATE cases_target target SET complaint_id = heir.complaint, case_id = heir.home
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS heir (target, complaint, home)
WHERE target.id = heir.target"""


class CarryOver(NamedTuple):
    """A target that lies wrongly, and where it belongs. *_number: of complaint or case, None where there is none.

    complaint, case: primary keys of where it goes; reason: a code of REASONS.
    """

    target: int
    old_complaint_number: str | None
    old_case_number: str | None
    complaint: int
    complaint_number: str
    case: int | None
    case_number: str | None
    reason: str

    @property
    def way(self) -> str:
        """From where to where, by numbers: of cases, or of complaints where one is in no case or the case stays."""
        old = self.old_case_number or self.old_complaint_number
        new = self.case_number or self.complaint_number
        if old == new:
            old, new = self.old_complaint_number, self.complaint_number
        return f"{old} → {new}"


def held_by(**of: Any) -> Iterable[int]:
    """Ids of the targets of a complaint or a case (`complaint`, `case`) that may be carried over."""
    return Target.objects.filter(state__in=MAY_CARRY_OVER, **of).values_list(
        "pk", flat=True
    )


def named_by(complaints: Iterable[Complaint]) -> Iterable[int]:
    """Ids of the targets named by rows of these complaints that may be carried over, wherever they lie."""
    rows = ImportRow.objects.filter(
        sheet_import__complaint__in=list(complaints), target__isnull=False
    )
    return Target.objects.filter(
        state__in=MAY_CARRY_OVER, pk__in=rows.values("target")
    ).values_list("pk", flat=True)


def misplaced(
    targets: Iterable[int], released: Collection[int] = ()
) -> list[CarryOver]:
    """Those of the targets that lie with an ended complaint or case, or not in the case of their complaint, although a
    living complaint names them and no notice holds them; with where they belong, by id. Two statements at most.

    released: those that their complaint may not name any more; they belong to the first living one that names them.
    """
    values: dict[str, list[Any]] = {
        "targets": list(targets),
        "may_carry_over": list(MAY_CARRY_OVER),
        "ended_complaint": list(ENDED_COMPLAINT),
        "ended_case": list(ENDED_CASE),
        "released": list(released),
    }
    with connection.cursor() as cursor:
        cursor.execute(MISPLACED, values)
        moves = [CarryOver(*row) for row in cursor.fetchall()]
    if not moves:
        return []
    in_drafts = {
        pk for check in draft_checks for pk in check([move.target for move in moves])
    }
    return [move for move in moves if move.target not in in_drafts]


def carry_over(
    targets: Iterable[int],
    *,
    actor: User | None,
    at: datetime,
    wait: bool = True,
    released: Collection[int] = (),
) -> int:
    """Carry over those of the targets that are `misplaced`, with the audit telling both threads and the officers of the
    cases that they come into being told; how many.

    wait: whether the caller holds `lock_registry` and no row but its own complaint or case. Otherwise it waits for
    nobody: a target that somebody holds just now, or whose next case they do, is left to the maintenance
    (`carry_over_ended`). released: as for `misplaced`. A fixed number of statements, besides a few for each way that
    targets go.
    """
    moves = misplaced(targets, released)
    if not moves:
        return 0
    cases = Case.objects.filter(pk__in={move.case for move in moves}).order_by("pk")
    into = {case.pk: case for case in locked(cases, skip_locked=not wait)}
    ids = [move.target for move in moves if move.case is None or move.case in into]
    free = locked(
        Target.objects.filter(pk__in=ids).order_by("pk"), skip_locked=not wait
    )
    before = {target.pk: target.thread for target in free}
    going = [
        move
        for move in misplaced(before, released)
        if move.case is None or move.case in into
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            CARRY_OVER,
            [
                [move.target for move in going],
                [move.complaint for move in going],
                [move.case for move in going],
            ],
        )
    _record(going, before, actor, at)
    _tell(going, into, actor)
    return len(going)


def _record(
    going: list[CarryOver], before: dict[int, str], actor: User | None, at: datetime
) -> None:
    """What left is told in the old thread, what came in the new one; a change of complaint within a case, once."""
    ways: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for move in going:
        after = f"case:{move.case}" if move.case else f"complaint:{move.complaint}"
        ways[before[move.target], after, move.way, move.reason].append(move.target)
    for (old, new, way, reason), ids in ways.items():
        if old != new:
            record_alike(
                actor,
                "target.passed_on",
                Target,
                ids,
                at=at,
                thread=old,
                way=way,
                why=reason,
            )
        record_alike(
            actor,
            "target.taken_over",
            Target,
            ids,
            at=at,
            thread=new,
            way=way,
            why=reason,
        )


def _tell(going: list[CarryOver], into: dict[int, Case], actor: User | None) -> None:
    """Tell the officers of each case how many targets came into it, from where and why."""
    counts = Counter(
        (
            move.case,
            move.old_case_number or move.old_complaint_number,
            move.reason,
        )
        for move in going
        if move.case is not None and move.case_number != move.old_case_number
    )
    for (case, old, reason), count in counts.items():
        told = format_lazy(
            _("{count} targets came into case {number} from {old}: {why}."),
            count=count,
            number=into[case].number,
            old=old,
            why=REASONS[reason],
        )
        tell_officers(into[case], actor, told)


def ended_targets() -> QuerySet[Target]:
    """Targets that may be carried over, whose complaint was refused or withdrawn or whose case ended, and which a
    living complaint names: empty but for what the maintenance has still to carry over, or a draft holds."""
    open_case = Q(sheet_import__complaint__case=None) | ~Q(
        sheet_import__complaint__case__state__in=ENDED_CASE
    )
    rows = ImportRow.objects.filter(open_case, target=OuterRef("pk"))
    living = Exists(rows.exclude(sheet_import__complaint__state__in=ENDED_COMPLAINT))
    targets = Target.objects.filter(living, state__in=MAY_CARRY_OVER)
    of_complaints = Complaint.objects.filter(state__in=ENDED_COMPLAINT).values("pk")
    of_cases = Case.objects.filter(state__in=ENDED_CASE).values("pk")
    # Two searches, each by its index: joined by OR they would read every target.
    return targets.filter(complaint__in=of_complaints).union(
        targets.filter(case__in=of_cases)
    )


def carry_over_ended() -> int:
    """For the maintenance: carry over what an act could not itself, since somebody held the case; how many."""
    ids = list(ended_targets().values_list("pk", flat=True)[:MOST_AT_ONCE])
    if not misplaced(ids):
        return 0
    with transaction.atomic():
        lock_registry()
        return carry_over(ids, actor=None, at=now())


def misplaced_targets() -> Iterator[CarryOver]:
    """Of all targets those that are `misplaced`, by id: for the check. Two statements for each MOST_AT_ONCE."""
    last = 0
    targets = (
        Target.objects.filter(state__in=MAY_CARRY_OVER)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    while ids := list(targets.filter(pk__gt=last)[:MOST_AT_ONCE]):
        yield from misplaced(ids)
        last = ids[-1]


def carry_over_all() -> int:
    """Carry over all that is misplaced, as the maintenance does with what it can find by an index; how many."""
    moves = [move.target for move in misplaced_targets()]
    count = 0
    for start in range(0, len(moves), MOST_AT_ONCE):
        with transaction.atomic():
            lock_registry()
            count += carry_over(
                moves[start : start + MOST_AT_ONCE], actor=None, at=now()
            )
    return count
