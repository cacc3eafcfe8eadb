"""What lists may be narrowed by of this app."""

import re
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.extensions import awaiting_notice, notice_annotation
from cases.models import Campaign, Case, Complaint, ImportRow, Target
from cases.models.cases import CaseQuerySet
from cases.models.targets import TargetQuerySet
from cases.states import (
    IN_NOTICE,
    OPEN_COMPLAINT,
    TARGET_STATES,
    UNDER_WAY_CASE,
    UNFINISHED,
    CaseState,
    ComplaintState,
    Seen,
    Told,
)
from cases.workflow import claims_for
from corps.access.parameters import NUMBER, Parameter
from corps.models import User
from corps.ui.filters import (
    ChoiceFilter,
    DayRangeFilter,
    FlagFilter,
    ListFilterSet,
    SearchFilter,
    TextFilter,
)
from corps.ui.formats import short_id
from firms.filters import firm_filter
from listings.addresses import read_cell
from listings.models import Belonging
from stores.filters import platform_filter
from stores.models import Platform, Store


def campaigns_of(user: User) -> dict[str, str]:
    """The campaigns that a person may filter by: key, as it stands in an address → name."""
    return {
        str(campaign.pk): campaign.label
        for campaign in Campaign.objects.visible_to(user)
    }


def campaign_filter(field_name: str = "campaign", **more: Any) -> ChoiceFilter:
    """One of the campaigns that the person may see."""
    return ChoiceFilter(
        field_name, label=_("Campaign"), choices=campaigns_of, pattern=NUMBER, **more
    )


CAMPAIGN = Parameter("campaign", campaigns_of)


def _name_of(user: User) -> str:
    return user.name


class CaseFilter(ListFilterSet):
    """The filters of the list of cases."""

    state = ChoiceFilter(
        label=_("State"),
        choices=CaseState.choices,
        unlisted={"open": _("under way")},
        method="in_state",
    )
    firm = firm_filter()
    campaign = campaign_filter()
    mine = FlagFilter(
        label=_("Handled by"),
        field_label=_("my own"),
        words=_name_of,
        method="handled_by_me",
    )
    opened = DayRangeFilter("opened_at", label=_("Opened"), of_moments=True)
    due = DayRangeFilter("handling_deadline__due_on", label=_("Due"))
    q = SearchFilter(
        field_label=_("Number, title or firm"),
        within=(
            "number",
            "document_number",
            "title",
            "firm__short_name",
            "firm__name",
            "firm__code",
        ),
    )
    filing = FlagFilter(
        label=_("Decision"),
        words=_("to be filed"),
        method="to_be_filed",
        is_offered=False,
    )

    def in_state(self, cases: CaseQuerySet, _name: str, state: str) -> QuerySet[Case]:
        if state == "open":
            return cases.filter(state__in=UNDER_WAY_CASE)
        return cases.filter(state=state)

    def handled_by_me(self, cases: CaseQuerySet, *_set: str) -> QuerySet[Case]:
        user = self.request.user
        return cases.filter(assignments__officer=user, assignments__until=None)

    def to_be_filed(self, cases: CaseQuerySet, *_set: str) -> QuerySet[Case]:
        return cases.to_be_filed_by(self.request.user)


class ComplaintFilter(ListFilterSet):
    """The filters of the list of complaints."""

    state = ChoiceFilter(
        label=_("State"),
        choices=ComplaintState.choices,
        unlisted={"open": _("in no case yet")},
        method="in_state",
    )
    firm = firm_filter()
    campaign = campaign_filter()
    received = DayRangeFilter("received_on", label=_("Received on"))
    q = SearchFilter(
        field_label=_("Number, subject or sheet"),
        within=("number", "subject", "sheet_name", "case__number"),
    )

    def in_state(
        self, complaints: QuerySet[Complaint], _name: str, state: str
    ) -> QuerySet[Complaint]:
        if state == "open":
            return complaints.filter(state__in=OPEN_COMPLAINT)
        return complaints.filter(state=state)


# In the order of the work, as the strip above the work table shows them.
TALLY = (
    *UNFINISHED,
    *TARGET_STATES.finished(),
)
# What stands in place of a state: of several states, or of a target that no notice may name.
OFFICIAL = "official"
WORDS = {
    "unfinished": _("not finished"),
    "waiting": _("to be noticed"),
    OFFICIAL: _("Official account"),
}


def in_store(store: int) -> Q:
    """A store itself, and the listings that are known, or else claimed, to be in it."""
    claimed = Q(listing__store=None, listing__claimed_store=store)
    return Q(store=store) | Q(listing__store=store) | claimed


