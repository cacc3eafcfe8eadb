"""Targets: one by one with their story, and many at once with a result for each."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import story, workflow
from cases.models import LegalGround, Target
from cases.states import Seen, TargetState
from cases.views.casework import visible_case
from cases.views.tables import filtered
from corps.clock import shanghai_date
from corps.doors import SignedIn, open_to
from corps.errors import TransitionRefused
from corps.models import User
from corps.pieces.words import moment

corps = open_to(User.Role.OFFICER, User.Role.SUPERVISOR)
MOST_AT_ONCE = 10_000


@corps
@require_GET
def show_target(request: SignedIn, pk: int) -> HttpResponse:
    """A target: the three truths, its story newest first, and why it counts what it counts."""
    targets = Target.objects.visible_to(request.user).select_related(
        "platform", "listing__store", "store", "firm", "complaint", "case__ground", "ground"
    )
    target = get_object_or_404(targets, pk=pk)
    rows = list(target.rows.select_related("sheet_import__complaint__firm").order_by("pk")[:20])
    lines = [*story.story_of(target, request.user), *_reports(target, rows)]
    lines.sort(key=lambda line: line.at, reverse=True)
    context = {
        "target": target,
        "rows": rows,
        "days": [(day, list(lot)) for day, lot in groupby(lines, key=lambda line: shanghai_date(line.at))],
        "proofs": [proof for prove in story.proofs for proof in prove(target, request.user)],
        "acts": [act for offer in story.acts for act in offer(target, request.user)],
        "alleged": _alleged(target, rows),
        "claimed": {"word": target.get_claim_display(), "lines": [moment(target.claim_at), target.claim_remark]}
        if target.claim
        else {},
        "seen": {
            "word": target.get_seen_display(),
            "lines": [moment(target.seen_at)],
            "kind": {Seen.GONE: "green", Seen.LIVE: "red"}.get(Seen(target.seen), "amber"),
        }
        if target.seen
        else {},
        "contradiction": "seen"
        if target.seen == Seen.LIVE and target.state in (TargetState.CLAIMED, TargetState.RELISTED)
        else "",
    }
    return render(request, "cases/target.html", context)


def _alleged(target: Target, rows: list[Any]) -> dict[str, Any]:
    ground = target.ground or (target.case.ground if target.case else None)
    lines = []
    if rows:
        first = rows[0]
        lines.append(
            _("%(firm)s, %(sheet)s row %(row)s")
            % {"firm": target.firm.short_label, "sheet": first.sheet_import.complaint.sheet_name, "row": first.row}
        )
    if target.price is not None:
        lines.append(
            _("price %(price)s, list price %(list)s") % {"price": target.price, "list": target.list_price or "—"}
        )
    return {"word": str(ground or target.alleged), "lines": lines}


def _reports(target: Target, rows: list[Any]) -> list[story.Line]:
    """When which complaint named the target."""
    lines = []
    for index, row in enumerate(rows):
        complaint = row.sheet_import.complaint
        note = _("%(firm)s complains, %(sheet)s row %(row)s") % {
            "firm": complaint.firm.short_label,
            "sheet": complaint.sheet_name,
            "row": row.row,
        }
        text = _("Registered as a target") if index == 0 else _("Named again")
        at = row.registered_at if index else target.reported_at
        if at:
            lines.append(
                story.Line(at=at, text=text, note=note, url=complaint.get_absolute_url(), link=complaint.number)
            )
    return lines


@corps
@require_POST
def act_on_many(request: SignedIn, number: str) -> HttpResponse:
    """Ground or drop selected targets of a case, singly judged, with a result for each."""
    case = visible_case(request.user, number)
    if request.POST.get("all_matching"):
        ids = list(filtered(request, case).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    else:
        ids = [int(text) for text in request.POST.getlist("ids") if text.isascii() and text.isdigit()][:MOST_AT_ONCE]
    back = f"{case.get_absolute_url()}?{request.GET.urlencode()}"
    if not ids:
        messages.warning(request, _("Select targets first."))
        return redirect(back)
    own = list(case.targets.filter(pk__in=ids).values_list("pk", flat=True))
    try:
        if code := request.POST.get("ground"):
            grounds = LegalGround.objects.visible_to(request.user)
            ground = None if code == "none" else get_object_or_404(grounds, code=code)
            results = workflow.ground_targets(targets=own, ground=ground, actor=request.user)
        elif request.POST.get("act") == "drop":
            reason = request.POST.get("reason", "")
            results = workflow.drop_targets(targets=own, actor=request.user, reason=reason)
        else:
            raise Http404
    except TransitionRefused as refused:
        messages.error(request, str(refused.message))
        return redirect(back)
    failed = [pk for pk, result in zip(own, results, strict=True) if not result.ok]
    if not failed:
        messages.success(request, _("%(count)d targets done.") % {"count": len(results)})
        return redirect(back)
    named = Target.objects.filter(pk__in=failed).select_related("listing", "store", "platform")
    names = {target.pk: (f"{target.thing.canonical_id} {target.thing}", "") for target in named}
    return render(request, "cases/result.html", {"case": case, "results": results, "names": names})
