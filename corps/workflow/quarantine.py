"""Holding the outbox and letting it go: all of it, by kind, or one by one; and which installation may send."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import require
from corps.audit.recording import entry, record, record_many
from corps.database.locking import locked
from corps.errors import TransitionRefused
from corps.installation import identity
from corps.mail.extensions import stopped_hooks
from corps.models import Delivery, Installation, User
from corps.workflow.deliveries import administrators, cancel_unsent
from corps.workflow.installation import notify_many

Held = Installation.Held


@transaction.atomic
def quarantine_outbox(
    *, actor: User | None, at: datetime, because: Iterable[str] = (Held.BY_HAND,)
) -> bool:
    """Let nothing leave the outbox until somebody lifts this; whether that, or a reason, is new.

    actor: None for a command, or for a copy that holds itself. because: values of `Held`. What was released by itself
    before waits again. Raises PermissionDenied.
    """
    if actor is not None:
        require(actor, "corps.lift_quarantine")
    installation = locked(Installation.objects).get()
    reasons = sorted({*installation.held_because, *(str(code) for code in because)})
    if installation.outbox_quarantined and reasons == installation.held_because:
        return False
    Installation.objects.update(
        outbox_quarantined=True,
        held_because=reasons,
        held_since=installation.held_since or at,
    )
    Delivery.objects.filter(
        state=Delivery.State.PENDING, released_at__isnull=False
    ).update(released_at=None)
    record(actor, "outbox.quarantined", None, at=at, because=reasons)
    return True


@transaction.atomic
def lift_quarantine(*, actor: User | None, at: datetime) -> bool:
    """Let the outbox send again; whether it was held. actor: None for a command.

    Raises PermissionDenied; TransitionRefused "not-enrolled" on a copy.
    """
    if actor is not None:
        require(actor, "corps.lift_quarantine")
    installation = locked(Installation.objects).get()
    _require_enrolled(installation)
    if not installation.outbox_quarantined:
        return False
    Installation.objects.update(
        outbox_quarantined=False, held_because=[], held_since=None
    )
    record(actor, "outbox.released", None, at=at)
    return True


@transaction.atomic
def enrol(*, at: datetime) -> list[str]:
    """Make this process's database and data directory the ones that may send; in what they differed, as `Held`.

    A database that was copied gets a token of its own, so that no data directory of the original can send for it.
    What is held stays held. For commands and maintenance alone: it is asked for on the host itself.
    """
    installation = locked(Installation.objects).get()
    differed = identity.differences(installation)
    token = installation.token
    if not token:
        token = identity.kept_token(settings.DATA_DIR).text or secrets.token_urlsafe(32)
    elif {Held.SYSTEM, Held.DATABASE} & set(differed):
        token = secrets.token_urlsafe(32)
    elif not differed:
        return []
    identity.keep_token(settings.DATA_DIR, token)
    Installation.objects.update(token=token, **identity.database_identity())
    record(None, "installation.enrolled", None, at=at, because=differed)
    return differed


def check_identity(*, at: datetime) -> None:
    """For maintenance: enrol a database that never was, and hold the outbox of one that is a copy, telling the
    administrators. Three statements where all is as it was."""
    installation = Installation.objects.get()
    if not installation.token:
        enrol(at=at)
        return
    found = identity.differences(installation)
    if not found or not quarantine_outbox(actor=None, at=at, because=found):
        return
    said = _(
        "The outbox is held: this is a copy, or a host that was never enrolled. Nothing is sent."
    )
    notify_many(administrators(None), said, reverse("outbox"))


@transaction.atomic
def release_held(*, deliveries: QuerySet[Delivery], actor: User, at: datetime) -> int:
    """Let some mails go though the outbox is held; how many. The caller enqueues `corps.tasks.send_due`.

    Raises PermissionDenied; TransitionRefused "not-enrolled" on a copy, "nothing-held" if none of them waits any more.
    """
    require(actor, "corps.lift_quarantine")
    _require_enrolled(Installation.objects.get())
    chosen = _chosen(deliveries, actor)
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in chosen]).update(
        released_at=at
    )
    record_many(_entry(actor, "delivery.released", delivery, at) for delivery in chosen)
    return len(chosen)


@transaction.atomic
def drop_held(
    *, deliveries: QuerySet[Delivery], actor: User, reason: str, at: datetime
) -> int:
    """Give some held mails up, for they were sent already or may not be sent any more; how many. Whoever is told of
    mails that a check has stopped is told of these.

    Raises PermissionDenied; TransitionRefused "reason-missing", "nothing-held".
    """
    require(actor, "corps.lift_quarantine")
    if not reason.strip():
        raise TransitionRefused("reason-missing", _("Enter a reason."))
    reason = reason.strip()
    chosen = {delivery.pk: delivery for delivery in _chosen(deliveries, actor)}
    dropped = cancel_unsent(deliveries=chosen, actor=actor, reason=reason, at=at)
    for pk in dropped:
        for hook in stopped_hooks:
            hook(chosen[pk], reason)
    return len(dropped)


def _chosen(deliveries: QuerySet[Delivery], actor: User) -> list[Delivery]:
    """Those that are still held, locked in the order of ids."""
    held = deliveries.held_for(actor).select_related("message").defer("content")  # type: ignore[attr-defined]
    chosen = list(locked(held.order_by("pk")))
    if not chosen:
        raise TransitionRefused(
            "nothing-held", _("None of these mails is held any more.")
        )
    return chosen


def _entry(actor: User, verb: str, delivery: Delivery, at: datetime) -> Any:
    said = delivery.message
    return entry(
        actor,
        verb,
        delivery,
        at=at,
        thread=said.thread,
        purpose=said.purpose,
        step=said.step,
    )


def _require_enrolled(installation: Installation) -> None:
    if identity.differences(installation):
        message = _(
            "This is a copy that was never enrolled. On its host run: ./manage.py quarantine enrol"
        )
        raise TransitionRefused("not-enrolled", message)
