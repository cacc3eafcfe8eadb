"""What registering an official account takes back: the entries that count against it, and what it touches before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case as Either
from django.db.models import F, Value, When
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Target
from cases.states import REPORTED_AGAIN, TargetState
from cases.workflow import targets_of
from corps.audit.recording import entry, record_many
from corps.database.locking import locked_in_order
from corps.models import Approval, Delivery, User
from corps.models.messages import NOT_ARRIVED
from corps.workflow import void_approval
from notices.models import Notice, NoticeItem
from notices.models.withdrawals import Cause
from notices.states import ItemState
from notices.workflow import ledger
from notices.workflow.withdrawing import tell_withdrawn, with_notices
from stores.extensions import Touched
from stores.models import OfficialAccount


def take_back_counted(account: OfficialAccount, actor: User, at: datetime) -> None:
    """A hook of `stores.workflow`, in the confirming transaction: a −1 for each entry that counts against an account.

    The targets are marked and their items withdrawn already; they are reported again, and official. Platforms that were
    not asked with the withdrawal of what was open to restore them are asked here. A correction that somebody proposed
    of one of them is void, for there is nothing left to correct.
    """
    counted = list(
        locked_in_order(Target.objects, _counted(account)).select_related("case")
    )
    if not counted:
        return
    approval = (
        Approval.objects.about(account)
        .select_related("requested_by")
        .order_by("-attempt")
        .first()
    )
    values = {
        "account": account.name,
        "asked": approval.requested_by if approval else "",
        "confirmed": actor,
    }
    reason = (
        gettext(
            "%(account)s is an official account; proposed by %(asked)s, confirmed by %(confirmed)s"
        )
        % values
    )
    ledger.take_back_official(counted, account=account, at=at, reason=reason)
    ids = [target.pk for target in counted]
    removed = with_notices(item.pk for item in ledger.counted_items(ids).values())
    tell_withdrawn(removed, actor=actor, at=at, cause=Cause.OFFICIAL_ACCOUNT)
    proposed = Approval.objects.open_among(Target).filter(subject_id__in=ids)
    for target in Target.objects.filter(pk__in=proposed.values("subject_id")):
        void_approval(subject=target, actor=actor, at=at)
    state = Either(
        When(state__in=REPORTED_AGAIN, then=Value(TargetState.REPORTED)),
        default=F("state"),
    )
    Target.objects.filter(pk__in=ids).update(is_counted=False, state=state)
    record_many(
        entry(
            actor,
            "outcome.taken_back",
            target,
            at=at,
            thread=target.thread,
            reason=reason,
        )
        for target in counted
    )


def touched_work(account: OfficialAccount) -> Iterable[Touched]:
    """For `stores.extensions.touched_counters`: open items, letters on their way and counted ledger entries of an
    account."""
    targets = [
        pk for lot in targets_of(account) for pk in lot.values_list("pk", flat=True)
    ]
    listed = reverse("cases:official_targets", args=[account.pk])
    items = NoticeItem.objects.filter(target__in=targets).unfinished()
    note = _("withdrawn, with a letter where the first one left")
    yield Touched(
        "open-items",
        _("Open items of notices"),
        items.count(),
        note,
        f"{listed}?show=open",
    )
    notices = Notice.objects.filter(items__in=items).values("pk")
    about = {
        "message__subject_type": Notice._meta.label_lower,
        "message__subject_id__in": notices,
    }
    waiting = Delivery.objects.filter(state__in=NOT_ARRIVED, **about)
    note = _("those not sent are cancelled and replaced")
    yield Touched(
        "letters",
        _("Letters on their way"),
        waiting.count(),
        note,
        f"{listed}?show=open",
    )
    counted = Target.objects.filter(pk__in=targets, is_counted=True).count()
    note = _("a −1 is written for each, in the same act")
    yield Touched(
        "counted", _("Counted results"), counted, note, f"{listed}?show=counted"
    )


def work_of(targets: Iterable[int]) -> Iterable[tuple[str, Any, int]]:
    """For `cases.extensions.work_counters`: what is under way about these targets. Three statements."""
    ids = list(targets)
    items = NoticeItem.objects.filter(target__in=ids)
    yield "open", _("Open items of notices"), items.filter(state=ItemState.OPEN).count()
    yield (
        "answered",
        _("Answered items"),
        items.unfinished().exclude(state=ItemState.OPEN).count(),
    )
    yield (
        "counted",
        _("Counted results"),
        Target.objects.filter(pk__in=ids, is_counted=True).count(),
    )


def _counted(account: OfficialAccount) -> list[int]:
    counted: list[int] = []
    for lot in targets_of(account):
        counted += lot.filter(is_counted=True).values_list("pk", flat=True)
    return counted
