"""The administrator's page of the outbox: whether it sends, what is held, and what becomes of that."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Count, Min, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from corps import workflow
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter, reads
from corps.errors import TransitionRefused
from corps.forms import HeldMailsForm
from corps.installation import identity
from corps.mail.extensions import mail_purposes
from corps.mail.outbox import backlog
from corps.models import Delivery, Installation, User
from corps.task_queue import enqueue
from corps.ui.formats import thousands
from corps.ui.lists import Page, page_of
from corps.ui.refusals import send_back


def kinds_that_wait(user: User) -> set[str]:
    """The kinds of mail that there are."""
    return {
        *mail_purposes,
        *Delivery.objects.held_for(user).values_list("message__purpose", flat=True),
    }


@open_to("corps.view_outbox")
@reads(Parameter("kind", kinds_that_wait), paged=True)
@require_safe
def show_outbox(request: SignedIn) -> HttpResponse:
    """Whether mail goes out and why not, what waits by kind, and the mails of one kind. What they say is not shown."""
    return render(request, "corps/outbox.html", _context(request, HeldMailsForm()))


@open_to("corps.lift_quarantine")
@require_POST
def hold_outbox(request: SignedIn) -> HttpResponse:
    """Let nothing leave until it is released."""
    workflow.quarantine_outbox(actor=request.user, at=timezone.now())
    messages.success(
        request, _("The outbox is held: nothing is sent until you release it.")
    )
    return redirect("outbox")


@open_to("corps.lift_quarantine")
@require_POST
def release_outbox(request: SignedIn) -> HttpResponse:
    """Let the outbox send again."""
    waiting = Delivery.objects.held().count()
    try:
        workflow.lift_quarantine(actor=request.user, at=timezone.now())
    except TransitionRefused as refused:
        return send_back(request, refused, "outbox")
    said: Any = ngettext(
        "The outbox sends again; %(count)s mail was waiting.",
        "The outbox sends again; %(count)s mails were waiting.",
        waiting,
    )
    messages.success(request, said % {"count": thousands(waiting)})
    return redirect("home")


@open_to("corps.lift_quarantine")
@require_POST
def release_mails(request: SignedIn) -> HttpResponse:
    """Let the chosen mails go, though the outbox is held."""
    form = HeldMailsForm(request.POST)
    if not form.is_valid():
        return _shown_again(request, form)
    try:
        count = workflow.release_held(
            deliveries=_chosen(form), actor=request.user, at=timezone.now()
        )
    except TransitionRefused as refused:
        return send_back(request, refused, "outbox")
    enqueue("corps.tasks.send_due")
    said: Any = ngettext(
        "%(count)s mail is released.", "%(count)s mails are released.", count
    )
    messages.success(request, said % {"count": thousands(count)})
    return redirect("outbox")


@open_to("corps.lift_quarantine")
@require_POST
def drop_mails(request: SignedIn) -> HttpResponse:
    """Give the chosen mails up, with the reason."""
    form = HeldMailsForm(request.POST)
    if not form.is_valid():
        return _shown_again(request, form)
    reason = form.cleaned_data["reason"]
    try:
        count = workflow.drop_held(
            deliveries=_chosen(form),
            actor=request.user,
            reason=reason,
            at=timezone.now(),
        )
    except TransitionRefused as refused:
        if refused.code != "reason-missing":
            return send_back(request, refused, "outbox")
        form.add_error("reason", str(refused.message))
        return _shown_again(request, form)
    said: Any = ngettext(
        "%(count)s mail is dropped.", "%(count)s mails are dropped.", count
    )
    messages.success(request, said % {"count": thousands(count)})
    return redirect("outbox")


def _shown_again(request: SignedIn, form: HeldMailsForm) -> HttpResponse:
    """The page with what is wrong with the form, and what was ticked in it."""
    return render(request, "corps/outbox.html", _context(request, form))


def _chosen(form: HeldMailsForm) -> QuerySet[Delivery]:
    """All mails of the kind that a valid form names, or those that were ticked."""
    if form.cleaned_data["whole"]:
        return Delivery.objects.filter(message__purpose=form.cleaned_data["kind"])
    return Delivery.objects.filter(pk__in=form.ticked())


def _page_of_mails(mails: QuerySet[Delivery], params: QueryDict) -> Page:
    """A page of the mails of one kind, whose links lead to the outbox: it is shown where its forms are sent to, too."""
    page = page_of(
        mails.select_related("message").defer("content"), params, order=("-id",)
    )
    here = reverse("outbox")
    return replace(
        page,
        next=page.next and here + page.next,
        previous=page.previous and here + page.previous,
    )


def _context(request: SignedIn, form: HeldMailsForm) -> dict[str, Any]:
    installation = Installation.objects.get()
    held = Delivery.objects.held_for(request.user).order_by()
    kinds = sorted(
        held.values_list("message__purpose").annotate(
            Count("pk"), Min("message__created_at")
        )
    )
    kind = request.GET.get("kind") or form.data.get("kind") or ""
    waiting = backlog()
    return {
        "form": form,
        "installation": installation,
        "lacks_server": waiting.lacks_server,
        "differs": [
            Installation.Held(code).label for code in identity.differences(installation)
        ],
        "because": [
            Installation.Held(code).label for code in installation.held_because
        ],
        "kinds": [
            (code, mail_purposes.get(code, code), count, since)
            for code, count, since in kinds
        ],
        "kind": kind,
        "kind_label": mail_purposes.get(kind, kind),
        "page": _page_of_mails(held.filter(message__purpose=kind), request.GET)
        if kind
        else None,
        "ticked": form.ticked(),
    }
