"""The lists of this app, each with its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, Self

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from cases import target_history
from cases.extensions import notice_annotation
from cases.filters import (
    AnsweredTargetFilter,
    CaseFilter,
    ClaimFilter,
    ComplaintFilter,
    NamedTargetFilter,
    OfficialRowFilter,
    OfficialTargetFilter,
)
from cases.models import Case, Complaint, ImportRow, SheetImport, Target
from cases.models.targets import TOLD
from cases.states import ANSWERED_TARGET, OVER_CASE, ComplaintState, TargetState
from cases.workflow import claims_for, kept_rows, targets_of
from corps.access.decorators import SignedIn
from corps.access.permissions import may
from corps.models import User
from corps.ui.record_lists import RecordList
from corps.ui.tables import SELECT, Column, Table
from listings.addresses import canonical_url
from listings.models import Belonging, Listing
from stores.models import OfficialAccount

THING_ID = Coalesce("listing__canonical_id", "store__canonical_id")
# What sorts below every day.
FAR = Value(target_history.FAR)


class CaseRow(NamedTuple):
    """A case with its targets by state, and all of them as "total"."""

    case: Case
    counts: dict[str, int]

    @property
    def targets(self) -> int:
        return self.counts.get("total", 0)

    @property
    def to_check(self) -> int:
        return self.counts.get(TargetState.CLAIMED, 0)

    @property
    def verified(self) -> int:
        return self.counts.get(TargetState.VERIFIED, 0)


def _handled_by(row: CaseRow) -> Any:
    """The last day of its handling, as long as it is handled."""
    deadline = row.case.handling_deadline
    if deadline is None or row.case.state in OVER_CASE:
        return ""
    return deadline.due_on


def _targets_in(*states: str) -> Any:
    """How many targets of a case are in one of these states; of all without any."""
    targets = Target.objects.filter(case=OuterRef("pk"))
    if states:
        targets = targets.filter(state__in=states)
    counted = (
        targets.order_by().values("case").annotate(count=Count("pk")).values("count")
    )
    return Coalesce(Subquery(counted), 0)


class CaseList(RecordList):
    """Cases, newest first, each with how many targets it has in which state."""

    title = _("Cases")
    table = Table(
        "cases",
        Column(
            "number",
            _("Number"),
            "w128",
            fixed=True,
            order="number",
            is_indexed=True,
            value="case.number",
        ),
        Column("title", _("Title"), fixed=True, order="title", value="case.title"),
        Column(
            "document",
            _("Document number"),
            "w192",
            order="document_number",
            value="case.document_number",
        ),
        Column(
            "firm",
            _("Firm"),
            "w112",
            order="firm__short_name",
            value="case.firm.short_label",
        ),
        Column(
            "state",
            _("State"),
            "w96",
            fixed=True,
            order="state",
            value="case.get_state_display",
        ),
        Column(
            "targets", _("Targets"), "w80", "n", order=_targets_in(), value="targets"
        ),
        Column(
            "to_check",
            _("To check"),
            "w80",
            "n",
            order=_targets_in(TargetState.CLAIMED),
            value="to_check",
        ),
        Column(
            "verified",
            _("Verified"),
            "w80",
            "n",
            order=_targets_in(TargetState.VERIFIED),
            value="verified",
        ),
        Column("opened", _("Opened"), value="case.opened_at", is_exported_only=True),
        Column(
            "due",
            _("Due"),
            "w224",
            order=Coalesce("handling_deadline__due_on", FAR),
            value=_handled_by,
        ),
    )
    filterset = CaseFilter
    export_route = "cases:export"

    def records(self) -> QuerySet[Case]:
        return Case.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("firm", "campaign", "unit", "handling_deadline")

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False

    def present(self, rows: Sequence[Case]) -> list[CaseRow]:
        counts = _target_counts([case.pk for case in rows])
        return [CaseRow(case, counts.get(case.pk, {})) for case in rows]


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


def _state_of(complaint: Complaint) -> Any:
    """Its state, or that its sheet waits for a look."""
    sheet_import = getattr(complaint, "sheet_import", None)
    if sheet_import is not None and sheet_import.state == SheetImport.State.REVIEW:
        return sheet_import.get_state_display()
    return complaint.get_state_display()


class ComplaintList(RecordList):
    """Complaints, newest first; those that are accepted can be picked to make a case of."""

    title = _("Complaints")
    table = Table(
        "complaints",
        Column("pick", _("Select"), "w40", "sel", fixed=True),
        Column(
            "number",
            _("Number"),
            "w128",
            fixed=True,
            order="number",
            is_indexed=True,
            value="number",
        ),
        Column(
            "received",
            _("Received on"),
            "w96",
            order="received_on",
            value="received_on",
        ),
        Column(
            "firm",
            _("Firm"),
            "w112",
            order="firm__short_name",
            value="firm.short_label",
        ),
        Column(
            "subject",
            _("Subject of the letter"),
            fixed=True,
            order="subject",
            value="subject",
        ),
        Column("sheet", _("Sheet"), "w192", order="sheet_name", value="sheet_name"),
        Column(
            "rows",
            _("Row count"),
            "w80",
            "n",
            order=Coalesce("sheet_import__rows", 0),
            value="sheet_import.rows",
        ),
        Column("state", _("State"), "w112", fixed=True, order="state", value=_state_of),
        Column(
            "case",
            _("Case"),
            "w128",
            order=Coalesce("case__number", Value("")),
            value="case.number",
        ),
    )
    filterset = ComplaintFilter
    export_route = "cases:complaints_export"

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

    title = _("What you named")
    table = Table(
        "named",
        Column(
            "id",
            _("Id"),
            "w160",
            fixed=True,
            order=THING_ID,
            value="target.thing.canonical_id",
        ),
        Column("title", _("Title"), fixed=True, value="title"),
        Column(
            "kind", _("Kind"), value="target.get_kind_display", is_exported_only=True
        ),
        Column("url", _("Address"), value="target.thing.url", is_exported_only=True),
        Column(
            "platform",
            _("Platform"),
            "w112",
            order="platform__name",
            value="target.platform.label",
        ),
        Column("complaint", _("Complaint"), "w128", value="complaint.number"),
        Column(
            "state",
            _("State"),
            "w144",
            fixed=True,
            order="told",
            value="target.as_told.label",
        ),
        Column("since", _("Last seen"), "w160", value="seen"),
        Column("seen_at", _("Seen on"), value="seen_at", is_exported_only=True),
    )
    filterset = NamedTargetFilter
    export_route = "cases:named_export"

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


def _effect_of(row: dict[str, Any]) -> Any:
    if row["claim"].in_effect:
        return _("holds rows")
    return _("none")


class ClaimList(RecordList):
    """Claims of belonging that wait, oldest first, each with what it touches."""

    title = _("Claims of belonging")
    order_words = _("Oldest first")
    table = Table(
        "claims",
        SELECT,
        Column(
            "platform",
            _("Platform"),
            value="claim.platform.label",
            is_exported_only=True,
        ),
        Column(
            "listing",
            _("Listing"),
            "w224",
            fixed=True,
            order="listing_id",
            value="claim.listing_id",
        ),
        Column(
            "store",
            _("Claimed to be in"),
            fixed=True,
            order="store_id",
            value="claim.store_id",
        ),
        Column(
            "account",
            _("Official account"),
            value="account.name",
            is_exported_only=True,
        ),
        Column(
            "source",
            _("Claimed by"),
            "w224",
            order=Coalesce("firm__short_name", Value("")),
            value="claim.firm.short_label",
        ),
        Column(
            "complaint", _("Complaint"), value="complaint.number", is_exported_only=True
        ),
        Column(
            "target",
            _("What becomes of it"),
            "w192",
            fixed=True,
            value="target.get_state_display",
        ),
        Column("case", _("Case"), "w128", value="target.case.number"),
        Column("effect", _("Effect"), "w128", order="in_effect", value=_effect_of),
    )
    filterset = ClaimFilter
    export_route = "cases:claims_export"
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


class OfAccount(RecordList):
    """A list of what an official account touches."""

    def __init__(self, request: SignedIn, *, account: OfficialAccount) -> None:
        super().__init__(request)
        self.account = account

    @classmethod
    def opened(cls, request: SignedIn, pk: int = 0) -> Self:
        """The list of the account with this id. Raises Http404."""
        accounts = OfficialAccount.objects.visible_to(request.user)
        return cls(request, account=get_object_or_404(accounts, pk=pk))

    @property
    def address(self) -> dict[str, Any]:
        return {"pk": self.account.pk}

    @property
    def about(self) -> str:
        return self.account.canonical_id


def _count_of(target: Target) -> int:
    return int(target.is_counted)


class AnsweredTargetList(RecordList):
    """Targets of official accounts that a platform answered or that count, newest first."""

    title = _("Answered or counted, and an official account's")
    table = Table(
        "answered_targets",
        Column(
            "platform",
            _("Platform"),
            "w128",
            order="platform__name",
            value="platform.label",
        ),
        Column(
            "id",
            _("Id"),
            "w224",
            fixed=True,
            order=THING_ID,
            value="thing.canonical_id",
        ),
        Column("title", _("Title, as claimed"), fixed=True, value="thing.__str__"),
        Column("kind", _("Kind"), value="get_kind_display", is_exported_only=True),
        Column(
            "case",
            _("Case"),
            "w144",
            order=Coalesce("case__number", Value("")),
            value="case.number",
        ),
        Column(
            "state",
            _("State"),
            "w144",
            fixed=True,
            order="state",
            value="get_state_display",
        ),
        Column("counts", _("Counts"), "w80", "n", order="is_counted", value=_count_of),
        Column("seen", _("Last seen"), value="seen_at", is_exported_only=True),
    )
    filterset = AnsweredTargetFilter
    export_route = "cases:claims_answered_export"

    def records(self) -> QuerySet[Target]:
        return answered_for(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("listing", "store", "platform", "case")

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False


def answered_for(user: User) -> QuerySet[Target]:
    """Targets of official accounts that a platform answered or that count: an officer decides on each."""
    return Target.objects.visible_to(user).filter(
        Q(state__in=ANSWERED_TARGET) | Q(is_counted=True), is_official=True
    )


class OfficialTargetList(OfAccount):
    """The targets of an official account that the person may see, newest first."""

    title = _("Targets of the account")
    table = Table(
        "official_targets",
        Column(
            "id",
            _("Id"),
            "w192",
            fixed=True,
            order=THING_ID,
            value="thing.canonical_id",
        ),
        Column("title", _("Title, as claimed"), fixed=True, value="thing.__str__"),
        Column("kind", _("Kind"), "w96", order="kind", value="get_kind_display"),
        Column(
            "case",
            _("Case"),
            "w144",
            order=Coalesce("case__number", Value("")),
            value="case.number",
        ),
        Column("notice", _("Notice"), "w144", value="notice_number"),
        Column(
            "state",
            _("State"),
            "w144",
            fixed=True,
            order="state",
            value="get_state_display",
        ),
        Column("counts", _("Counts"), "w80", "n", order="is_counted", value=_count_of),
    )
    filterset = OfficialTargetFilter
    export_route = "cases:official_targets_export"

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


class OfficialRowList(OfAccount):
    """The rows of sheets from which nothing was registered because of an account, newest first."""

    title = _("Rows that the account kept out")
    table = Table(
        "official_rows",
        Column("row", _("Row"), "w80", "n", fixed=True, order="row", value="place"),
        Column("address", _("Address"), fixed=True, value="address"),
        Column(
            "complaint",
            _("Complaint"),
            "w160",
            fixed=True,
            order="sheet_import__complaint__number",
            value="sheet_import.complaint.number",
        ),
        Column(
            "case",
            _("Case"),
            "w144",
            order=Coalesce("sheet_import__complaint__case__number", Value("")),
            value="sheet_import.complaint.case.number",
        ),
        Column(
            "decision",
            _("Decision"),
            "w160",
            order="decision",
            value="get_decision_display",
        ),
    )
    filterset = OfficialRowFilter
    export_route = "cases:official_rows_export"

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
