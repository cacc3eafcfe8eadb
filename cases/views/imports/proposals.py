"""The addresses that rows of a sheet certainly propose, taken for many rows with one press."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from cases import workflow
from cases.models import ImportRow
from cases.row_corrections import suggestions
from corps.models import User
from corps.results import Result

# So many proposals are taken with one press.
MOST_TAKEN = 100


@dataclass(slots=True)
class Proposals:
    """What rows, by their primary keys, propose. by_address: the first rows that each propose one address, by it.
    left: rows that propose one as well, beyond as many as are taken at once. unclear: those that propose none, or
    several. decided: those that a person sent back to the firm."""

    by_address: dict[str, list[int]] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    unclear: list[int] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)


def proposals_of(user: User, ids: list[int], *, undo_decisions: bool) -> Proposals:
    """What these rows propose, in the order of the sheet. One statement.

    undo_decisions: whether rows that a person sent back propose something as well: each was chosen again by itself.
    """
    proposals, taken = Proposals(), 0
    for row in ImportRow.objects.visible_to(user).filter(pk__in=ids).order_by("row"):
        if row.decision == ImportRow.Decision.REFUSED and not undo_decisions:
            proposals.decided.append(row.pk)
            continue
        found = suggestions(row)
        if len(found) != 1:
            proposals.unclear.append(row.pk)
        elif taken == MOST_TAKEN:
            proposals.left.append(row.pk)
        else:
            proposals.by_address.setdefault(found[0], []).append(row.pk)
            taken += 1
    return proposals


def take(user: User, proposals: Proposals) -> list[Result]:
    """Settle the first rows by what they propose: a result for each. One call of the verb for each address."""
    results = []
    for address, rows in proposals.by_address.items():
        results += workflow.settle_rows(rows=rows, actor=user, repair=address)
    return results


def take_each(user: User, ids: list[int]) -> list[Result]:
    """The same with a result for every row: those that are not settled say why."""
    proposals = proposals_of(user, ids, undo_decisions=True)
    unclear = _("Nothing certain can be proposed for this row.")
    left = _(
        "One press takes the first %(most)d proposals; take this one with the next."
    ) % {"most": MOST_TAKEN}
    results = [Result(pk, False, "no-suggestion", unclear) for pk in proposals.unclear]
    results += [Result(pk, False, "proposal-left", left) for pk in proposals.left]
    return results + take(user, proposals)
