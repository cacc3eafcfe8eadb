"""The numbers: one query over the rollup, which the dashboard, the CSV and the API all read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, F, Func, QuerySet, Sum, Value
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from corps.deadlines.clock import parse_day
from dashboards.models import Rollup

# In the order in which they stand in rows and columns. The first two are net of corrections.
COUNTS = (
    "stores_shut",
    "listings_removed",
    "repeat_removals",
    "relistings",
    "corrections",
)
GROUPS: dict[str, Any] = {
    "platform": F("platform__slug"),
    "firm": F("firm__code"),
    "month": Func(
        F("day"), Value("YYYY-MM"), function="to_char", output_field=CharField()
    ),
    "case": F("case__number"),
}


@dataclass(frozen=True, slots=True)
class Statistics:
    """totals: the five counts of everything asked for. rows: a dict for each group, its keys in the order asked, then
    the five counts; without groups one row, which is the totals."""

    totals: dict[str, int]
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. from_, to: Shanghai dates of `at`, both included, None where open. campaign: its id, or None."""

    from_: date | None = None
    to: date | None = None
    group: tuple[str, ...] = ()
    campaign: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it asks for all of time."""
        return not (self.from_ or self.to)

    @property
    def asked(self) -> dict[str, Any]:
        """As `statistics` takes it."""
        return {
            "from_": self.from_,
            "to": self.to,
            "group": self.group,
            "campaign": self.campaign,
        }


def statistics(
    user: Any,
    *,
    from_: date | None = None,
    to: date | None = None,
    group: Sequence[str] = (),
    campaign: int | None = None,
) -> Statistics:
    """The counts that the person may see, one row for each group that has an entry, sorted by the groups' keys.

    from_, to: Shanghai dates of `at`, both included. group: any of "platform", "firm", "month", "case", in any order:
    slug, code, YYYY-MM, number. A group whose entries cancel out has a row of zeros. One statement.
    """
    question = Question(from_, to, tuple(group), campaign)
    keys = {f"by_{name}": GROUPS[name] for name in group}
    sums = {f"sum_{count}": Sum(count, default=0) for count in COUNTS}
    entries: Any = asked(user, question)
    if keys:
        counted = entries.values(**keys).annotate(**sums).order_by(*keys)
    else:
        counted = [entries.aggregate(**sums)]
    rows: list[dict[str, Any]] = [
        {name: row[f"by_{name}"] for name in group}
        | {count: row[f"sum_{count}"] for count in COUNTS}
        for row in counted
    ]
    return Statistics(
        {count: sum(row[count] for row in rows) for count in COUNTS}, rows
    )


def asked(user: Any, question: Question) -> QuerySet[Rollup]:
    """The rollup's rows that a question is about, of those the person may see."""
    rows = Rollup.objects.visible_to(user)
    if question.from_:
        rows = rows.filter(day__gte=question.from_)
    if question.to:
        rows = rows.filter(day__lte=question.to)
    if question.campaign is not None:
        rows = rows.filter(case__campaign=question.campaign)
    return rows


def read_question(params: QueryDict) -> Question:
    """What `from`, `to`, `group` and `campaign` of an address ask for; empty ones ask for nothing.

    Raises ValidationError by parameter.
    """
    errors: dict[str, Any] = {}
    first, last = _read_period(params, errors)
    group = _read_group(params, errors)
    campaign = _read_campaign(params, errors)
    if errors:
        raise ValidationError(errors)
    return Question(first, last, group, campaign)


def _read_period(
    params: QueryDict, errors: dict[str, Any]
) -> tuple[date | None, date | None]:
    """The first and the last day asked for; what is wrong with them goes into `errors`."""
    days: list[date | None] = []
    for name in ("from", "to"):
        text = params.get(name, "")
        day = parse_day(text)
        if text and day is None:
            errors[name] = _("Give a date as 2026-11-05.")
        days.append(day)
    first, last = days
    if first and last and first > last:
        errors["to"] = _("The period ends before it begins.")
    return first, last


def _read_group(params: QueryDict, errors: dict[str, Any]) -> tuple[str, ...]:
    """The groups asked for, in that order; what is wrong with them goes into `errors`."""
    stripped = map(str.strip, ",".join(params.getlist("group")).split(","))
    group = tuple(filter(None, stripped))
    unknown = [name for name in group if name not in GROUPS]
    if unknown:
        errors["group"] = _(
            "Unknown group: %(word)s. There are platform, firm, month and case."
        ) % {"word": unknown[0][:40]}
    elif len(set(group)) < len(group):
        errors["group"] = _("Each group may be named once.")
    return group


def _read_campaign(params: QueryDict, errors: dict[str, Any]) -> int | None:
    """The id of the campaign asked for; what is wrong with it goes into `errors`."""
    campaign = params.get("campaign", "")
    if not campaign:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", campaign):
        errors["campaign"] = _("There is no such campaign.")
        return None
    return int(campaign)
