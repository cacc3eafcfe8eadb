"""The rows of a case's work table, formatted once, and the heads of its groups."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import target_history
from cases.filters import OFFICIAL, TALLY, WORDS
from cases.models import Case, LegalGround, Target
from cases.states import SAID_TO_BE_GONE, UNFINISHED, Claim, Seen, TargetState
from corps.deadlines.calendar import Calendar, working_days_left
from corps.deadlines.clock import shanghai_date, today
from corps.ui.deadline_marks import current_calendar
from corps.ui.formats import day, moment, shortened, thousands
from corps.ui.status_colours import kind_of
from stores.models import Platform

# (word, label) of what targets are counted by.
SHOWN = (*((state.value, state.label) for state in TALLY), (OFFICIAL, WORDS[OFFICIAL]))
# What a platform says is gone and somebody has seen on sale since.
AGAINST = Q(seen=Seen.LIVE, state__in=SAID_TO_BE_GONE)
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
    return seen == Seen.LIVE and state in SAID_TO_BE_GONE


@dataclass(frozen=True, slots=True)
class Wording:
    """What the rows of a table are worded with, looked up once for all of them.

    platforms: labels by primary key. ground_name: the column of a ground's name in the reader's language; usual_ground:
    the case's. claims, seens, states: their labels. contradictions: what is said of a target that was seen on sale, by
    what its platform says. targets, notices: the addresses that their pages' addresses begin with. on: today.
    """

    platforms: dict[int, str]
    ground_name: str
    usual_ground: str
    claims: dict[str, Any]
    seens: dict[str, Any]
    states: dict[str, Any]
    contradictions: dict[str, str]
    targets: str
    notices: str
    on: date
    calendar: Calendar


def flat_rows(
    case: Case, shown: Collection[dict[str, Any]], platforms: dict[int, Platform]
) -> list[dict[str, Any]]:
    """Flat rows for a flat loop: everything is formatted once, here.

    What the firm alleges stands as the firm wrote it; the ground that the corps gave stands in a column of its own.
    """
    wording = _wording(case, platforms)
    # Many rows fall due on few days.
    deadlines = {
        due_on: _deadline_of(due_on, wording)
        for due_on in {row["due_on"] for row in shown}
    }
    return [
        {
            **_target_of(row, wording),
            **_store_of(row),
            **_amounts_of(row),
            **_claim_of(row, wording),
            **_notice_of(row, wording),
            **deadlines[row["due_on"]],
        }
        for row in shown
    ]


def _wording(case: Case, platforms: dict[int, Platform]) -> Wording:
    """What the rows of a case's table are worded with, in the reader's language."""
    ground_name, usual_ground = "ground__name_en", ""
    if LegalGround(name="zh", name_en="en").label == "zh":
        ground_name = "ground__name"
    if case.ground:
        usual_ground = case.ground.label
    return Wording(
        platforms={pk: platform.label for pk, platform in platforms.items()},
        ground_name=ground_name,
        usual_ground=usual_ground,
        claims=dict(Claim.choices),
        seens=dict(Seen.choices),
        states=dict(TargetState.choices),
        contradictions={
            TargetState.CLAIMED: _("Still on sale"),
            TargetState.RELISTED: _("Relisted"),
        },
        targets=reverse("cases:target", args=[0])[:-2],
        notices=reverse("notices:list"),
        on=today(),
        calendar=current_calendar(),
    )


def _target_of(row: dict[str, Any], wording: Wording) -> dict[str, Any]:
    """What a row asks about, why, and its state."""
    is_store, state, ground = (
        row["kind"] == Target.Kind.STORE,
        row["state"],
        row[wording.ground_name],
    )
    canonical_id, title = row["listing__canonical_id"], row["listing__title"]
    if is_store:
        canonical_id, title = row["store__canonical_id"], row["store__name"]
    return {
        "pk": row["id"],
        "url": f"{wording.targets}{row['id']}/",
        "id": canonical_id,
        "short_id": shortened(canonical_id),
        "title": title,
        "is_store": is_store,
        "store_key": row["store_key"],
        "platform": wording.platforms.get(row["platform_id"], ""),
        "alleged": row["alleged"],
        "ground": ground or wording.usual_ground,
        "ground_is_usual": not ground,
        "state": wording.states[state],
        "kind": kind_of(state),
        "official": row["is_official"],
    }


def _amounts_of(row: dict[str, Any]) -> dict[str, str]:
    """The prices of a row, "" where none is known."""
    price, list_price = row["price"], row["list_price"]
    amounts = {"price": "", "list_price": ""}
    if price is not None:
        amounts["price"] = thousands(price)
    if list_price is not None:
        amounts["list_price"] = thousands(round(list_price))
    return amounts


def _claim_of(row: dict[str, Any], wording: Wording) -> dict[str, Any]:
    """What the platform says of a row, and what was seen of it; a contradiction of both stands in red."""
    seen, state = row["seen"], row["state"]
    words, color, seen_at = wording.seens.get(seen, ""), "", ""
    if is_against(state, seen):
        words, color = wording.contradictions[state], "red strong"
    elif seen == Seen.UNREACHABLE:
        color = "amber strong"
    if row["seen_at"]:
        seen_at = day(row["seen_at"])
    return {
        "claim": wording.claims.get(row["claim"], ""),
        "claim_at": _when(row["claim_at"], wording.on),
        "seen": words,
        "seen_at": seen_at,
        "seen_class": color,
    }


def _notice_of(row: dict[str, Any], wording: Wording) -> dict[str, str]:
    """The notice that names a row: its number, the last figures of this, and its page; each "" without one."""
    number = row["notice_number"]
    if not number:
        return {"notice": "", "notice_short": "", "notice_url": ""}
    return {
        "notice": number,
        "notice_short": number.rpartition("-")[2].lstrip("0"),
        "notice_url": f"{wording.notices}{number}/",
    }


def _deadline_of(due_on: date | None, wording: Wording) -> dict[str, str]:
    """The day by which a row is to be answered, and by how many working days that is late; each "" where it is not."""
    if not due_on or due_on == target_history.FAR:
        return {"due": "", "late": ""}
    late = ""
    if due_on < wording.on:
        late = thousands(
            -working_days_left(due_on, today=wording.on, calendar=wording.calendar)
        )
    return {"due": day(due_on), "late": late}


def _store_of(row: dict[str, Any]) -> dict[str, Any]:
    """Name and id of the store of a row, and whether a firm only claims it."""
    if row["kind"] == Target.Kind.STORE:
        return {
            "store": row["store__name"],
            "store_id": shortened(row["store__canonical_id"]),
            "store_claimed": False,
        }
    claimed = (
        row["listing__store_id"] is None
        and row["listing__claimed_store_id"] is not None
    )
    which = "listing__store"
    if claimed:
        which = "listing__claimed_store"
    name, canonical_id = row[f"{which}__name"], row[f"{which}__canonical_id"]
    return {
        "store": name or "",
        "store_id": shortened(canonical_id or ""),
        "store_claimed": claimed,
    }


def _when(at: datetime | None, on: date) -> str:
    """A day, and for the last week its time too."""
    if at is None:
        return ""
    if on - shanghai_date(at) < timedelta(days=7):
        return moment(at)
    return day(at)


def groups_of(
    found: QuerySet[Target], rows: list[dict[str, Any]]
) -> dict[int, list[tuple[Any, str, bool]]]:
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
        if is_against(state, seen):
            words[CONTRADICTION] += count
    return {key: _in_words(words) for key, words in sums.items()}


def _in_words(counts: Counter[str]) -> list[tuple[Any, str, bool]]:
    named = ((CONTRADICTION, _("contradictions")), *SHOWN)
    return [
        (label, thousands(counts[word]), word == CONTRADICTION)
        for word, label in named
        if counts[word]
    ]
