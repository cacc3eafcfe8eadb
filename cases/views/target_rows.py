"""The rows of a case's work table, formatted once, and the heads of its groups."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import story
from cases.models import Case, LegalGround, Target
from cases.states import UNFINISHED, Claim, Seen, TargetState
from corps.calendar import working_days_left
from corps.clock import shanghai_date, today
from corps.pieces.deadlines import house_calendar
from corps.pieces.kinds import kind_of
from corps.pieces.words import day, moment, shortened, thousands
from stores.models import Platform

# In the order of the work, as the strip above the table shows them.
TALLY = (
    *UNFINISHED,
    TargetState.VERIFIED,
    TargetState.GONE_BEFORE,
    TargetState.RESTORED,
    TargetState.DROPPED,
)
# What stands in place of a state: of several states, or of a target that no notice may name.
OFFICIAL = "official"
WORDS = {
    "unfinished": gettext_lazy("not finished"),
    "waiting": gettext_lazy("to be noticed"),
    OFFICIAL: gettext_lazy("Official account"),
}
# (word, label) of what targets are counted by.
SHOWN = (*((state.value, state.label) for state in TALLY), (OFFICIAL, WORDS[OFFICIAL]))
# What a platform says is gone and somebody has seen on sale since.
CLAIMED_GONE = (TargetState.CLAIMED, TargetState.RELISTED)
AGAINST = Q(seen=Seen.LIVE, state__in=CLAIMED_GONE)
CONTRADICTION = "contradiction"
# By which store a target is grouped: its own, the one its listing is known to be in, or else the claimed one.
STORE_KEY = ("store", "listing__store", "listing__claimed_store")

COLUMNS = (
    "id", "kind", "state", "alleged", "ground__name", "ground__name_en", "price", "list_price", "claim", "claim_at",
    "seen", "seen_at", "is_official", "platform_id", "listing__canonical_id", "listing__title", "store_key",
    "listing__store__name", "listing__store__canonical_id", "listing__claimed_store__name",
    "listing__claimed_store__canonical_id", "listing__claimed_store_id", "listing__store_id", "store__canonical_id",
    "store__name", "notice_number", "due_on",
)  # fmt: skip


def word_of(state: str, is_official: bool) -> str:
    """By which word a target is counted."""
    return OFFICIAL if is_official and state in UNFINISHED else state


def is_against(state: str, seen: str) -> bool:
    """Whether what was seen contradicts what the platform says; AGAINST in Python."""
    return seen == Seen.LIVE and state in CLAIMED_GONE


def flat_rows(case: Case, shown: Iterable[dict[str, Any]], platforms: dict[int, Platform]) -> list[dict[str, Any]]:
    """Flat rows for a flat loop: everything is formatted once, here.

    What the firm alleges stands as the firm wrote it; the ground that the corps gave stands in a column of its own.
    """
    claims, seens, states = dict(Claim.choices), dict(Seen.choices), dict(TargetState.choices)
    labels = {pk: platform.label for pk, platform in platforms.items()}
    ground_name = "ground__name" if LegalGround(name="zh", name_en="en").label == "zh" else "ground__name_en"
    usual = case.ground.label if case.ground else ""
    words_against = {TargetState.CLAIMED: _("Still on sale"), TargetState.RELISTED: _("Relisted")}
    on, calendar = today(), house_calendar()
    targets, notices = reverse("cases:target", args=[0])[:-2], reverse("notices:list")
    rows = []
    for row in shown:
        is_store = row["kind"] == Target.Kind.STORE
        seen, state = row["seen"], row["state"]
        contradiction = is_against(state, seen)
        canonical_id = row["store__canonical_id"] if is_store else row["listing__canonical_id"]
        due = row["due_on"] if row["due_on"] != story.FAR else None
        late = thousands(-working_days_left(due, today=on, calendar=calendar)) if due and due < on else ""
        rows.append(
            {
                "pk": row["id"],
                "url": f"{targets}{row['id']}/",
                "id": canonical_id,
                "short_id": shortened(canonical_id),
                "title": row["store__name"] if is_store else row["listing__title"],
                "is_store": is_store,
                **_store_of(row),
                "store_key": row["store_key"],
                "platform": labels.get(row["platform_id"], ""),
                "price": thousands(row["price"]) if row["price"] is not None else "",
                "list_price": thousands(round(row["list_price"])) if row["list_price"] is not None else "",
                "alleged": row["alleged"],
                "ground": row[ground_name] or usual,
                "ground_is_usual": not row[ground_name],
                "claim": claims.get(row["claim"], ""),
                "claim_at": _when(row["claim_at"], on),
                "seen": (contradiction and words_against[state]) or seens.get(seen, ""),
                "seen_at": day(row["seen_at"]) if row["seen_at"] else "",
                "seen_class": "red strong" if contradiction else "amber strong" if seen == Seen.UNREACHABLE else "",
                "state": states[state],
                "kind": kind_of(state),
                "official": row["is_official"],
                "notice": row["notice_number"] or "",
                "notice_short": (row["notice_number"] or "").rpartition("-")[2].lstrip("0"),
                "notice_url": f"{notices}{row['notice_number']}/" if row["notice_number"] else "",
                "due": day(due) if due else "",
                "late": late,
            }
        )
    return rows


def _store_of(row: dict[str, Any]) -> dict[str, Any]:
    """Name and id of the store of a row, and whether a firm only claims it."""
    if row["kind"] == Target.Kind.STORE:
        return {"store": row["store__name"], "store_id": shortened(row["store__canonical_id"]), "store_claimed": False}
    claimed = row["listing__store_id"] is None and row["listing__claimed_store_id"] is not None
    which = "listing__claimed_store" if claimed else "listing__store"
    name, canonical_id = row[f"{which}__name"], row[f"{which}__canonical_id"]
    return {"store": name or "", "store_id": shortened(canonical_id or ""), "store_claimed": claimed}


def _when(at: datetime | None, on: date) -> str:
    """A day, and for the last week its time too."""
    if at is None:
        return ""
    return moment(at) if on - shanghai_date(at) < timedelta(days=7) else day(at)


def groups_of(found: QuerySet[Target], rows: list[dict[str, Any]]) -> dict[int, list[tuple[Any, str, bool]]]:
    """What stands at the right of each store's head, of what the filter leaves: contradictions, then states.

    One statement; each as (word, how many, whether it is a contradiction).
    """
    counted = (
        found.order_by()
        .annotate(store_key=Coalesce(*STORE_KEY, 0))
        .filter(store_key__in={row["store_key"] for row in rows})
        .values_list("store_key", "state", "is_official", "seen")
        .annotate(count=Count("pk"))
    )
    sums: dict[int, Counter[str]] = {}
    for key, state, official, seen, count in counted:
        words = sums.setdefault(key, Counter())
        words[word_of(state, official)] += count
        words[CONTRADICTION] += count if is_against(state, seen) else 0
    return {key: _in_words(words) for key, words in sums.items()}


def _in_words(counts: Counter[str]) -> list[tuple[Any, str, bool]]:
    named = ((CONTRADICTION, _("contradictions")), *SHOWN)
    return [(label, thousands(counts[word]), word == CONTRADICTION) for word, label in named if counts[word]]
