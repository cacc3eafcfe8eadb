"""Holidays, clock rules and deadlines: the working-day calendar as data."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from corps.database.references import is_kept
from corps.deadlines.calendar import (
    HOLIDAY_NAMES,
    Calendar,
    Clock,
    ClockError,
    Day,
    Due,
    Kind,
    Span,
    Unit,
    due_on,
    parse_spans,
    spans_text,
    unknown_rule,
)

Row = TypeVar("Row", bound=models.Model)

# The longest text of excluded spans that is kept: some forty of them.
LONGEST_EXCLUDED = 1000


class ReferenceQuerySet(models.QuerySet[Row]):
    """Tables that everybody who is signed in may read."""

    def visible_to(self, user) -> Self:
        return self if user.is_authenticated else self.none()


class HolidayQuerySet(ReferenceQuerySet["Holiday"]):
    def calendar(self) -> Calendar:
        """The calendar as it stands now; one small query, so ask once for a page or a batch and pass it on."""
        rows = self.values_list("date", "kind", "name", "is_provisional")
        return Calendar.from_days(Day(*row) for row in rows)


class Holiday(models.Model):
    """A day off, or a weekend day worked to make up for it.

    Source: the yearly holiday notice of the State Council's General Office. Rows of a year that is not yet published
    are assumptions and carry `is_provisional`.
    """

    date = models.DateField(_("date"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    name = models.CharField(_("holiday name"), max_length=40)
    is_provisional = models.BooleanField(_("provisional"), default=False)
    source = models.CharField(_("source"), max_length=80, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = HolidayQuerySet.as_manager()

    class Meta:
        ordering = ["date"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.CheckConstraint(
                name="holiday_kind_is_known", condition=models.Q(kind__in=Kind.values)
            ),
            models.CheckConstraint(
                name="unpublished_years_have_no_make_up_days",
                condition=models.Q(kind=Kind.REST) | models.Q(is_provisional=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.label}"

    @property
    def label(self) -> str:
        """The name in the reader's language, where the catalogue has it."""
        return str(HOLIDAY_NAMES.get(self.name, self.name))


class ClockRuleQuerySet(ReferenceQuerySet["ClockRule"]):
    def in_force(self, code: str, on: date) -> "ClockRule":
        """The version of a rule for clocks that start on this day. Raises ClockError "unknown-rule"."""
        return pick_version(self.filter(code=code), code, on)


