"""What people decide about deliveries, and how unsent ones are stopped together. Sending itself is
`corps.mail.outbox`."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import entry, record, record_many
from corps.database.locking import locked
from corps.errors import TransitionRefused
from corps.mail import outbox
from corps.mail.events import delay_of
from corps.mail.extensions import arrival_hooks, failure_hooks
from corps.models import Delivery, Installation, User
from corps.models.messages import DELIVERY_STATES, FOR_A_PERSON, DeliveryState
from corps.workflow.announcing import announce


@transaction.atomic
def mark_sent(
    *, delivery: Delivery, actor: User, evidence: str, at: datetime
) -> Delivery:
    """Decide that an uncertain message did arrive. evidence: how that is known. at: when it was sent.

    Raises PermissionDenied; TransitionRefused "not-uncertain", "evidence-missing".
    """
    delivery = _locked(delivery, actor)
    if delivery.state != DeliveryState.UNCERTAIN:
        raise TransitionRefused(
            "not-uncertain",
            _("Only an uncertain delivery can be marked as sent."),
            state=delivery.state,
            **last_act(delivery),
        )
    if not evidence.strip():
        raise TransitionRefused(
            "evidence-missing", _("Say how it is known that the message arrived.")
        )
    _decide(
        delivery,
        DeliveryState.SENT,
        actor,
        at,
        evidence=evidence.strip(),
        finished_at=at,
    )
    _tell_arrivals(delivery)
    return delivery


@transaction.atomic
def record_bounce(
    *, delivery: Delivery, actor: User, reason: str, at: datetime
) -> Delivery:
    """Enter that a message which was sent came back: it has failed, and what follows a failure follows.

    reason: what the returned mail says. Raises PermissionDenied; TransitionRefused "not-sent", "reason-missing".
    """
    delivery = _locked(delivery, actor)
    _require_reason(reason)
    if delivery.state != DeliveryState.SENT:
        raise TransitionRefused(
            "not-sent",
            _("Only a message that was sent can come back."),
            state=delivery.state,
        )
    _decide(delivery, DeliveryState.FAILED, actor, at, reason=reason.strip())
    for hook in failure_hooks:
        hook(delivery)
    _tell_arrivals(delivery)
    return delivery


def _tell_arrivals(delivery: Delivery) -> None:
    for hook in arrival_hooks:
        hook([delivery.pk])


@transaction.atomic
def resend(*, delivery: Delivery, actor: User, reason: str, at: datetime) -> Delivery:
    """Send a failed or uncertain message again: the same bytes under the same Message-ID, its tries counted anew.

    The caller enqueues `corps.tasks.send_due`.
    Raises PermissionDenied; TransitionRefused "not-resendable", "reason-missing".
    """
    delivery = _locked(delivery, actor)
    _require_reason(reason)
    if delivery.state not in FOR_A_PERSON:
        raise TransitionRefused(
            "not-resendable",
            _("Only a failed or uncertain delivery can be sent again."),
            state=delivery.state,
            **last_act(delivery),
        )
    fresh: dict[str, Any] = {
        "worker": "",
        "lease_until": None,
        "tries": 0,
        "due_at": timezone.now(),
        "finished_at": None,
        "told_at": None,
        "alarmed_at": None,
    }
    return _decide(
        delivery, DeliveryState.PENDING, actor, at, reason=reason.strip(), **fresh
    )


@transaction.atomic
def cancel(*, delivery: Delivery, actor: User, reason: str, at: datetime) -> Delivery:
    """Give a delivery up that is not yet sent, or failed, or uncertain.

    Raises PermissionDenied; TransitionRefused "not-cancellable", "reason-missing".
    """
    delivery = _locked(delivery, actor)
    _require_reason(reason)
    if not DELIVERY_STATES.allows(delivery.state, DeliveryState.CANCELLED):
        raise TransitionRefused(
            "not-cancellable",
            _("What is sent or being sent cannot be cancelled."),
            state=delivery.state,
            **last_act(delivery),
        )
    return _decide(
        delivery,
        DeliveryState.CANCELLED,
        actor,
        at,
        reason=reason.strip(),
        finished_at=timezone.now(),
    )


@transaction.atomic
def cancel_unsent(
    *,
    deliveries: QuerySet[Delivery] | Iterable[int],
    actor: User | None,
    reason: str,
    at: datetime,
) -> list[int]:
    """Cancel those of the deliveries that are still waiting; their ids.

    For the verbs of the apps above, which have asked their own rule. What a worker is sending just now is not waited
    for: it was begun before. Three statements, whatever the number.
    """
    if not isinstance(deliveries, QuerySet):
        deliveries = Delivery.objects.filter(pk__in=list(deliveries))
    waiting = (
        deliveries.filter(state=DeliveryState.PENDING)
        .select_related("message")
        .defer("content")
    )
    stopped = list(locked(waiting.order_by("pk")))
    ids = [delivery.pk for delivery in stopped]
    DELIVERY_STATES.move_all(
        Delivery.objects.filter(pk__in=ids),
        DeliveryState.CANCELLED,
        answer=reason,
        finished_at=timezone.now(),
        lease_until=None,
    )
    record_many(
        entry(
            actor,
            "delivery.cancelled",
            delivery,
            at=at,
            thread=delivery.message.thread,
            reason=reason,
        )
        for delivery in stopped
    )
    return ids


def cancel_replay(mark: str, *, at: datetime) -> int:
    """Cancel what a replay has not sent; how many. For replays that were not begun with `outbox.replaying`."""
    if not mark:
        raise ValueError("a replay's mark is not empty")
    unsent = Delivery.objects.filter(replay=mark)
    return len(
        cancel_unsent(
            deliveries=unsent, actor=None, reason="the replay has ended", at=at
        )
    )


# By the partial indexes of what waits and of what a person decides about.
ALARM = """
UPDATE corps_delivery SET alarmed_at = clock_timestamp() WHERE id IN (
    SELECT id FROM corps_delivery
    WHERE state IN ('failed', 'uncertain') AND alarmed_at IS NULL
      AND finished_at < clock_timestamp()
        - make_interval(secs => CASE state WHEN 'failed' THEN %(failed)s ELSE %(uncertain)s END::float8)
    UNION ALL
    SELECT waiting.id FROM corps_delivery waiting JOIN corps_message message ON message.id = waiting.message_id
    WHERE waiting.state = 'pending' AND waiting.replay = '' AND waiting.alarmed_at IS NULL
      AND (waiting.tries > 0 OR waiting.due_at <= clock_timestamp())
      AND message.created_at < clock_timestamp() - make_interval(secs => %(pending)s)
)
RETURNING state"""
ALARMS = {
    DeliveryState.PENDING: "alarm",
    DeliveryState.FAILED: "delivery.failed",
    DeliveryState.UNCERTAIN: "delivery.uncertain",
}
SENTENCES: dict[str | tuple[str, str], Any] = {
    "alarm": _("Mails wait unsent for more than an hour: %(count)d."),
    ("delivery.failed", "administrator"): _(
        "Mails failed more than an hour ago and nobody decided: %(count)d."
    ),
    ("delivery.uncertain", "administrator"): _(
        "Mails are of unknown outcome for more than an hour: %(count)d."
    ),
}


@transaction.atomic
def alarm_administrators() -> int:
    """For maintenance: tell the administrators of mails that wait for more than an hour, and of those that failed or
    are uncertain for as long as the table of events says, of each once; how many.

    What a mail is about is none of their business: they get one line for each kind, which grows.
    """
    after = {state: delay_of(event, "administrator") for state, event in ALARMS.items()}
    spans = {
        state: delay.span.total_seconds() if delay else None
        for state, delay in after.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(ALARM, spans | {"pending": outbox.ALARM_AFTER.total_seconds()})
        states = Counter(state for (state,) in cursor.fetchall())
    for state, count in sorted(states.items()):
        to = "administrator"
        if state == DeliveryState.PENDING:
            to = "administrators"
        announce(
            ALARMS[state],
            Installation(pk=1),
            to=to,
            actor=None,
            url=reverse("home"),
            count=count,
        )
    return states.total()


def administrators(_about: Any) -> QuerySet[User]:
    """Whoever keeps the system running."""
    return User.objects.in_scope(User.Scope.SYSTEM)


def _locked(delivery: Delivery, actor: User) -> Delivery:
    delivery = locked(Delivery.objects).select_related("message").get(pk=delivery.pk)
    require(actor, "corps.decide_delivery", delivery)
    return delivery


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise TransitionRefused("reason-missing", _("Enter a reason."))


def _decide(
    delivery: Delivery,
    state: DeliveryState,
    actor: User,
    at: datetime,
    *,
    evidence: str = "",
    reason: str = "",
    **fields: Any,
) -> Delivery:
    """Write a person's decision and its audit entry; the worker's last answer stays as evidence."""
    before = DELIVERY_STATES.move(delivery, state)
    delivery.decided_by = actor
    for name, value in fields.items():
        setattr(delivery, name, value)
    delivery.save(update_fields=["state", "decided_by", *fields])
    said = {
        name: text
        for name, text in (("evidence", evidence), ("reason", reason))
        if text
    }
    record(
        actor,
        "delivery.decided",
        delivery,
        at=at,
        thread=delivery.message.thread,
        before=before,
        after=state,
        **said,
    )
    return delivery
