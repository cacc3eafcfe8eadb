"""A target on a page of its own: the three truths, its history, and why it counts what it counts."""

from collections import Counter
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from cases import target_history, timeline
from cases.extensions import target_providers
from cases.filters import in_store
from cases.models import Complaint, LegalGround, Target
from cases.states import Seen, TargetState
from cases.target_rows import is_against
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter, reads
from corps.deadlines.clock import shanghai_date
from corps.models import AuditEntry, User
from corps.ui.formats import moment, thousands
from listings.models import Belonging
from stores.models import OfficialAccount

MOST_ROWS = 20
# What only the audit knows of a target; the rest is told by the rows that it left.
ACTS = (
    "target.added",
    "target.taken_up",
    "target.taken_over",
    "target.dropped",
    "target.ground_given",
    "target.ground_taken_back",
    "target.found_official",
    "target.released",
)
PARTS = (
    ("answer", gettext_lazy("Answers")),
    ("check", gettext_lazy("Looks")),
    ("notice", gettext_lazy("Notices")),
)
# What proves that a target counts: (name, value, address or "").
Proof = tuple[Any, Any, Any]


class History(NamedTuple):
    """What happened to a target. days: (date, lines). parts: by which it can be narrowed, (key, label, count); part:
    the one that is shown, "" for all."""

    days: list[tuple[date, list[target_history.Line]]]
    parts: list[tuple[str, Any, int]]
    part: str


class Counting(NamedTuple):
    """What a target counts. why_not: why it counts nothing. restoring: that its restoring was asked, and when."""

    ledger: list[target_history.Count]
    proofs: list[Proof]
    why_not: Any
    restoring: str

    @property
    def sum(self) -> int:
        return sum(entry.sign for entry in self.ledger)


class Truths(NamedTuple):
    """What the firm says, what the platform says, what was seen: each {word, lines, kind}. contradiction: the name of
    the one that another contradicts."""

    alleged: dict[str, Any]
    claimed: dict[str, Any]
    seen: dict[str, Any]
    contradiction: str


@open_to("cases.view_cases")
@reads(Parameter("story", [part for part, _label in PARTS]))
@require_GET
def show_target(request: SignedIn, pk: int) -> HttpResponse:
    """A target: the three truths, its history newest first, and why it counts what it counts."""
    targets = Target.objects.visible_to(request.user).select_related(
        "platform",
        "listing__store",
        "listing__claimed_store",
        "store",
        "firm",
        "complaint",
        "case__ground",
        "ground",
    )
    target = get_object_or_404(targets, pk=pk)
    sheets = target.rows.select_related("sheet_import__complaint__firm")
    rows = list(sheets.order_by("pk")[:MOST_ROWS])
    ledger, proofs, actions = _told_of(target, rows, request.user)
    context = {
        "target": target,
        "history": _history(target, rows, request),
        "counting": Counting(ledger, proofs, _why_not(target), _restoring(target)),
        "truths": _truths(target, rows, request.user),
        "actions": actions,
        "ground": _ground_of(target),
        "in_store": _in_store(target),
        "claims": _claims(target, request.user),
    }
    return render(request, "cases/target.html", context)


def _ground_of(target: Target) -> LegalGround | None:
    """The ground that the corps gave the target, or else its case."""
    if target.ground is None and target.case is not None:
        return target.case.ground
    return target.ground


def _history(target: Target, rows: list[Any], request: SignedIn) -> History:
    """What happened to the target, day by day, newest first: all of it, or the part that the address names."""
    lines = target_history.newest_first(
        [
            *_reports(target, rows),
            *_acts(target),
            *_told_by_apps(target, request.user),
        ]
    )
    part, shown = request.GET.get("story", ""), lines
    if part in dict(PARTS):
        shown = [line for line in lines if line.part == part]
    else:
        part = ""
    by_day = groupby(shown, key=lambda line: shanghai_date(line.at))
    return History(
        days=[(day, list(of_day)) for day, of_day in by_day],
        parts=[("", _("All"), len(lines)), *_parts(lines)],
        part=part,
    )