def _name_of_store(number: str, filters: ListFilterSet) -> str | None:
    user = filters.request.user
    store = Store.objects.visible_to(user).filter(pk=int(number)).first()
    if store is None:
        return None
    return str(store)


class DueFilter(DayRangeFilter):
    """Between which days something is due on a target."""

    def filter(self, targets: QuerySet, value: slice | None) -> QuerySet:
        if value is None:
            return targets
        return super().filter(notice_annotation.sole(targets), value)


class TargetFilter(ListFilterSet):
    """The filters of a case's work table. Its rows are the targets of `case`."""

    platform = platform_filter()
    state = ChoiceFilter(
        label=_("State"),
        choices=(
            ("unfinished", WORDS["unfinished"]),
            *((state, state.label) for state in TALLY),
        ),
        unlisted={word: WORDS[word] for word in ("waiting", OFFICIAL)},
        method="in_state",
    )
    kind = ChoiceFilter("kind", label=_("Kind"), choices=Target.Kind.choices)
    alleged = TextFilter("alleged", label=_("Allegation"), is_suggested=True)
    seen = ChoiceFilter("seen", label=_("Actually seen"), choices=Seen.choices)
    due = DueFilter("due_on", label=_("Due"))
    store = TextFilter(
        label=_("Store"),
        wording=_name_of_store,
        pattern=NUMBER,
        method="of_store",
        is_offered=False,
    )
    q = SearchFilter(field_label=_("Id, title or store"))

    def __init__(self, *given: Any, case: Case, **more: Any) -> None:
        super().__init__(*given, **more)
        self.case = case

    def in_state(
        self, targets: TargetQuerySet, _name: str, state: str
    ) -> QuerySet[Target]:
        """The targets in a state, or in what one of WORDS stands for."""
        if state == "unfinished":
            return targets.unfinished()
        if state == OFFICIAL:
            return targets.kept()
        if state == "waiting":
            waiting = awaiting_notice.sole(self.case)
            return targets.filter(pk__in=waiting.values("pk"))
        if state in UNFINISHED:
            targets = targets.unfinished()
        return targets.filter(state=state)

    def of_store(
        self, targets: TargetQuerySet, _name: str, store: str
    ) -> QuerySet[Target]:
        if not re.fullmatch(NUMBER, store):
            return targets.none()
        return targets.filter(in_store(int(store)))

    def search(self, targets: TargetQuerySet, text: str) -> QuerySet[Target]:
        """An id, an address in any form, or a part of a title or a store's name."""
        address = read_cell(text)
        if address.kind in Target.Kind.values:
            return targets.filter(
                **{f"{address.kind}__canonical_id": address.canonical_id}
            )
        return targets.filter(
            Q(listing__canonical_id=text)
            | Q(store__canonical_id=text)
            | Q(listing__title__contains=text)
            | Q(store__name__contains=text)
            | Q(listing__store__name__contains=text)
            | Q(listing__claimed_store__name__contains=text)
        )


# Every word that `Target.as_told` may give, in the order in which they are counted.
TOLD_WORDS = {str(word): word.label for word in (*TALLY, *Told)}


class RowRangeFilter(DayRangeFilter):
    """Between which days rows of the own firm named a target, whoever named it before."""

    def filter(self, targets: QuerySet, value: slice | None) -> QuerySet:
        if value is None:
            return targets
        rows = ImportRow.objects.visible_to(self.parent.request.user)
        named = super().filter(rows, value)
        return targets.filter(pk__in=named.values("target"))


class NamedTargetFilter(ListFilterSet):
    """The filters of what a firm named. `told` is annotated: the word by which the firm is told of a target."""

    state = ChoiceFilter("told", label=_("State"), choices=TOLD_WORDS.items())
    kind = ChoiceFilter("kind", label=_("Kind"), choices=Target.Kind.choices)
    complaint = TextFilter(label=_("Complaint"), method="of_complaint")
    named = RowRangeFilter("registered_at", label=_("Named"), of_moments=True)
    q = SearchFilter(label=_("Id or address"))

    def of_complaint(
        self, targets: TargetQuerySet, _name: str, number: str
    ) -> QuerySet[Target]:
        """The targets that rows of a complaint of the own firm name."""
        rows = ImportRow.objects.visible_to(self.request.user)
        named = rows.filter(sheet_import__complaint__number=number)
        return targets.filter(pk__in=named.values("target"))

    def search(self, targets: TargetQuerySet, text: str) -> QuerySet[Target]:
        return targets.called(text)


def handled_by(user: User) -> QuerySet[Case]:
    """The cases that a person handles."""
    return Case.objects.visible_to(user).filter(
        assignments__officer=user, assignments__until__isnull=True
    )


