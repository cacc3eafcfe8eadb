"""Claims of belonging as rows bring them: how many of a firm's take effect, and who is told of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Complaint, Target
from corps.access.limits import limits
from corps.audit.origin import current
from corps.deadlines.clock import now
from corps.models import Notification, User
from corps.workflow import announce, notify_many
from firms.models import Firm
from listings.models import Belonging
from listings.workflow import Pair, Registry, put_in_effect
from stores.models import OfficialAccount

LIMIT = "claims.firm"
# A firm whose claims were refused so many times within this span makes none that take effect without a person.
REFUSALS = 2
REFUSED_WITHIN = timedelta(days=90)


def allowance_of(firm: int | None) -> int:
    """How many claims of a firm may take effect now, by its primary key. Two statements."""
    if firm is None or is_barred(firm):
        return 0
    unjudged = Belonging.objects.in_effect().filter(firm=firm).count()
    return max(0, limits()[LIMIT].most - unjudged)


def is_barred(firm: int) -> bool:
    """Whether a firm's claims take effect only once a person admits them: some were refused twice in 90 days.

    What is refused in one act counts once.
    """
    refused = Belonging.objects.filter(firm=firm, state=Belonging.State.REFUSED)
    recently = refused.filter(judged_at__gte=now() - REFUSED_WITHIN)
    return (
        recently.order_by().values("judged_at", "judged_by").distinct().count()
        >= REFUSALS
    )


def tell_of_claims(
    complaint: Complaint,
    claims: Mapping[Pair, tuple[int, bool]],
    registry: Registry,
    actor: User,
) -> None:
    """Tell the officers of every case that new claims of a sheet touch, and an administrator of those without effect.

    claims: pair → (row, whether it takes effect). One line for each case, and for each sheet; not of a replay.
    """
    if current().is_replay:
        return
    effective = {
        listing
        for (listing, _store), (_row, takes_effect) in claims.items()
        if takes_effect
    }
    listings = [pk for listing in effective if (pk := registry.listings.get(listing))]
    _tell_officers(complaint, listings, actor)
    without_effect = sum(not takes_effect for _row, takes_effect in claims.values())
    if without_effect:
        _tell_administrators(complaint.firm, without_effect)


def _tell_officers(complaint: Complaint, listings: Iterable[int], actor: User) -> None:
    """Tell the officers of each case that has targets among the claimed listings, naming the sheet that says so."""
    targets = Target.objects.filter(
        listing__in=listings, case__isnull=False
    ).select_related("case")
    touched: Counter[Any] = Counter(target.case for target in targets)
    for case, count in touched.items():
        announce(
            "belonging.claimed",
            case,
            actor=actor,
            url=f"{reverse('cases:claims')}?case={case.number}",
            count=count,
            firm=str(complaint.firm),
            complaint=complaint.number,
            number=case.number,
        )


def _tell_administrators(firm: Firm, count: int) -> None:
    """One line for a sheet, or an account, with so many claims of a firm that take no effect yet."""
    administrators = User.objects.in_scope(User.Scope.SYSTEM).filter(is_active=True)
    said = _(
        "{count} claims of belonging of {firm} take no effect until an officer admits them"
    )
    url = reverse("firms:firm", args=[firm.code])
    _tell_once(administrators, format_lazy(said, count=count, firm=firm), url)


# What was only claimed of an account's store becomes claims that wait; the source is the first row that says so.
CLAIMS_OF_ACCOUNT = """
INSERT INTO listings_belonging
    (platform_id, listing_id, store_id, state, in_effect, firm_id, complaint, row)
SELECT listing.platform_id, listing.canonical_id, store.canonical_id, 'unjudged', source.firm_id IS NULL,
       source.firm_id, source.complaint_id, source.row
FROM stores_store store
JOIN listings_listing listing ON listing.claimed_store_id = store.id AND listing.store_id IS NULL
LEFT JOIN LATERAL (
    SELECT complaint.firm_id, sheet.complaint_id, said.row
    FROM cases_target target
    JOIN cases_importrow said ON said.target_id = target.id AND said.store_id = store.canonical_id
    JOIN cases_sheetimport sheet ON sheet.id = said.sheet_import_id
    JOIN cases_complaint complaint ON complaint.id = sheet.complaint_id
    WHERE target.listing_id = listing.id
    ORDER BY said.id LIMIT 1) source ON true
WHERE store.platform_id = %s AND store.canonical_id = %s
ORDER BY listing.id
ON CONFLICT DO NOTHING
RETURNING id, firm_id"""


def take_up_claims(account: OfficialAccount) -> None:
    """Have somebody judge what rows said of a store before it was registered as an official account.

    Of each firm as many take effect as if its rows were read now; an administrator is told of the rest.
    """
    by_firm: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(CLAIMS_OF_ACCOUNT, [account.platform_id, account.canonical_id])
        for claim, firm in cursor.fetchall():
            if firm is not None:
                by_firm.setdefault(firm, []).append(claim)
    for firm, claims in by_firm.items():
        most = allowance_of(firm)
        put_in_effect(sorted(claims)[:most])
        if len(claims) > most and not current().is_replay:
            _tell_administrators(Firm.objects.get(pk=firm), len(claims) - most)


def _tell_once(people: Any, text: Any, url: str) -> None:
    """Notify those who have no unread line about the same yet: a sheet comes in many parts."""
    unread = Notification.objects.filter(url=url, read_at=None)
    notify_many(people.exclude(pk__in=unread.values("user")), text, url)
