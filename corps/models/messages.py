"""What leaves the system: messages and their deliveries, the outbox."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from corps.models.installation import Installation
from corps.models.visibility import CorpsQuerySet
from corps.states import BLUE, GREY, RED, State, StateTable


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("Uncertain")
    CANCELLED = "cancelled", _("Cancelled")


# From "sending" back to "pending" only while it is certain that the server has not taken the message; from
# "uncertain" and "failed" only a person leads on, and from "sent" where the message came back.
DELIVERY_STATES = StateTable(
    DeliveryState,
    State(
        DeliveryState.PENDING,
        GREY,
        moves=(DeliveryState.SENDING, DeliveryState.CANCELLED),
        groups=("not_arrived", "unsent"),
    ),
    State(
        DeliveryState.SENDING,
        BLUE,
        moves=(
            DeliveryState.SENT,
            DeliveryState.PENDING,
            DeliveryState.FAILED,
            DeliveryState.UNCERTAIN,
        ),
        groups=("not_arrived", "unsent", "may_have_left"),
    ),
    State(
        DeliveryState.SENT,
        BLUE,
        moves=(DeliveryState.FAILED,),
        finished=True,
        groups=("may_have_left",),
    ),
    State(
        DeliveryState.FAILED,
        RED,
        moves=(DeliveryState.PENDING, DeliveryState.CANCELLED),
        listed_under="open",
    ),
    State(
        DeliveryState.UNCERTAIN,
        RED,
        moves=(
            DeliveryState.SENT,
            DeliveryState.PENDING,
            DeliveryState.CANCELLED,
        ),
        groups=("not_arrived", "may_have_left"),
        listed_under="open",
    ),
    State(DeliveryState.CANCELLED, GREY, finished=True),
)

# A person has to decide what becomes of it.
FOR_A_PERSON = DELIVERY_STATES.listed_under("open")
# A worker has it, or will.
UNSENT = DELIVERY_STATES.group("unsent")
# It may still arrive, or be sent again.
NOT_ARRIVED = DELIVERY_STATES.group("not_arrived")
# Somebody outside may have it.
MAY_HAVE_LEFT = DELIVERY_STATES.group("may_have_left")


class DeliveryQuerySet(CorpsQuerySet):
    """Deliveries; the app above narrows them to subjects the person may see."""

    def due(self, now) -> Self:
        """What a worker may claim: pending, its time come, its lease (if any) run out."""
        return self.filter(state=Delivery.State.PENDING, due_at__lte=now)

    def held_for(self, user) -> Self:
        """What waits while the outbox is held, and nobody has released yet: an administrator's to decide about."""
        if not user.is_authenticated or user.scope != user.Scope.SYSTEM:
            return self.none()
        return self.held()

    def held(self) -> Self:
        """What would be sent if the outbox were not held, apart from what was released by itself."""
        return self.filter(state=Delivery.State.PENDING, replay="", released_at=None)

    def with_replayed(self) -> Self:
        """Each with `is_replayed`: its own sink took it in a replay, and outside a demonstration that is no sending."""
        demonstration = Installation.objects.demonstrations()
        taken = models.Q(state=Delivery.State.SENT) & ~models.Q(replay="")
        return self.annotate(
            is_replayed=models.Case(
                models.When(taken & ~models.Exists(demonstration), then=True),
                default=False,
                output_field=models.BooleanField(),
            )
        )


class Message(models.Model):
    """What is said to whom, about what, for which purpose and step. Unique on these four, so nothing is said twice.

    thread: the audit thread, such as "case:12", in whose timeline the sending shows. at: when the act that causes it
    happened, where that is known apart from when it was recorded.
    """

    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField()
    recipient = models.EmailField()
    recipient_name = models.CharField(max_length=80, blank=True)
    purpose = models.CharField(max_length=24)
    step = models.SmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    thread = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "recipient", "purpose", "step"],
                name="nothing_is_said_twice",
            )
        ]


class Delivery(models.Model):
    """The outbox row of a message: the finished bytes, and how far their sending is.

    mail_id: the fixed Message-ID, with its angle brackets; sha256: of the bytes, in hex. worker: who claimed it.
    answer: what the server said last, or why it was not sent; kept as evidence. released_at: when an administrator let
    it go although the outbox is held.
    """

    State = DeliveryState

    message = models.OneToOneField(Message, models.PROTECT, related_name="delivery")
    mail_id = models.CharField(max_length=120, unique=True)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.PENDING
    )
    replay = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(db_default=Now())
    tries = models.SmallIntegerField(default=0)
    worker = models.CharField(max_length=80, blank=True)
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    sending_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)
    # When those who decide about it, and the administrators, were told that it failed, is uncertain or waits too long.
    told_at = models.DateTimeField(null=True)
    alarmed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = DeliveryQuerySet.as_manager()

    @property
    def shown_state(self) -> tuple[str, Any]:
        """Its state and word for pages; rows of `with_replayed` never call "sent" what only a replay's sink took."""
        if getattr(self, "is_replayed", False):
            return "replayed", _("Replayed")
        return self.state, self.get_state_display()

    @property
    def happened_at(self) -> datetime | None:
        """When its sending ended; of one that a replay tells of, when the act that caused it happened."""
        return (
            self.message.at
            if self.replay and self.finished_at and self.message.at
            else self.finished_at
        )

    class Meta:
        indexes = [
            models.Index(
                fields=["replay", "due_at", "id"],
                name="delivery_due",
                condition=models.Q(state="pending"),
            ),
            models.Index(
                fields=["sending_at"],
                name="delivery_sending",
                condition=models.Q(state="sending"),
            ),
            models.Index(
                fields=["state", "id"],
                name="delivery_for_a_person",
                condition=models.Q(state__in=list(FOR_A_PERSON)),
            ),
        ]
        constraints = [
            DELIVERY_STATES.constraint("delivery_state_known"),
            models.CheckConstraint(
                name="delivery_sent_has_a_time",
                condition=~models.Q(state="sent") | models.Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_sending_has_a_worker",
                condition=~models.Q(state="sending") | ~models.Q(worker=""),
            ),
        ]
        triggers = [DELIVERY_STATES.trigger()]