def _told_by_apps(target: Target, user: User) -> list[target_history.Line]:
    """All that the apps above know of a target, in the order in which they give it."""
    return [
        line for provider in target_providers for line in provider.lines(target, user)
    ]


def _acts(target: Target) -> list[target_history.Line]:
    entries = (
        AuditEntry.objects.about(target)
        .filter(verb__in=ACTS)
        .select_related("actor")
        .order_by("pk")
    )
    return timeline.lines_of(entries)


def _parts(lines: list[target_history.Line]) -> list[tuple[str, Any, int]]:
    counts = Counter(line.part for line in lines)
    return [(part, label, counts[part]) for part, label in PARTS if counts[part]]


def _reports(target: Target, rows: list[Any]) -> list[target_history.Line]:
    """When which complaint named the target."""
    lines = []
    for index, row in enumerate(rows):
        complaint = row.sheet_import.complaint
        note = _("%(firm)s complains, %(sheet)s, %(place)s") % {
            "firm": complaint.firm.short_label,
            "sheet": complaint.sheet_name,
            "place": row.place_in_words,
        }
        text, at = _("Named again"), row.registered_at
        if index == 0:
            text, at = _("Registered as a target"), target.reported_at
        if at:
            lines.append(
                target_history.Line(
                    at=at,
                    text=text,
                    note=note,
                    url=complaint.get_absolute_url(),
                    link=complaint.number,
                )
            )
    return lines


def _told_of(
    target: Target, rows: list[Any], user: User
) -> tuple[list[target_history.Count], list[Proof], list[tuple[Any, str]]]:
    """What apps above know of the target: what it counted and why, and what may be begun, with addresses."""
    ledger: list[target_history.Count] = []
    proofs: list[Proof] = _origin(target, rows)
    acts: list[tuple[Any, str]] = []
    for provider in target_providers:
        ledger += provider.ledger(target, user)
    for provider in target_providers:
        proofs += provider.proofs(target, user)
    for provider in target_providers:
        acts += provider.acts(target, user)
    return ledger, proofs, acts


def _origin(target: Target, rows: list[Any]) -> list[Proof]:
    """The chain up to the case: the row that named it, its canonical address, whose it is; (name, value, address)."""
    chain: list[Proof] = []
    if rows:
        first = rows[0]
        sheet = {
            "sheet": first.sheet_import.complaint.sheet_name,
            "place": first.place_in_words,
        }
        rows_of = reverse("cases:import", args=[first.sheet_import_id]) + "?show=all"
        chain.append((_("Complaint row"), _("%(sheet)s, %(place)s") % sheet, rows_of))
    chain.append((_("Canonical address"), target.thing.url.split("://")[-1], ""))
    if target.case:
        chain.append(
            (
                _("Case"),
                target.case.document_number or target.case.number,
                target.case.get_absolute_url(),
            )
        )
    return chain


def _why_not(target: Target) -> Any:
    """Why a target counts nothing, in one sentence; empty where it counts."""
    if target.is_counted:
        return ""
    if target.is_official:
        return _("It belongs to an official account; no notice may name it.")
    reasons = {
        TargetState.GONE_BEFORE: _(
            "It was gone before our notice; that is not our result."
        ),
        TargetState.RESTORED: _(
            "An objection was upheld; what was counted is taken out."
        ),
        TargetState.DROPPED: _("It was dropped: %(reason)s")
        % {"reason": target.why_dropped},
    }
    usual = _("Only what an officer verified as gone after a platform's answer counts.")
    return reasons.get(TargetState(target.state), usual)


def _restoring(target: Target) -> str:
    """That restoring was asked, and when; empty if it never was. Whether it happened is only seen."""
    if target.restoring_asked_at is None:
        return ""
    message = _(
        "The platform was asked on %(when)s to restore it; whether it did is to be looked at."
    )
    return message % {"when": moment(target.restoring_asked_at)}


