"""The lists of this app, each with its columns."""

from typing import Any

from django.db.models import Case, F, IntegerField, QuerySet, When
from django.utils.translation import gettext_lazy as _

from corps.models import Delivery, User
from corps.ui.record_lists import RecordList
from corps.ui.tables import SELECT, Column, Table
from notices import workflow
from notices.filters import CheckFilter, DeliveryFilter, NoticeFilter, ObjectionFilter
from notices.models import Notice, NoticeItem, Objection


class NoticeList(RecordList):
    """Every notice of the cases one may see, newest first."""

    table = Table(
        "notices",
        Column("number", _("Number"), "w112", fixed=True),
        Column("document", _("Document number"), "w224"),
        Column("platform", _("Platform"), "w96"),
        Column("case", _("Case"), fixed=True),
        Column("state", _("State"), "w96", fixed=True),
        Column("items", _("Items"), "w80", "n"),
        Column("unanswered", _("Unanswered"), "w80", "n"),
        Column("to_check", _("To check"), "w64", "n"),
        Column("verified", _("Verified"), "w64", "n"),
        Column("due", _("Due"), "w192"),
    )
    filterset = NoticeFilter

    def records(self) -> QuerySet[Notice]:
        return Notice.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        notices: Any = found.select_related("platform", "case__firm", "reply_deadline")
        return notices.with_counts()

    def total(self) -> tuple[int, bool]:
        return self.found.count(), False


class CheckList(RecordList):
    """The items that wait for a check: the person's own work last, then by due day."""

    table = Table(
        "checks",
        SELECT,
        Column("id", _("Id"), "w-id", fixed=True),
        Column("title", _("Title, as claimed"), fixed=True),
        Column("alleged", _("Alleged by the firm"), "w-truth", "cut2"),
        Column("ground", _("Ground of the notice"), "w-ground"),
        Column("claim", _("Claimed by the platform"), "w-claim"),
        Column("seen", _("Actually seen"), "w-truth"),
        Column("notice", _("Notice"), "w128", "cut2"),
        Column("due", _("Due"), "w-due", "n"),
    )
    filterset = CheckFilter
    order = ("is_own", "due_on", "id")

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

    table = Table(
        "deliveries",
        Column("state", _("State"), "w160", fixed=True),
        Column("letter", _("Letter"), fixed=True),
        Column("recipient", _("Recipient"), "w320"),
        Column("tries", _("Tries"), "w64", "n"),
        Column("finished", _("Finished"), "w128"),
    )
    filterset = DeliveryFilter

    def records(self) -> QuerySet[Any]:
        deliveries: Any = visible_deliveries(self.user)
        return deliveries.with_replayed()

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("message").defer("content")


class ObjectionList(RecordList):
    """Objections, newest first."""

    table = Table(
        "objections",
        SELECT,
        Column("number", _("Number"), "w128", fixed=True),
        Column("lodged", _("Lodged"), "w112"),
        Column("target", _("Target"), "w224"),
        Column("reason", _("What is objected"), fixed=True),
        Column("case", _("Case"), "w128"),
        Column("decided", _("Decided"), "w128"),
        Column("state", _("State"), "w112", fixed=True),
    )
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
