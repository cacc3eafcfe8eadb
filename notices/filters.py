"""What the lists of this app may be narrowed by."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.filters import campaign_filter
from cases.models import Target
from cases.states import Claim, Seen
from corps.models import Delivery
from corps.models.messages import FOR_A_PERSON
from corps.ui.filters import (
    ChoiceFilter,
    DayRangeFilter,
    FlagFilter,
    ListFilterSet,
    SearchFilter,
    TextFilter,
)
from listings.addresses import read_cell
from notices import workflow
from notices.models import Notice, NoticeItem, Objection
from notices.models.notices import NoticeQuerySet
from notices.states import (
    CLAIMS_GONE,
    ITEM_STATES,
    UNDECIDED,
    ItemState,
    NoticeState,
    ObjectionState,
)
from stores.filters import platform_filter

# What waits for a person to decide, and what the list of checks offers to choose from.
SEEN_BEFORE = (Seen.LIVE, Seen.UNREACHABLE)


class NoticeFilter(ListFilterSet):
    """The filters of the list of notices."""

    state = ChoiceFilter("state", label=_("State"), choices=NoticeState.choices)
    platform = platform_filter()
    case = TextFilter("case__number", label=_("Case"), is_offered=False)
    answers = FlagFilter(
        label=_("Answers"),
        words=_("not all given"),
        value="missing",
        method="with_answers_missing",
        is_offered=False,
    )
    campaign = campaign_filter("case__campaign", is_offered=False)
    issued = DayRangeFilter("issued_at", label=_("Issued"), of_moments=True)
    due = DayRangeFilter("reply_due_on", label=_("Due"))
    q = SearchFilter(
        field_label=_("Number, case or firm"),
        within=(
            "number",
            "document_number",
            "case__number",
            "case__title",
            "case__firm__short_name",
            "case__firm__name",
        ),
    )

    def with_answers_missing(
        self, notices: NoticeQuerySet, *_set: str
    ) -> QuerySet[Notice]:
        return notices.awaiting_answers()


class CheckFilter(ListFilterSet):
    """The filters of the items to check."""

    platform = platform_filter("notice__platform__slug")
    notice = TextFilter("notice__number", label=_("Notice"), is_offered=False)
    case = TextFilter("notice__case__number", label=_("Case"), is_offered=False)
    campaign = campaign_filter("notice__case__campaign", is_offered=False)
    own = ChoiceFilter(
        label=_("Work"),
        choices=(
            ("1", _("your own, for others to check")),
            ("0", _("of others")),
        ),
        method="by_whom",
        is_offered=False,
    )
    claim = ChoiceFilter(
        "outcome",
        label=_("Claimed"),
        choices=[(claim, claim.label) for claim in CLAIMS_GONE],
        unlisted={claim: claim.label for claim in Claim if claim not in CLAIMS_GONE},
    )
    seen = ChoiceFilter(
        "target__seen",
        label=_("Last seen"),
        choices=[(seen, seen.label) for seen in SEEN_BEFORE],
        unlisted={seen: seen.label for seen in Seen if seen not in SEEN_BEFORE},
    )

    due = DayRangeFilter("check_deadline__due_on", label=_("Due"))
    q = SearchFilter(
        field_label=_("Id, title or store"),
        within=(
            "target__listing__canonical_id",
            "target__listing__title",
            "target__store__canonical_id",
            "target__store__name",
            "target__listing__store__name",
        ),
    )

    def by_whom(
        self, items: QuerySet[NoticeItem], _name: str, own: str
    ) -> QuerySet[NoticeItem]:
        """Items that are the person's own work, which somebody else checks, or those of others."""
        mine = workflow.own_work(self.request.user)
        if own == "1":
            return items.filter(mine)
        return items.exclude(mine)


