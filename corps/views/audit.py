"""The auditor's page: who did what when, and whether it is as it was sealed."""

import re
from datetime import timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from corps import workflow
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter, day, number, reads
from corps.audit import labels
from corps.deadlines.clock import midnight, parse_day
from corps.models import AuditEntry, AuditSeal, User
from corps.ui.lists import Condition, capped_count, conditions, page_of
from corps.ui.tables import Column, Table

CHANNELS = {
    "page": gettext_lazy("web page"),
    "api": gettext_lazy("API"),
    "task": gettext_lazy("background"),
    "command": gettext_lazy("command line"),
    "replay": gettext_lazy("replay"),
}
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
auditors = open_to(User.Role.AUDITOR)
KNOWN_HASH = re.compile(r"\b[0-9a-f]{64}\b")

TABLE = Table(
    "audit",
    Column("recorded", gettext_lazy("Recorded"), "w160", fixed=True),
    Column("who", gettext_lazy("Who"), "w144"),
    Column("act", gettext_lazy("Act"), "w160", fixed=True),
    Column("subject", gettext_lazy("Subject"), "w224"),
    Column("origin", gettext_lazy("Origin"), "w128"),
    Column("details", gettext_lazy("Details")),
)


@auditors
@reads(
    "actor",
    "verb",
    "subject",
    number("id"),
    Parameter("channel", [*CHANNELS]),
    day("from"),
    day("to"),
    paged=True,
)
@require_GET
def list_entries(request: SignedIn) -> HttpResponse:
    """Entries, newest first; filtered by person, act, what it is about, channel and days (Shanghai, both included).

    `verb` may be the beginning of many acts, such as `case.`; `id` names one thing of the kind `subject`.
    """
    entries = _found(request)
    page = page_of(
        entries, request.GET, order=("-id",), total=lambda: capped_count(entries)
    )
    last = AuditSeal.objects.order_by("-pk").only("pk", "hash", "sealed_at").first()
    context = {
        "page": page,
        "often": [(act, labels.act_words(act)) for act in OFTEN],
        "told": labels.tell(page.rows),
        "families": labels.acts_by_family(),
        "kinds": sorted(
            (str(kind.label), label) for label, kind in labels.kinds.items()
        ),
        "table": TABLE.shown_to(request.user, request.GET),
        "chips": _filter_chips(request.GET),
        "channels": CHANNELS,
        "seal": last,
        "seals": AuditSeal.objects.count(),
    }
    return render(request, "corps/audit_list.html", context)


@auditors
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


def _found(request: SignedIn) -> QuerySet[AuditEntry]:
    asked = request.GET
    entries = AuditEntry.objects.visible_to(request.user).select_related("actor")
    if login := asked.get("actor", "").strip()[:60]:
        entries = entries.filter(actor__in=User.objects.filter(username=login))
    if verb := asked.get("verb", "").strip()[:48]:
        entries = entries.filter(verb__startswith=verb)
    if subject := asked.get("subject", "").strip()[:48]:
        entries = entries.filter(subject_type=subject)
        if (pk := asked.get("id", "")).isascii() and pk.isdigit():
            entries = entries.filter(subject_id=int(pk[:18]))
    if (channel := asked.get("channel")) in CHANNELS:
        entries = entries.filter(channel=channel)
    if first := parse_day(asked.get("from", "")):
        entries = entries.filter(recorded_at__gte=midnight(first))
    if last := parse_day(asked.get("to", "")):
        entries = entries.filter(recorded_at__lt=midnight(last + timedelta(days=1)))
    return entries


def _filter_chips(asked: QueryDict) -> list[Condition]:
    """The filters that are set, each with its label and what it is set to in words."""
    return conditions(
        asked,
        [
            ("actor", _("Person"), str),
            ("verb", _("Act"), labels.act_words),
            ("subject", _("Kind of subject"), labels.kind_words),
            ("id", _("Subject"), lambda pk: _thing(asked.get("subject", ""), pk)),
            ("channel", _("Channel"), CHANNELS.get),
            ("from", _("From"), str),
            ("to", _("To"), str),
        ],
    )


def _thing(kind: str, pk: str) -> str | None:
    """What one thing is called, for the chip of the filter."""
    if not (pk.isascii() and pk.isdigit()):
        return None
    return labels.name_things([(kind, int(pk[:18]))]).get((kind, int(pk[:18])), pk)
