"""The lists of this app, each with its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.extensions import notice_annotation
from cases.filters import (
    CaseFilter,
    ClaimFilter,
    ComplaintFilter,
    NamedTargetFilter,
    OfficialRowFilter,
    OfficialTargetFilter,
)
from cases.models import Case, Complaint, ImportRow, Target
from cases.models.targets import TOLD
from cases.states import ComplaintState
from cases.workflow import claims_for, kept_rows, targets_of
from corps.access.decorators import SignedIn
from corps.access.permissions import may
from corps.models import User
from corps.ui.record_lists import RecordList
from corps.ui.tables import SELECT, Column, Table
from listings.addresses import canonical_url
from listings.models import Belonging, Listing
from stores.models import OfficialAccount


class CaseList(RecordList):
    """Cases, newest first, each with how many targets it has in which state."""

    table = Table(
        "cases",
        Column("number", _("Number"), "w128", fixed=True),
        Column("title", _("Title"), fixed=True),
        Column("document", _("Document number"), "w192"),
        Column("firm", _("Firm"), "w112"),
        Column("state", _("State"), "w96", fixed=True),
        Column("targets", _("Targets"), "w80", "n"),
        Column("to_check", _("To check"), "w80", "n"),
        Column("verified", _("Verified"), "w80", "n"),
        Column("due", _("Due"), "w224"),
    )
    filterset = CaseFilter

    def records(self) -> QuerySet[Case]:
        return Case.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("firm", "campaign", "unit", "handling_deadline")

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False

    def present(self, rows: Sequence[Case]) -> list[tuple[Case, dict[str, int]]]:
        """Each case with its targets by state, and all of them as "total"."""
        counts = _target_counts([case.pk for case in rows])
        return [(case, counts.get(case.pk, {})) for case in rows]


def _target_counts(cases: list[int]) -> dict[int, dict[str, int]]:
    counted: dict[int, dict[str, int]] = {}
    rows = (
        Target.objects.filter(case__in=cases)
        .order_by()
        .values_list("case", "state")
        .annotate(Count("pk"))
    )
    for case, state, count in rows:
        of_case = counted.setdefault(case, {"total": 0})
        of_case[state] = count
        of_case["total"] += count
    return counted


class ComplaintList(RecordList):
    """Complaints, newest first; those that are accepted can be picked to make a case of."""

    table = Table(
        "complaints",
        Column("pick", _("Select"), "w40", "sel", fixed=True),
        Column("number", _("Number"), "w128", fixed=True),
        Column("received", _("Received on"), "w96"),
        Column("firm", _("Firm"), "w112"),
        Column("subject", _("Subject of the letter"), fixed=True),
        Column("sheet", _("Sheet"), "w192"),
        Column("rows", _("Row count"), "w80", "n"),
        Column("state", _("State"), "w112", fixed=True),
        Column("case", _("Case"), "w128"),
    )
    filterset = ComplaintFilter

    def records(self) -> QuerySet[Complaint]:
        return Complaint.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("firm", "case", "sheet_import", "verify_deadline")

    @cached_property
    def may_open(self) -> bool:
        """Whether the person may make a case of some on this page."""
        accepted = ComplaintState.ACCEPTED
        openable = any(complaint.state == accepted for complaint in self.page)
        return openable and may(self.user, "cases.open_case")

    def without(self) -> set[str]:
        if self.may_open:
            return set()
        return {"pick"}


@dataclass(frozen=True, slots=True)
class Named:
    """A target as a firm may know it: its state, and besides only what the own rows say and what was seen since the
    first of them. seen: a word, empty where nobody looked since; seen_at: when."""

    target: Target
    title: str
    complaint: Complaint
    seen: Any
    seen_at: datetime | None


class NamedTargetList(RecordList):
    """What the own firm named, whoever named it first, newest first."""

    table = Table(
        "named",
        Column("id", _("Id"), "w160", fixed=True),
        Column("title", _("Title"), fixed=True),
        Column("platform", _("Platform"), "w112"),
        Column("complaint", _("Complaint"), "w128"),
        Column("state", _("State"), "w144", fixed=True),
        Column("since", _("Last seen"), "w160"),
    )
    filterset = NamedTargetFilter

    def records(self) -> QuerySet[Any]:
        return Target.objects.visible_to(self.user).annotate(told=TOLD)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("platform", "listing", "store", "case")

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False

    def present(self, rows: Sequence[Target]) -> list[Named]:
        """The targets with the own firm's first row on each; one statement."""
        own_rows = ImportRow.objects.visible_to(self.user).filter(
            target__in=[target.pk for target in rows]
        )
        first: dict[int | None, ImportRow] = {}
        for row in own_rows.select_related("sheet_import__complaint").order_by(
            "registered_at", "pk"
        ):
            first.setdefault(row.target_id, row)
        return [_named(target, first[target.pk]) for target in rows]


