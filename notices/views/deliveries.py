"""Deliveries: what left the system, what did not, and what a person has to decide."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps import workflow
from corps.access.decorators import SignedIn, open_to
from corps.access.limits import counted
from corps.access.permissions import may
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.installation import identity
from corps.mail import compose as mail
from corps.mail.outbox import ALARM_AFTER
from corps.models import Delivery, User
from corps.models.messages import FOR_A_PERSON, UNSENT
from corps.task_queue import enqueue
from corps.ui.csv_export import Download, saved_as
from corps.ui.formats import length_of
from corps.ui.list_export import exported
from corps.ui.refusals import say_refused
from notices import letters
from notices.forms import DeliveryForm
from notices.models import Notice
from notices.tables import DeliveryList, visible_deliveries

# A letter that was made within this time waits its turn.
JUST_NOW = timedelta(minutes=1)


def waiting(user: User) -> int:
    """How many deliveries failed or are uncertain, for the sidebar."""
    return visible_deliveries(user).filter(state__in=FOR_A_PERSON).count()


@open_to("notices.view_deliveries")
@DeliveryList.reads()
@require_GET
def list_deliveries(request: SignedIn) -> HttpResponse:
    """Deliveries, newest first; by default all, `state` filters."""
    context = DeliveryList(request).context() | {"held": identity.reason_to_hold()}
    return render(request, "notices/delivery_list.html", context)


export_deliveries = open_to("notices.view_deliveries")(exported(DeliveryList))


@open_to("notices.view_deliveries")
@require_GET
def show_delivery(request: SignedIn, pk: int) -> HttpResponse:
    """One delivery: how far it is, the server's answer, and the stored message."""
    deliveries = visible_deliveries(request.user).with_replayed()  # type: ignore[attr-defined]
    delivery = get_object_or_404(
        deliveries.select_related("message", "decided_by"), pk=pk
    )
    return render(
        request, "notices/delivery.html", _context(request, delivery, DeliveryForm())
    )


@open_to("notices.view_deliveries")
@require_GET
@counted("papers.saved")
def download(request: SignedIn, pk: int) -> HttpResponse:
    """The stored bytes, as they leave or left."""
    delivery = get_object_or_404(visible_deliveries(request.user), pk=pk)
    response = HttpResponse(bytes(delivery.content), content_type="message/rfc822")
    taken = Download(request, "message", about=str(delivery.pk))
    return taken.whole(saved_as(f"delivery-{delivery.pk}.eml", response))


@open_to("notices.decide_delivery")
@require_POST
def decide(request: SignedIn, pk: int) -> HttpResponse:
    """Mark an uncertain delivery as sent, send a failed or uncertain one again, give it up, or enter that one which was
    sent came back; with the reason."""
    delivery = get_object_or_404(
        visible_deliveries(request.user).select_related("message"), pk=pk
    )
    form = DeliveryForm(request.POST)
    if not form.is_valid():
        return render(
            request, "notices/delivery.html", _context(request, delivery, form)
        )
    data, at = form.cleaned_data, now()
    try:
        match data["act"]:
            case "mark_sent":
                workflow.mark_sent(
                    delivery=delivery,
                    actor=request.user,
                    evidence=data["reason"],
                    at=at,
                )
            case "resend":
                workflow.resend(
                    delivery=delivery, actor=request.user, reason=data["reason"], at=at
                )
                enqueue("corps.tasks.send_due")
            case "bounce":
                workflow.record_bounce(
                    delivery=delivery, actor=request.user, reason=data["reason"], at=at
                )
            case "cancel":
                workflow.cancel(
                    delivery=delivery, actor=request.user, reason=data["reason"], at=at
                )
            case _:
                raise Http404
    except TransitionRefused as refused:
        say_refused(form, refused)
        return render(
            request, "notices/delivery.html", _context(request, delivery, form)
        )
    messages.success(request, _("Your decision is recorded."))
    return redirect("notices:delivery", pk=pk)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter that has not left, or of which nobody knows. colour: of its note; text: what is the matter."""

    pk: int
    colour: str
    text: str


def undelivered_of(notice: Notice) -> list[Undelivered]:
    """What is on its way for an issued notice, or needs a person; nothing for a letter that just waits its turn."""
    rows = (
        letters.deliveries_of(notice)
        .filter(state__in=(*UNSENT, *FOR_A_PERSON), replay="")
        .select_related("message")
    )
    waiting = list(rows.defer("content"))
    held = ""
    if waiting:
        held = identity.reason_to_hold()
    told = [_undelivered(delivery, held) for delivery in waiting]
    return [line for line in told if line]


def _undelivered(delivery: Delivery, held: str) -> Undelivered | None:
    """held: why mail does not go out at this moment, if it does not."""
    recipient = {"recipient": delivery.message.recipient}
    if delivery.state == Delivery.State.UNCERTAIN:
        sentence = _(
            "It is not known whether the letter to %(recipient)s arrived; an officer decides."
        )
        return Undelivered(delivery.pk, "red", sentence % recipient)
    if delivery.state == Delivery.State.FAILED:
        sentence = _(
            "The letter to %(recipient)s could not be delivered; an officer decides."
        )
        return Undelivered(delivery.pk, "red", sentence % recipient)
    if (
        held
        and delivery.state == Delivery.State.PENDING
        and delivery.released_at is None
    ):
        sentence = _("The letter to %(recipient)s was not sent.")
        return Undelivered(delivery.pk, "red", f"{sentence % recipient} {held}")
    age = now() - delivery.message.created_at
    if age < JUST_NOW:
        return None
    sentence = _(
        "The letter to %(recipient)s has not been sent yet; it has waited for %(time)s."
    )
    colour = "amber"
    if age > ALARM_AFTER:
        colour = "red"
    return Undelivered(
        delivery.pk, colour, sentence % (recipient | {"time": length_of(age)})
    )


def _context(
    request: SignedIn, delivery: Delivery, form: DeliveryForm
) -> dict[str, Any]:
    notice = Notice.objects.filter(pk=delivery.message.subject_id).first()
    held = ""
    if delivery.state == Delivery.State.PENDING and not delivery.replay:
        held = identity.reason_to_hold()
    return {
        "delivery": delivery,
        "reading": mail.read(delivery),
        "form": form,
        "notice": notice,
        "may_decide": may(request.user, "notices.decide_delivery"),
        "held": held,
    }
