"""What a yes to a notice changes, beside the notice in the inbox of decisions."""

from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cases.models import Target
from cases.states import HANDLED_CASE, ComplaintState
from corps.deadlines.calendar import due_on
from corps.deadlines.clock import today
from corps.models import Approval, ClockRule, Holiday, User
from corps.workflow import open_approval
from notices import workflow
from notices.models import Notice
from notices.versions import in_words, parts_of, whole
from notices.workflow.guards import by_reason, screen
from notices.workflow.submissions import changed_since, recipient_gone

STORES_SHOWN = 8


class Consequences:
    """What changes with a yes, what was checked just now, and what differs from the version put forward.

    version: of the letter as it would be issued. changed: what of it is not as it was put forward, in words; gone: why
    nobody can receive it. total: how many items there are. blocked: targets that are in the way, by reason. own:
    whether the person drafted or submitted it. returned: how an earlier version was returned. by_store: the stores in
    which it names most listings, with how many, of `store_count`.
    """

    def __init__(self, user: User, notice: Notice) -> None:
        self.notice = notice
        targets = _targets_of(notice)
        blocked = _blocked(notice, targets)
        parts = parts_of(notice)
        self.version = whole(parts)
        self.changed = in_words(changed_since(notice, parts))
        self.gone = recipient_gone(notice)
        self.total = len(targets)
        self.checks = _passed(targets, [result.code for result in blocked])
        self.blocked = by_reason(blocked)
        self.own = user.pk in (notice.drafted_by_id, notice.submitted_by_id)
        self.may_decide = workflow.may_decide(user, notice)
        self.approval = open_approval(notice)
        self.returned = Approval.objects.about(notice).last_return()
        stores = _stores_of(notice)
        self.by_store = list(stores[:STORES_SHOWN])
        self.store_count = stores.count()

    @property
    def case_is_open(self) -> bool:
        return self.notice.case.state in HANDLED_CASE

    @property
    def barred(self) -> bool:
        """Whether the notice cannot be approved as it is."""
        return bool(self.changed or self.gone or not self.case_is_open)

    @cached_property
    def due_if_today(self) -> Any:
        """Until when the platform would have to answer if the notice were issued now."""
        length = None
        if campaign := self.notice.case.campaign:
            length = campaign.reply_working_days
        return _due_if_today(length)

    @property
    def in_no_store_shown(self) -> int:
        """How many items are in none of the stores shown."""
        return self.total - sum(row["count"] for row in self.by_store)


def _targets_of(notice: Notice) -> list[Target]:
    targets = Target.objects.filter(items__notice=notice)
    return list(targets.select_related("ground", "complaint"))


def _blocked(notice: Notice, targets: list[Target]) -> list[Any]:
    """The targets that are in the way of an approval."""
    handing_over = any(target.platform_id != notice.platform_id for target in targets)
    screened = screen(
        notice.case, targets, drafted_in=notice, handing_over=handing_over
    )
    return screened.blocked


def _stores_of(notice: Notice) -> Any:
    """The stores in which a notice names listings, known or as their sheet says, those of most first."""
    named = notice.items.annotate(
        store=Coalesce(
            "target__listing__store__canonical_id",
            "target__listing__claimed_store__canonical_id",
        ),
        store_name=Coalesce(
            "target__listing__store__name", "target__listing__claimed_store__name"
        ),
        is_claimed=Q(target__listing__store=None),
    )
    stores = (
        named.exclude(store=None).order_by().values("store", "store_name", "is_claimed")
    )
    return stores.annotate(count=Count("pk")).order_by("-count")


def _passed(targets: list[Target], codes: list[str]) -> list[tuple[str, int, int]]:
    """What was checked just now: (what, how many of the targets pass, how many there are). codes: of what blocks."""
    total = len(targets)
    return [
        (_("No official account"), total - codes.count("official"), total),
        (
            _("All have a legal ground"),
            total - codes.count("no-ground") - codes.count("price-only"),
            total,
        ),
        (_("The complaint still stands"), total - _without_complaint(targets), total),
        (
            _("In no other open notice"),
            total - codes.count("in-draft") - codes.count("claimed"),
            total,
        ),
    ]


def _without_complaint(targets: list[Target]) -> int:
    """How many of these were named by a complaint that was refused or taken back since; the case decides on them."""
    over = (ComplaintState.REFUSED, ComplaintState.WITHDRAWN)
    return sum(
        target.complaint is not None and target.complaint.state in over
        for target in targets
    )


def _due_if_today(length: int | None) -> Any:
    """Until when the platform would have to answer if the notice were issued now; writes nothing."""
    rule = ClockRule.objects.in_force("PT_FK", today())
    return due_on(rule.clock(length), today(), calendar=Holiday.objects.calendar()).date