class DeliveryFilter(ListFilterSet):
    """The filters of the list of deliveries. `is_replayed` is annotated."""

    state = ChoiceFilter(
        label=_("State"),
        choices=(*Delivery.State.choices, ("replayed", _("Replayed"))),
        unlisted={"open": _("for a person to decide")},
        method="in_state",
    )
    case = TextFilter(label=_("Case"), method="of_case", is_offered=False)
    finished = DayRangeFilter("finished_at", label=_("Finished"), of_moments=True)
    q = SearchFilter(
        field_label=_("Letter or recipient"),
        within=("message__title", "message__recipient_name", "message__recipient"),
    )

    def in_state(
        self, deliveries: QuerySet[Any], _name: str, state: str
    ) -> QuerySet[Any]:
        if state == "replayed":
            return deliveries.filter(is_replayed=True)
        if state == "open":
            return deliveries.filter(state__in=FOR_A_PERSON)
        return deliveries.filter(state=state, is_replayed=False)

    def of_case(
        self, deliveries: QuerySet[Any], _name: str, case: str
    ) -> QuerySet[Any]:
        notices = Notice.objects.filter(case__number=case)
        return deliveries.filter(message__subject_id__in=notices.values("pk"))


class ObjectionFilter(ListFilterSet):
    """The filters of the list of objections."""

    state = ChoiceFilter(
        label=_("State"),
        choices=ObjectionState.choices,
        unlisted={"open": _("undecided")},
        method="in_state",
    )
    notice = TextFilter("item__notice__number", label=_("Notice"), is_offered=False)
    case = TextFilter("case__number", label=_("Case"), is_offered=False)
    lodged = FlagFilter(
        label=_("Lodged"),
        words=_("by others"),
        value="others",
        method="lodged_by_others",
        is_offered=False,
    )
    lodged_on = DayRangeFilter("lodged_at", label=_("Lodged"), of_moments=True)
    q = SearchFilter(
        field_label=_("Number, target or reason"),
        within=(
            "number",
            "reason",
            "objector",
            "target__listing__canonical_id",
            "target__store__canonical_id",
        ),
    )

    def in_state(
        self, objections: QuerySet[Objection], _name: str, state: str
    ) -> QuerySet[Objection]:
        if state == "open":
            return objections.filter(state__in=UNDECIDED)
        return objections.filter(state=state)

    def lodged_by_others(
        self, objections: QuerySet[Objection], *_set: str
    ) -> QuerySet[Objection]:
        return objections.exclude(lodged_by=self.request.user)


# Which part of its items a liaison sees: what is still asked of a platform, not what was withdrawn.
ASKED = ~Q(state=ItemState.WITHDRAWN)
SHOWN = {
    "open": Q(state=ItemState.OPEN),
    "answered": Q(
        answered_at__isnull=False, state__in=ITEM_STATES.listed_under("answered")
    ),
    # What an appeal was dismissed of is open again as well, but nobody found it live.
    "back": Q(state=ItemState.OPEN, answered_at__isnull=False)
    & ~Q(outcome=Claim.APPEALED),
    "stores": Q(target__kind=Target.Kind.STORE) & ASKED,
    "all": Q(),
}


class LiaisonItemFilter(ListFilterSet):
    """The filters of a notice's items for its liaison.

    Titles and names of stores are not searched: some are left out, so that nobody learns who complained.
    """

    outcome = ChoiceFilter("outcome", label=_("Answer"), choices=Claim.choices)
    answered = DayRangeFilter("answered_at", label=_("Answered"), of_moments=True)
    q = SearchFilter(field_label=_("Id or address"))

    def search(self, items: QuerySet[NoticeItem], text: str) -> QuerySet[NoticeItem]:
        """The items with an id that the text is a part of, or with the address that it is."""
        address = read_cell(text)
        if address.kind in Target.Kind.values:
            text = address.canonical_id
        return items.filter(
            Q(target__listing__canonical_id__icontains=text)
            | Q(target__store__canonical_id__icontains=text)
        )


class NoticeItemFilter(LiaisonItemFilter):
    """The filters of a notice's items for officers."""

    state = ChoiceFilter("state", label=_("State"), choices=ItemState.choices)
    seen = ChoiceFilter("target__seen", label=_("Actually seen"), choices=Seen.choices)
    q = SearchFilter(
        field_label=_("Id, title or store"),
        within=(
            "target__listing__canonical_id",
            "target__listing__title",
            "target__store__canonical_id",
            "target__store__name",
        ),
    )
