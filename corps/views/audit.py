"""The auditor's page: who did what when, and whether it is as it was sealed."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps import workflow
from corps.clock import SHANGHAI
from corps.doors import SignedIn, open_to
from corps.models import AuditEntry, AuditSeal, User
from corps.pieces.lists import capped_count, conditions, page_of

CHANNELS = ("page", "api", "task", "command", "replay")
auditors = open_to(User.Role.AUDITOR)


@auditors
@require_GET
def list_entries(request: SignedIn) -> HttpResponse:
    """Entries, newest first; filtered by person, verb, kind of subject, channel and days (Shanghai, both included)."""
    entries = _found(request)
    page = page_of(entries, request.GET, order=("-id",), total=lambda: capped_count(entries))
    chips = conditions(
        request.GET,
        [
            ("actor", _("Person"), str),
            ("verb", _("Act"), str),
            ("subject", _("Subject"), str),
            ("channel", _("Channel"), str),
            ("from", _("From"), str),
            ("to", _("To"), str),
        ],
    )
    for entry in page.rows:
        entry.said = [(name, _plain(value)) for name, value in entry.detail.items()]
    last = AuditSeal.objects.order_by("-pk").only("pk", "hash", "sealed_at").first()
    context = {"page": page, "chips": chips, "channels": CHANNELS, "seal": last, "seals": AuditSeal.objects.count()}
    return render(request, "corps/audit_list.html", context)


@auditors
@require_POST
def verify(request: SignedIn) -> HttpResponse:
    """Check every seal now; that it was done is itself in the audit."""
    fault = workflow.check_audit(actor=request.user, at=timezone.now())
    if fault is None:
        messages.success(request, _("Every sealed entry is as it was sealed."))
    else:
        said = _("Seal %(seal)s does not hold: entry %(entry)s, %(kind)s.")
        messages.error(request, said % {"seal": fault.seal, "entry": fault.entry, "kind": fault.word})
    return redirect("audit")


def _found(request: SignedIn) -> QuerySet[AuditEntry]:
    asked = request.GET
    entries = AuditEntry.objects.visible_to(request.user).select_related("actor")
    if login := asked.get("actor", "").strip()[:60]:
        entries = entries.filter(actor__in=User.objects.filter(username=login))
    if verb := asked.get("verb", "").strip()[:48]:
        entries = entries.filter(verb__startswith=verb)
    if subject := asked.get("subject", "").strip()[:48]:
        entries = entries.filter(subject_type=subject)
    if (channel := asked.get("channel")) in CHANNELS:
        entries = entries.filter(channel=channel)
    if first := _day(asked.get("from", "")):
        entries = entries.filter(recorded_at__gte=_midnight(first))
    if last := _day(asked.get("to", "")):
        entries = entries.filter(recorded_at__lt=_midnight(last + timedelta(days=1)))
    return entries


def _plain(value: Any) -> str:
    """A detail as it is read: text as it stands, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)
