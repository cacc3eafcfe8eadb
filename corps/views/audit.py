"""The auditor's page: who did what when, and whether it is as it was sealed."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from corps import workflow
from corps.access.decorators import SignedIn, open_to
from corps.access.routes import (
    access_table,
    decided_by_their_views,
    for_everybody,
    scope_table,
)
from corps.audit import labels
from corps.audit.extensions import subject_kinds
from corps.filters import CHANNELS
from corps.models import AuditSeal
from corps.tables import AuditList
from corps.ui.list_export import exported

# What an auditor looks at first.
OFTEN = (
    "sign_in.failed",
    "sign_in.locked",
    "second_factor.",
    "account.",
    "outcome.",
    "calendar.",
    "audit.checked",
)
KNOWN_HASH = re.compile(r"\b[0-9a-f]{64}\b")


@open_to("corps.view_audit")
@AuditList.reads()
@require_GET
def list_entries(request: SignedIn) -> HttpResponse:
    """Entries, newest first; filtered by person, act, what it is about, channel and days (Shanghai, both included).

    `verb` may be the beginning of many acts, such as `case.`; `id` names one thing of the kind `subject`.
    """
    last = AuditSeal.objects.order_by("-pk").only("pk", "hash", "sealed_at").first()
    context = AuditList(request).context() | {
        "often": [(act, labels.act_words(act)) for act in OFTEN],
        "families": labels.acts_by_family(),
        "kinds": sorted(
            (str(kind.label), label) for label, kind in subject_kinds.items()
        ),
        "channels": CHANNELS,
        "seal": last,
        "seals": AuditSeal.objects.count(),
    }
    return render(request, "corps/audit_list.html", context)


export_entries = open_to("corps.view_audit")(exported(AuditList))


@open_to("corps.view_audit")
@require_GET
def show_access(request: SignedIn) -> HttpResponse:
    """Who may do what: each verb with its roles and duties, and the addresses that it opens; whose records each role
    sees; no statement."""
    request.sidebar_key = "audit"
    context = {
        "verbs": access_table(),
        "scopes": scope_table(),
        "everybody": for_everybody(),
        "own": decided_by_their_views(),
    }
    return render(request, "corps/access.html", context)


@open_to("corps.check_audit")
@require_POST
def verify(request: SignedIn) -> HttpResponse:
    """Check every seal now, and that seals of which the auditor noted the hash still stand; that it was done is itself
    in the audit."""
    known = KNOWN_HASH.findall(request.POST.get("known", "").lower())
    if request.POST.get("known", "").strip() and not known:
        messages.error(
            request, _("A noted hash has 64 digits and letters from a to f.")
        )
        return redirect("audit")
    fault = workflow.check_audit(actor=request.user, at=timezone.now())
    lost = workflow.lost_seals(known)
    if fault is not None:
        said = _("The audit does not hold: seal %(seal)s, entry %(entry)s, %(kind)s.")
        numbers = {"seal": fault.seal or "—", "entry": fault.entry or "—"}
        messages.error(request, said % (numbers | {"kind": fault.word}))
    for seal in lost:
        messages.error(
            request,
            _("No seal %(hash)s stands any more: the end of the audit was replaced.")
            % {"hash": seal},
        )
    if fault is None and not lost:
        messages.success(request, _("Every sealed entry is as it was sealed."))
        if known:
            messages.success(request, _("The seal that you noted stands."))
    return redirect("audit")