def _truths(target: Target, rows: list[Any], user: User) -> Truths:
    """What the firm says, what the platform says, what was seen; and which of them another one contradicts."""
    witnesses: dict[str, list[Any]] = {"claimed": [], "seen": []}
    for provider in target_providers:
        for truth, lines in provider.witnesses(target, user).items():
            witnesses[truth] += lines
    contradiction = ""
    if is_against(target.state, target.seen):
        contradiction = "seen"
    return Truths(
        alleged=_alleged(target, rows),
        claimed=_claimed(target, witnesses["claimed"]),
        seen=_seen(target, witnesses["seen"]),
        contradiction=contradiction,
    )


def _alleged(target: Target, rows: list[Any]) -> dict[str, Any]:
    """What the first row that named it says, in the firm's own words and whole; a ground of the corps is none of it."""
    lines = []
    if rows:
        first = rows[0]
        lines.append(
            _("%(firm)s, %(sheet)s, %(place)s")
            % {
                "firm": target.firm.short_label,
                "sheet": first.sheet_import.complaint.sheet_name,
                "place": first.place_in_words,
            }
        )
    if target.price is not None:
        lines.append(
            _("price %(price)s, list price %(list)s")
            % {"price": thousands(target.price), "list": thousands(target.list_price)}
        )
    return {"word": target.alleged_in_full(rows), "lines": lines}


def _claimed(target: Target, witnesses: list[Any]) -> dict[str, Any]:
    """What the platform says; empty while it says nothing."""
    if not target.claim:
        return {}
    lines = [*(witnesses or [moment(target.claim_at)]), target.claim_remark]
    return {
        "word": target.get_claim_display(),
        "lines": [line for line in lines if line],
    }


def _seen(target: Target, witnesses: list[Any]) -> dict[str, Any]:
    """What was seen; empty where the platform has said nothing that could be checked."""
    if target.seen:
        return {
            "word": target.get_seen_display(),
            "lines": witnesses or [moment(target.seen_at)],
            "kind": _colour_of_seen(target),
        }
    if target.claim:
        return {"word": _("not looked at yet")}
    return {}


def _colour_of_seen(target: Target) -> str:
    """Red of what contradicts the platform."""
    if is_against(target.state, target.seen):
        return "red"
    colours = {Seen.GONE: "green", Seen.LIVE: "grey", Seen.UNREACHABLE: "amber"}
    return colours[Seen(target.seen)]


def _in_store(target: Target) -> dict[str, Any]:
    """How many targets of the case are the same store or in it, how many of them verified, and where they stand."""
    store = target.store
    if store is None and target.listing is not None:
        store = target.listing.shown_store
    if target.case is None or store is None:
        return {}
    is_verified = Q(state=TargetState.VERIFIED)
    counts = target.case.targets.filter(in_store(store.pk)).aggregate(
        total=Count("pk"), verified=Count("pk", filter=is_verified)
    )
    return counts | {"url": f"{target.case.get_absolute_url()}?store={store.pk}"}


def _claims(target: Target, user: User) -> list[dict[str, Any]]:
    """Claims about the listing that wait to be judged, with the account and the sheet that each names."""
    if target.listing is None:
        return []
    waiting = Belonging.objects.visible_to(user).waiting()
    waiting = waiting.filter(
        platform=target.platform_id, listing_id=target.listing.canonical_id
    ).select_related("firm", "platform")
    claims = []
    for claim in waiting:
        complaint = (
            Complaint.objects.visible_to(user).filter(pk=claim.complaint or 0).first()
        )
        account = OfficialAccount.objects.filter(
            platform=target.platform_id, canonical_id=claim.store_id
        ).first()
        claims.append({"claim": claim, "complaint": complaint, "account": account})
    return claims
