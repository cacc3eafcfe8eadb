"""The lists of this app, each with its columns."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Self

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from corps.access.decorators import SignedIn
from corps.access.parameters import Parameter
from corps.models import Delivery, User
from corps.ui.record_lists import RecordList
from corps.ui.tables import SELECT, SELECT_BY_KEY, Column, Table
from notices import letters, workflow
from notices.filters import (
    SHOWN,
    CheckFilter,
    DeliveryFilter,
    LiaisonItemFilter,
    NoticeFilter,
    NoticeItemFilter,
    ObjectionFilter,
)
from notices.models import Notice, NoticeItem, Objection
from notices.states import ItemState


def _title_of(item: NoticeItem) -> str:
    return letters.title_of(item.target)


def _items_in(*states: str) -> Any:
    """How many items of a notice are in one of these states; of all without any."""
    items = NoticeItem.objects.filter(notice=OuterRef("pk"))
    if states:
        items = items.filter(state__in=states)
    counted = (
        items.order_by().values("notice").annotate(count=Count("pk")).values("count")
    )
    return Coalesce(Subquery(counted), 0)


# What sorts below every day and moment.
FAR = Value(date(9999, 12, 31))
NEVER = Value(datetime(9999, 12, 31, tzinfo=UTC))
ITEM_ID = Coalesce("target__listing__canonical_id", "target__store__canonical_id")
ITEM_TITLE = Coalesce("target__listing__title", "target__store__name")


class NoticeList(RecordList):
    """Every notice of the cases one may see, newest first."""

    title = _("Notices")
    table = Table(
        "notices",
        Column(
            "number",
            _("Number"),
            "w112",
            fixed=True,
            order="number",
            is_indexed=True,
            value="number",
        ),
        Column(
            "document",
            _("Document number"),
            "w224",
            order="document_number",
            value="document_number",
        ),
        Column(
            "platform",
            _("Platform"),
            "w96",
            order="platform__name",
            value="platform.label",
        ),
        Column(
            "case", _("Case"), fixed=True, order="case__number", value="case.number"
        ),
        Column("firm", _("Firm"), value="case.firm.short_label", is_exported_only=True),
        Column(
            "state",
            _("State"),
            "w96",
            fixed=True,
            order="state",
            value="get_state_display",
        ),
        Column("items", _("Items"), "w80", "n", order=_items_in(), value="item_count"),
        Column(
            "unanswered",
            _("Unanswered"),
            "w80",
            "n",
            order=_items_in(ItemState.OPEN),
            value="open_count",
        ),
        Column(
            "to_check",
            _("To check"),
            "w80",
            "n",
            order=_items_in(ItemState.CLAIMED),
            value="claimed_count",
        ),
        Column(
            "verified",
            _("Verified"),
            "w80",
            "n",
            order=_items_in(ItemState.VERIFIED),
            value="verified_count",
        ),
        Column("issued", _("Issued"), value="issued_at", is_exported_only=True),
        Column(
            "due",
            _("Due"),
            "w192",
            order=Coalesce("reply_due_on", FAR),
            value="reply_due_on",
        ),
    )
    filterset = NoticeFilter
    export_route = "notices:export"

    def records(self) -> QuerySet[Notice]:
        return Notice.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        notices: Any = found.select_related("platform", "case__firm", "reply_deadline")
        return notices.with_counts()

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False


class CheckList(RecordList):
    """The items that wait for a check: the person's own work last, then by due day."""

    title = _("Answers to check")
    table = Table(
        "checks",
        SELECT,
        Column(
            "platform",
            _("Platform"),
            value="target.platform.label",
            is_exported_only=True,
        ),
        Column(
            "id",
            _("Id"),
            "w-id",
            fixed=True,
            order=ITEM_ID,
            value="target.thing.canonical_id",
        ),
        Column(
            "title",
            _("Title, as claimed"),
            fixed=True,
            order=ITEM_TITLE,
            value=_title_of,
        ),
        Column("url", _("Address"), value="target.thing.url", is_exported_only=True),
        Column(
            "alleged",
            _("Allegation"),
            "w-truth",
            "cut2",
            order="target__alleged",
            value="target.alleged",
        ),
        Column(
            "ground",
            _("Ground of the notice"),
            "w-ground",
            order=Coalesce("ground__name", Value("")),
            value="ground.label",
        ),
        Column(
            "claim",
            _("Platform answer"),
            "w-claim",
            order="outcome",
            value="get_outcome_display",
        ),
        Column("claimed_at", _("Answered"), value="answered_at", is_exported_only=True),
        Column(
            "seen",
            _("Actually seen"),
            "w-truth",
            order="target__seen",
            value="target.get_seen_display",
        ),
        Column("seen_at", _("Seen on"), value="target.seen_at", is_exported_only=True),
        Column(
            "notice",
            _("Notice"),
            "w128",
            "cut2",
            order="notice__number",
            value="notice.number",
        ),
        Column(
            "due",
            _("Due"),
            "w-due",
            "n",
            order=Coalesce("check_deadline__due_on", FAR),
            value="check_deadline.due_on",
        ),
    )
    filterset = CheckFilter
    order = ("is_own", "due_on", "id")
    order_words = _("By due day, your own work last")
    export_route = "notices:checks_export"

    def records(self) -> QuerySet[NoticeItem]:
        return NoticeItem.objects.visible_to(self.user).to_check()

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        own = When(workflow.own_work(self.user), then=1)
        ranked = found.annotate(
            due_on=F("check_deadline__due_on"),
            is_own=Case(own, default=0, output_field=IntegerField()),
        )
        return ranked.select_related(
            "notice__case",
            "notice__platform",
            "target__listing__store",
            "target__listing__claimed_store",
            "target__store",
            "target__platform",
            "target__firm",
            "check_deadline",
            "answered_by",
            "ground",
        )


