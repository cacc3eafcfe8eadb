"""Telling officers of letters that failed, or of which nobody knows whether they arrived."""

from django.db import transaction
from django.utils import timezone

from corps.database.locking import locked
from corps.models import Delivery
from corps.models.messages import FOR_A_PERSON
from notices.models import Notice
from notices.notifications import announce_delivery

AT_ONCE = 200


def tell_of(delivery: Delivery) -> None:
    """Tell whoever handles the case that a letter failed or may not have arrived, and note that they were told."""
    announce_delivery(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(told_at=timezone.now())


@transaction.atomic
def tell_officers_of_failures() -> int:
    """For maintenance: tell of each such letter once that was not told of by its failure itself; how many letters."""
    waiting = Delivery.objects.filter(
        state__in=FOR_A_PERSON,
        told_at=None,
        replay="",
        message__subject_type=Notice._meta.label_lower,
    )
    rows = list(
        locked(waiting.order_by("pk"), skip_locked=True)
        .select_related("message")
        .defer("content")[:AT_ONCE]
    )
    for row in rows:
        tell_of(row)
    return len(rows)
