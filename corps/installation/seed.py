"""Reference data that every installation starts with."""

from typing import Any

from corps.deadlines.calendar import shipped_days, shipped_rules

# Columns of the shipped rules that the table calls otherwise.
RENAMED = {"zh_name": "name_zh", "en_name": "name_en"}

NOTICE = "国务院办公厅节假日安排通知"


def seed_calendar(apps: Any) -> None:
    """Write the shipped holidays and clock rules; rows that are there already stay as they are.

    apps: a migration's registry, or `django.apps.apps`.
    """
    holiday, rule = (
        apps.get_model("corps", "Holiday"),
        apps.get_model("corps", "ClockRule"),
    )
    holiday.objects.bulk_create(
        [
            holiday(
                date=day.date,
                kind=day.kind,
                name=day.name,
                is_provisional=day.is_provisional,
                source="" if day.is_provisional else NOTICE,
            )
            for day in shipped_days()
        ],
        ignore_conflicts=True,
    )
    rows = [
        {RENAMED.get(column, column): value for column, value in row.items()}
        for row in shipped_rules()
    ]
    rule.objects.bulk_create([rule(**row) for row in rows], ignore_conflicts=True)


def remove_calendar(apps: Any) -> None:
    """Take holidays and clock rules out again. Raises ProtectedError if a deadline goes by one of the rules."""
    apps.get_model("corps", "ClockRule").objects.all().delete()
    apps.get_model("corps", "Holiday").objects.all().delete()