def visible_deliveries(user: User) -> QuerySet[Delivery]:
    """Deliveries of the notices a person may see."""
    notices = Notice.objects.visible_to(user).values("pk")
    return Delivery.objects.visible_to(user).filter(
        message__subject_type=Notice._meta.label_lower, message__subject_id__in=notices
    )


class DeliveryList(RecordList):
    """Deliveries, newest first."""

    title = _("Deliveries")
    table = Table(
        "deliveries",
        Column(
            "state",
            _("State"),
            "w160",
            fixed=True,
            order="state",
            value=lambda delivery: delivery.shown_state[1],
        ),
        Column(
            "letter",
            _("Letter"),
            fixed=True,
            order="message__title",
            value="message.title",
        ),
        Column(
            "recipient",
            _("Recipient"),
            "w320",
            order="message__recipient_name",
            value="message.recipient_name",
        ),
        Column(
            "mailbox", _("Mailbox"), value="message.recipient", is_exported_only=True
        ),
        Column("tries", _("Tries"), "w64", "n", order="tries", value="tries"),
        Column(
            "finished",
            _("Finished"),
            "w128",
            order=Coalesce("finished_at", NEVER),
            value="happened_at",
        ),
    )
    export_route = "notices:deliveries_export"
    filterset = DeliveryFilter

    def records(self) -> QuerySet[Any]:
        deliveries: Any = visible_deliveries(self.user)
        return deliveries.with_replayed()

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("message").defer("content")


class ObjectionList(RecordList):
    """Objections, newest first."""

    title = _("Objections")
    table = Table(
        "objections",
        SELECT,
        Column(
            "number",
            _("Number"),
            "w128",
            fixed=True,
            order="number",
            is_indexed=True,
            value="number",
        ),
        Column("lodged", _("Lodged"), "w112", order="lodged_at", value="lodged_at"),
        Column(
            "platform",
            _("Platform"),
            value="target.platform.label",
            is_exported_only=True,
        ),
        Column(
            "target",
            _("Target"),
            "w224",
            order="target__platform__name",
            value="target.thing.canonical_id",
        ),
        Column("reason", _("What is objected"), fixed=True, value="reason"),
        Column("case", _("Case"), "w128", order="case__number", value="case.number"),
        Column(
            "decided",
            _("Decided"),
            "w128",
            order=Coalesce("decided_at", NEVER),
            value="decided_at",
        ),
        Column(
            "decided_by",
            _("Decided by"),
            value="decided_by.name",
            is_exported_only=True,
        ),
        Column(
            "state",
            _("State"),
            "w112",
            fixed=True,
            order="state",
            value="get_state_display",
        ),
    )
    export_route = "notices:objections_export"
    filterset = ObjectionFilter
    size = 100

    def records(self) -> QuerySet[Objection]:
        return Objection.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related(
            "target__listing",
            "target__store",
            "target__platform",
            "case",
            "lodged_by",
            "decided_by",
        )

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False


def _asked_for(item: NoticeItem) -> Any:
    return letters.ASKED[item.target.kind]


class OfNotice(RecordList):
    """The items of a notice, in the order of its letter."""

    title = _("Items")
    order = ("position", "id")
    order_words = _("In the order of the letter")
    export_route = "notices:items_export"

    def __init__(self, request: SignedIn, *, notice: Notice) -> None:
        super().__init__(request)
        self.notice = notice

    @classmethod
    def opened(cls, request: SignedIn, number: str = "") -> Self:
        """The items of the notice with this number. Raises Http404."""
        notices = Notice.objects.visible_to(request.user).select_related("case")
        return cls(request, notice=get_object_or_404(notices, number=number))

    @property
    def address(self) -> dict[str, Any]:
        return {"number": self.notice.number}

    @property
    def about(self) -> str:
        return self.notice.number

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False


# So many items may be chosen at once, and are shown on one page.
MOST_PICKED = 2000