def claims_touching(user: User) -> QuerySet[Belonging]:
    """Claims in effect that wait to be judged and touch what the person handles."""
    touched = Target.objects.filter(
        case__in=handled_by(user).values("pk"), listing__isnull=False
    )
    waiting = claims_for(user).filter(state=Belonging.State.UNJUDGED, in_effect=True)
    return waiting.filter(listing_id__in=touched.values("listing__canonical_id"))


def _store_called(text: str, _filters: ListFilterSet) -> str:
    """A store as people call it, by its platform's slug and its id."""
    slug, _slash, canonical_id = text.partition("/")
    platform = Platform.objects.filter(slug=slug).first()
    if platform is None:
        return text
    return f"{platform.label} {short_id(canonical_id)}"


class ClaimFilter(ListFilterSet):
    """The filters of the claims of belonging that wait."""

    firm = firm_filter()
    complaint = TextFilter(label=_("Complaint"), method="of_complaint")
    store = TextFilter(label=_("Store"), wording=_store_called, method="of_store")
    case = TextFilter(label=_("Case"), method="of_case")
    recorded = DayRangeFilter("recorded_at", label=_("Recorded"), of_moments=True)
    q = SearchFilter(
        field_label=_("Listing or store"), within=("listing_id", "store_id")
    )
    effect = FlagFilter(
        label=_("Effect"), words=_("without effect"), value="none", method="idle"
    )
    mine = FlagFilter(label=_("Handled by"), words=_name_of, method="touching_my_cases")

    def of_complaint(
        self, claims: QuerySet[Belonging], _name: str, number: str
    ) -> QuerySet[Belonging]:
        complaints = Complaint.objects.filter(number=number)
        return claims.filter(complaint__in=complaints.values("pk"))

    def of_store(
        self, claims: QuerySet[Belonging], _name: str, store: str
    ) -> QuerySet[Belonging]:
        slug, _slash, canonical_id = store.partition("/")
        return claims.filter(platform__slug=slug, store_id=canonical_id)

    def of_case(
        self, claims: QuerySet[Belonging], _name: str, number: str
    ) -> QuerySet[Belonging]:
        targets = Target.objects.filter(case__number=number, listing__isnull=False)
        return claims.filter(listing_id__in=targets.values("listing__canonical_id"))

    def idle(self, claims: QuerySet[Belonging], *_set: str) -> QuerySet[Belonging]:
        return claims.filter(in_effect=False)

    def touching_my_cases(
        self, claims: QuerySet[Belonging], *_set: str
    ) -> QuerySet[Belonging]:
        touching = claims_touching(self.request.user)
        return claims.filter(pk__in=touching.values("pk"))


# What the list of an official account's targets may be narrowed to.
OFFICIAL_WORDS = {
    "open": _("named in an open notice"),
    "counted": _("counted"),
    "answered": _("answered"),
}


class OfficialTargetFilter(ListFilterSet):
    """The filters of the targets that an official account touches."""

    show = ChoiceFilter(
        label=_("State"),
        choices=OFFICIAL_WORDS.items(),
        method="shown",
    )
    q = SearchFilter(
        field_label=_("Id, title or case"),
        within=(
            "listing__canonical_id",
            "listing__title",
            "store__canonical_id",
            "store__name",
            "case__number",
        ),
    )

    def shown(self, targets: TargetQuerySet, _name: str, show: str) -> QuerySet[Target]:
        if show == "open":
            return targets.filter(state__in=IN_NOTICE)
        if show == "counted":
            return targets.filter(is_counted=True)
        return targets


class AnsweredTargetFilter(ListFilterSet):
    """The filters of the targets of official accounts that were answered or count."""

    platform = platform_filter()
    last_seen = DayRangeFilter("seen_at", label=_("Last seen"), of_moments=True)
    q = SearchFilter(
        field_label=_("Id, title or case"),
        within=(
            "listing__canonical_id",
            "listing__title",
            "store__canonical_id",
            "store__name",
            "case__number",
        ),
    )
    mine = FlagFilter(
        label=_("Handled by"),
        field_label=_("my own"),
        words=_name_of,
        method="of_my_cases",
    )

    def of_my_cases(self, targets: TargetQuerySet, *_set: str) -> QuerySet[Target]:
        return targets.filter(case__in=handled_by(self.request.user).values("pk"))


class OfficialRowFilter(ListFilterSet):
    """The filters of the rows that an official account kept out."""

    q = SearchFilter(
        field_label=_("Address, complaint or case"),
        within=(
            "address",
            "sheet_import__complaint__number",
            "sheet_import__complaint__case__number",
        ),
    )
