"""Telling officers of letters that failed, or of which nobody knows whether they arrived."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from corps.locking import locked
from corps.models import Delivery, User
from corps.workflow import notify_many
from notices.models import Notice

TOLD: dict[str, Any] = {
    Delivery.State.FAILED: _("The letter of notice {number} could not be delivered to {recipient}."),
    Delivery.State.UNCERTAIN: _("It is not known whether the letter of notice {number} to {recipient} arrived."),
}
AT_ONCE = 200


@transaction.atomic
def tell_officers_of_failures() -> int:
    """For maintenance: tell whoever handles the case of each such letter once; how many letters.

    Who drafted a notice was told of its failure by the failure itself.
    """
    waiting = Delivery.objects.filter(
        state__in=TOLD, told_at=None, replay="", message__subject_type=Notice._meta.label_lower
    )
    rows = list(locked(waiting.order_by("pk"), skip_locked=True).select_related("message").defer("content")[:AT_ONCE])
    notices = Notice.objects.select_related("case").in_bulk({row.message.subject_id for row in rows})
    for row in rows:
        notice = notices[row.message.subject_id]
        officers = User.objects.filter(assignments__case=notice.case, assignments__until=None, is_active=True)
        if row.state == Delivery.State.FAILED:
            officers = officers.exclude(pk=notice.drafted_by_id)
        told = format_lazy(TOLD[row.state], number=notice.number, recipient=row.message.recipient)
        notify_many(officers, told, f"{notice.get_absolute_url()}?tab=deliveries")
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=timezone.now())
    return len(rows)