class ClockRule(models.Model):
    """A period set by law or agreed in the system: how long, counted how, from what.

    A changed rule is a new row with its `valid_from`; a clock goes by the rule in force on its start day. `valid_to`
    is the last day of a rule that was repealed without a successor.
    """

    code = models.CharField(_("code"), max_length=12)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=80)
    starts_on = models.CharField(_("counted from"), max_length=80)
    length = models.PositiveIntegerField(_("length"))
    unit = models.CharField(_("unit of length"), max_length=8, choices=Unit.choices)
    extensions = models.CharField(_("extensions"), max_length=300, blank=True)
    basis = models.CharField(_("legal basis"), max_length=160)
    who_may_extend = models.CharField(_("who may extend"), max_length=80, blank=True)
    confidence = models.CharField(_("confidence"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = ClockRuleQuerySet.as_manager()

    class Meta:
        ordering = ["code", "valid_from"]
        verbose_name = _("clock rule")
        verbose_name_plural = _("clock rules")
        constraints = [
            # Of two versions the one that began later holds, so that they cannot overlap.
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="one_version_of_a_clock_begins_on_a_day",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="clock_has_a_length", condition=models.Q(length__gte=1)
            ),
            models.CheckConstraint(
                name="clock_unit_is_known", condition=models.Q(unit__in=Unit.values)
            ),
            models.CheckConstraint(
                name="clock_ends_after_it_begins",
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        """The rule's name in the reader's language."""
        return (
            self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en
        )

    def clock(self, length: int | None = None) -> Clock:
        """What counting needs; length: in place of the rule's own, such as a campaign's shorter reply period."""
        return Clock(self.code, self.length if length is None else length, self.unit)


def pick_version(versions: Iterable[ClockRule], code: str, on: date) -> ClockRule:
    """Of a rule's versions the one that began last on or before the day. Raises ClockError "unknown-rule"."""
    begun = [
        rule for rule in versions if rule.valid_from is None or rule.valid_from <= on
    ]
    rule = max(begun, key=lambda rule: rule.valid_from or date.min, default=None)
    if rule is None or (rule.valid_to is not None and rule.valid_to < on):
        raise unknown_rule(code)
    return rule


def _short_spans_text(excluded: Iterable[Span]) -> str:
    """Excluded spans as they are recorded. Raises ClockError "too-many-spans"."""
    spans = spans_text(excluded)
    if len(spans) > LONGEST_EXCLUDED:
        raise ClockError(
            "too-many-spans",
            _("There are too many excluded spans; join those that meet."),
        )
    return spans


class DeadlineQuerySet(ReferenceQuerySet["Deadline"]):
    def overdue(self, on: date) -> Self:
        """Deadlines that had passed on a Shanghai day; the due day itself is in time."""
        return self.filter(due_on__lt=on)

    def ensure(
        self,
        rule_code: str,
        started_on: date,
        *,
        length: int | None = None,
        extension: int = 0,
        excluded: Iterable[Span] = (),
    ) -> "Deadline":
        """The deadline of a rule started on a Shanghai day; made if there is none yet. See `ensure_many`."""
        made = self.ensure_many(
            rule_code,
            [started_on],
            length=length,
            extension=extension,
            excluded=excluded,
        )
        return made[started_on]

    def ensure_many(
        self,
        rule_code: str,
        starts: Iterable[date],
        *,
        length: int | None = None,
        extension: int = 0,
        excluded: Iterable[Span] = (),
    ) -> dict[date, "Deadline"]:
        """The deadlines of a rule for many start days, by start day; those that are missing are made.

        length: in place of the rule's own. extension: in the rule's unit. excluded: spans of days, both ends in.
        Two callers at once get the same rows. Two statements if all are there, five if not, whatever their number.
        Raises ClockError.
        """
        starts, spans = set(starts), _short_spans_text(excluded)
        rules = {rule.pk: rule for rule in ClockRule.objects.filter(code=rule_code)}
        version_on = {
            start: pick_version(rules.values(), rule_code, start).pk for start in starts
        }
        way: dict[str, Any] = {
            "length": length,
            "extension": extension,
            "excluded": spans,
        }
        same = self.filter(**way, rule__in=rules, started_on__in=starts)
        found = same.by_rule_and_start()
        needed = {(version, start) for start, version in version_on.items()}
        if missing := sorted(needed - found.keys()):
            self._insert_counted(
                Deadline(rule=rules[version], started_on=start, **way)
                for version, start in missing
            )
            found = same.all().by_rule_and_start()
        deadlines = {}
        for start, version in version_on.items():
            deadlines[start] = found[version, start]
            deadlines[start].rule = rules[version]
        return deadlines

    def by_rule_and_start(self) -> dict[tuple[int, date], "Deadline"]:
        """The rows by version of the rule and start day; one for each, where the lengths are given."""
        return {(row.rule_id, row.started_on): row for row in self}

    def _insert_counted(self, new: Iterable["Deadline"]) -> None:
        """Count the due days and insert the rows; those that another caller has just inserted stay as they are."""
        calendar, deadlines = Holiday.objects.calendar(), list(new)
        for deadline in deadlines:
            deadline.due_on, deadline.is_provisional = deadline.count(calendar)
        self.bulk_create(deadlines, ignore_conflicts=True)


class Deadline(models.Model):
    """A rule and the day it started, with the due date that the calendar makes of them.

    A value shared by all that started the same way: subjects in the apps above point here, and a newly published
    calendar moves them all by moving this row. An extension or a suspension makes a subject point at another row.
    """

    rule = models.ForeignKey(
        ClockRule, models.PROTECT, related_name="deadlines", db_index=False
    )
    started_on = models.DateField()
    length = models.PositiveIntegerField(null=True)
    extension = models.PositiveIntegerField(default=0)
    excluded = models.CharField(max_length=LONGEST_EXCLUDED, blank=True)
    due_on = models.DateField()
    is_provisional = models.BooleanField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        triggers = [is_kept("deadline")]
        indexes = [models.Index(fields=["due_on"], name="deadline_due_on")]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "started_on", "length", "extension", "excluded"],
                name="one_deadline_for_one_way_of_counting",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="deadline_length_is_positive", condition=~models.Q(length=0)
            ),
            models.CheckConstraint(
                name="deadline_follows_its_start",
                condition=models.Q(due_on__gt=models.F("started_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.started_on:%Y-%m-%d} → {self.due_on:%Y-%m-%d}"

    def count(self, calendar: Calendar) -> tuple[date, bool]:
        """Due date and whether it is provisional, by a calendar; needs `rule`."""
        due: Due = due_on(
            self.rule.clock(self.length),
            self.started_on,
            calendar=calendar,
            extension=self.extension,
            excluded=parse_spans(self.excluded),
        )
        return due.date, due.is_provisional

    def is_overdue(self, on: date) -> bool:
        """Whether it had passed on a Shanghai day."""
        return on > self.due_on