def _named(target: Target, row: ImportRow) -> Named:
    since = row.registered_at
    is_told = (
        target.seen_at is not None and since is not None and target.seen_at >= since
    )
    name = "store_name" if target.kind == Target.Kind.STORE else "title"
    return Named(
        target=target,
        title=row.cells.get(name, ""),
        complaint=row.sheet_import.complaint,
        seen=target.get_seen_display() if is_told else "",
        seen_at=target.seen_at if is_told else None,
    )


class ClaimList(RecordList):
    """Claims of belonging that wait, oldest first, each with what it touches."""

    table = Table(
        "claims",
        SELECT,
        Column("listing", _("Listing"), "w224", fixed=True),
        Column("store", _("Claimed to be in"), fixed=True),
        Column("source", _("Claimed by"), "w224"),
        Column("target", _("What becomes of it"), "w192", fixed=True),
        Column("case", _("Case"), "w128"),
        Column("effect", _("Effect"), "w128"),
    )
    filterset = ClaimFilter
    order = ("id",)

    def records(self) -> QuerySet[Belonging]:
        return claims_for(self.user).filter(state=Belonging.State.UNJUDGED)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("platform", "firm")

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False

    def present(self, rows: Sequence[Belonging]) -> list[dict[str, Any]]:
        return _with_what_they_touch(rows, self.user)


def accounts_of(stores: set[str]) -> dict[tuple[int, str], OfficialAccount]:
    """The registered accounts with these ids, by platform and id."""
    accounts = (
        OfficialAccount.objects.protecting()
        .filter(canonical_id__in=stores)
        .select_related("firm")
    )
    return {
        (account.platform_id, account.canonical_id): account for account in accounts
    }


def _with_what_they_touch(
    claims: Sequence[Belonging], user: User
) -> list[dict[str, Any]]:
    """Claims with what they touch; four statements."""
    ids = {claim.listing_id for claim in claims}
    listings = {
        (listing.platform_id, listing.canonical_id): listing
        for listing in Listing.objects.visible_to(user).filter(canonical_id__in=ids)
    }
    targets = {
        target.listing_id: target
        for target in Target.objects.visible_to(user)
        .filter(listing__in=[listing.pk for listing in listings.values()])
        .select_related("case")
    }
    complaints = Complaint.objects.in_bulk(
        [claim.complaint for claim in claims if claim.complaint]
    )
    accounts = accounts_of({claim.store_id for claim in claims})
    rows = []
    for claim in claims:
        listing = listings.get((claim.platform_id, claim.listing_id))
        rows.append(
            {
                "claim": claim,
                "url": canonical_url(claim.platform.slug, "listing", claim.listing_id),
                "target": targets.get(listing.pk) if listing else None,
                "complaint": complaints.get(claim.complaint or 0),
                "account": accounts.get((claim.platform_id, claim.store_id)),
            }
        )
    return rows


class OfficialTargetList(RecordList):
    """The targets of an official account that the person may see, newest first."""

    table = Table(
        "official_targets",
        Column("id", _("Id"), "w192", fixed=True),
        Column("title", _("Title, as claimed"), fixed=True),
        Column("kind", _("Kind"), "w96"),
        Column("case", _("Case"), "w144"),
        Column("notice", _("Notice"), "w144"),
        Column("state", _("State"), "w144", fixed=True),
        Column("counts", _("Counts"), "w80", "n"),
    )
    filterset = OfficialTargetFilter

    def __init__(self, request: SignedIn, *, account: OfficialAccount) -> None:
        super().__init__(request)
        self.account = account

    @cached_property
    def ids(self) -> list[int]:
        """The targets of the account, whoever may see them."""
        lots = targets_of(self.account)
        return [target for lot in lots for target in lot.values_list("pk", flat=True)]

    def records(self) -> QuerySet[Target]:
        return Target.objects.visible_to(self.user).filter(pk__in=self.ids)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        bound = notice_annotation.sole(found)
        return bound.select_related("listing", "store", "case")

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False

    @property
    def elsewhere(self) -> int:
        """How many the person may not see."""
        return len(self.ids) - self.records().count()


class OfficialRowList(RecordList):
    """The rows of sheets from which nothing was registered because of an account, newest first."""

    table = Table(
        "official_rows",
        Column("row", _("Row"), "w80", "n", fixed=True),
        Column("address", _("Address"), fixed=True),
        Column("complaint", _("Complaint"), "w160", fixed=True),
        Column("case", _("Case"), "w144"),
        Column("decision", _("Decision"), "w160"),
    )
    filterset = OfficialRowFilter

    def __init__(self, request: SignedIn, *, account: OfficialAccount) -> None:
        super().__init__(request)
        self.account = account

    def records(self) -> QuerySet[ImportRow]:
        kept = kept_rows(self.account)
        return ImportRow.objects.visible_to(self.user).filter(pk__in=kept.values("pk"))

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("sheet_import__complaint__case")

    @cached_property
    def count(self) -> int:
        return self.found.count()

    def total(self) -> tuple[int, bool]:
        return self.count, False

    @property
    def elsewhere(self) -> int:
        """How many the person may not see."""
        return kept_rows(self.account).count() - self.count