class LiaisonItemList(OfNotice):
    """The items of a notice as its liaison sees them: all of a part of SHOWN, or those that were chosen.

    Titles and names of stores, of which some are left out so that nobody learns who complained, do not sort.
    """

    table = Table(
        "items_to_answer",
        SELECT_BY_KEY,
        Column(
            "position",
            _("No."),
            "w56",
            "n",
            order="position",
            is_indexed=True,
            value="position",
            fixed=True,
        ),
        Column(
            "kind", _("Kind"), value="target.get_kind_display", is_exported_only=True
        ),
        Column(
            "id",
            _("Id"),
            "w128",
            order=ITEM_ID,
            value="target.thing.canonical_id",
            fixed=True,
        ),
        Column("url", _("Address"), value="target.thing.url", is_exported_only=True),
        Column("title", _("Title"), value="title", fixed=True),
        Column("store", _("Store"), "w128", value="store_name"),
        Column(
            "ground",
            _("Ground"),
            "w112",
            order=Coalesce("ground__name", Value("")),
            value="ground.label",
        ),
        Column("asked", _("To do"), "w80", order="target__kind", value=_asked_for),
        Column(
            "answer", _("Answer"), "w144", order="outcome", value="get_outcome_display"
        ),
        Column("answered", _("Answered"), value="answered_at", is_exported_only=True),
        Column("remark", _("Remark"), value="remark", is_exported_only=True),
        Column("state", _("State"), value="get_state_display", is_exported_only=True),
    )
    filterset = LiaisonItemFilter

    def __init__(
        self,
        request: SignedIn,
        *,
        notice: Notice,
        shown: str = "",
        chosen: QuerySet[NoticeItem] | None = None,
    ) -> None:
        """shown: a key of SHOWN; as the address says without one. chosen: the items that the person named."""
        super().__init__(request, notice=notice)
        self.shown = shown or request.GET.get("show", "all")
        # Whatever leads on from here stays in the same part.
        asked: Any = request.GET.copy()
        asked["show"] = self.shown
        self.asked = asked
        self.chosen = chosen
        if chosen is not None:
            self.size = MOST_PICKED

    @classmethod
    def parameters(cls) -> list[Parameter]:
        return [*super().parameters(), Parameter("show", [*SHOWN])]

    def records(self) -> QuerySet[NoticeItem]:
        if self.chosen is not None:
            return self.chosen
        items = self.notice.items.exclude(state=ItemState.DRAFT)
        return items.filter(SHOWN[self.shown])

    def sorts(self) -> dict[str, str]:
        """What was chosen stands as it is: its page is no address to come back to."""
        if self.chosen is not None:
            return {}
        return super().sorts()

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related(
            "target__listing__store",
            "target__store",
            "ground",
            "answered_by",
            "withdrawal__letter__notice",
        )

    def present(self, rows: Sequence[NoticeItem]) -> list[Any]:
        return letters.name_items(rows)


class NoticeItemList(OfNotice):
    """The items of a notice as officers see them."""

    table = Table(
        "notice_items",
        SELECT_BY_KEY,
        Column(
            "position",
            _("No."),
            "w56",
            "n",
            order="position",
            is_indexed=True,
            value="position",
            fixed=True,
        ),
        Column(
            "kind", _("Kind"), value="target.get_kind_display", is_exported_only=True
        ),
        Column(
            "id",
            _("Id"),
            "w160",
            order=ITEM_ID,
            value="target.thing.canonical_id",
            fixed=True,
        ),
        Column("url", _("Address"), value="target.thing.url", is_exported_only=True),
        Column(
            "title",
            _("Title, as claimed"),
            order=ITEM_TITLE,
            value=_title_of,
            fixed=True,
        ),
        Column(
            "ground",
            _("Ground"),
            "w144",
            order=Coalesce("ground__name", Value("")),
            value="ground.label",
        ),
        Column(
            "claim",
            _("Platform answer"),
            "w192",
            order="outcome",
            value="get_outcome_display",
        ),
        Column("answered", _("Answered"), value="answered_at", is_exported_only=True),
        Column(
            "seen",
            _("Actually seen"),
            "w144",
            order="target__seen",
            value="target.get_seen_display",
        ),
        Column("seen_at", _("Seen on"), value="target.seen_at", is_exported_only=True),
        Column(
            "state",
            _("State"),
            "w192",
            order="state",
            value="get_state_display",
            fixed=True,
        ),
    )
    filterset = NoticeItemFilter

    def records(self) -> QuerySet[NoticeItem]:
        return self.notice.items.all()

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related(
            "target__listing__store",
            "target__store",
            "target__platform",
            "target__ground",
            "ground",
            "answered_by",
            "successor__notice",
            "withdrawal__letter__notice",
        )

    def present(self, rows: Sequence[NoticeItem]) -> Sequence[NoticeItem]:
        """Items with the ground that they were issued with, or would be issued with now."""
        for item in rows:
            item.ground = letters.ground_of(item, self.notice.case)
        return rows
