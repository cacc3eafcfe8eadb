"""What cases know of a store: who named things in it, in which cases, and what was said and seen of each listing."""

from collections.abc import Sequence

from django.db.models import Count, Min, QuerySet
from django.urls import reverse

from cases.filters import in_store
from cases.models import Case, Complaint, ImportRow, Target
from cases.states import TargetState
from cases.target_rows import AGAINST, is_against
from corps.models import User
from firms.models import Firm
from stores.extensions import Counted, ListingLine, Portrait
from stores.models import Store
from stores.store_pages import in_shares


def targets_in(store: Store, user: User) -> QuerySet[Target]:
    """The store itself and the listings in it, as far as a person may see them and nobody dropped them."""
    return (
        Target.objects.visible_to(user)
        .filter(in_store(store.pk))
        .exclude(state=TargetState.DROPPED)
    )


def tell_portrait(
    portrait: Portrait, store: Store, user: User, listings: Sequence[int]
) -> None:
    """Counts, firms, cases and listings; five statements."""
    targets = targets_in(store, user)
    counts = targets.aggregate(
        count=Count("pk"), first=Min("reported_at"), against=Count("pk", filter=AGAINST)
    )
    portrait.targets, portrait.first_named = counts["count"], counts["first"]
    portrait.contradictions = counts["against"]
    portrait.firms = in_shares(_firms(targets, user))
    portrait.mentions = sum(firm.count for firm in portrait.firms)
    portrait.cases = _cases(targets, store, user)
    shown = targets.filter(listing__in=listings).select_related("firm")
    portrait.listings = {
        target.listing_id: _line(target) for target in shown if target.listing_id
    }


def _firms(targets: QuerySet[Target], user: User) -> list[Counted]:
    """How many of the targets each firm named in complaints that the person may see, whoever named them first."""
    complaints = Complaint.objects.visible_to(user).values("pk")
    rows = ImportRow.objects.filter(
        target__in=targets.values("pk"), sheet_import__complaint__in=complaints
    )
    counted = (
        rows.order_by()
        .values_list("sheet_import__complaint__firm")
        .annotate(count=Count("target", distinct=True))
        .order_by("-count")
    )
    firms = {firm.pk: firm for firm in Firm.objects.visible_to(user)}
    return [
        Counted(
            firms[pk].short_label, count, reverse("firms:firm", args=[firms[pk].code])
        )
        for pk, count in counted
        if pk in firms
    ]


def _cases(targets: QuerySet[Target], store: Store, user: User) -> list[Counted]:
    counted = dict(
        targets.order_by()
        .filter(case__isnull=False)
        .values_list("case")
        .annotate(Count("pk"))
    )
    cases = Case.objects.visible_to(user).filter(pk__in=counted)
    rows = [
        Counted(
            case.number,
            counted[case.pk],
            f"{case.get_absolute_url()}?store={store.pk}",
            case.title,
        )
        for case in cases
    ]
    return sorted(rows, key=lambda row: -row.count)


def _line(target: Target) -> ListingLine:
    return ListingLine(
        url=reverse("cases:target", args=[target.pk]),
        firm=target.firm.short_label,
        claim=target.get_claim_display(),
        claim_at=target.claim_at,
        seen=target.get_seen_display(),
        seen_at=target.seen_at,
        is_against=is_against(target.state, target.seen),
    )
