"""What an administrator maintains as reference data. Writing goes through the workflow: deadlines move with it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corps.models import ClockRule, Holiday, User
from corps.workflow import reference


def person(request: HttpRequest) -> User:
    """Who is behind a request of the admin site: administrators only."""
    assert isinstance(request.user, User)
    return request.user


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):
    list_display = ["date", "kind", "called", "is_provisional", "source"]
    list_filter = ["kind", "is_provisional"]
    date_hierarchy = "date"
    ordering = ["-date"]

    @admin.display(description=_("holiday name"), ordering="name")
    def called(self, obj: Holiday) -> str:
        """The holiday in the reader's language."""
        return obj.label

    def get_readonly_fields(
        self, request: HttpRequest, obj: Holiday | None = None
    ) -> list[str]:
        return ["date"] if obj else []

    def save_model(
        self, request: HttpRequest, obj: Holiday, form: Any, change: bool
    ) -> None:
        reference.keep_holiday(holiday=obj, actor=person(request), at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Holiday) -> None:
        reference.remove_holidays(
            dates=[obj.date], actor=person(request), at=timezone.now()
        )

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Holiday]
    ) -> None:
        dates = list(queryset.values_list("date", flat=True))
        reference.remove_holidays(dates=dates, actor=person(request), at=timezone.now())


@admin.register(ClockRule)
class ClockRuleAdmin(admin.ModelAdmin):
    list_display = [
        "code",
        "name_zh",
        "length",
        "unit",
        "basis",
        "valid_from",
        "valid_to",
    ]
    list_filter = ["unit"]
    search_fields = ["code", "name_zh", "name_en"]

    def save_model(
        self, request: HttpRequest, obj: ClockRule, form: Any, change: bool
    ) -> None:
        reference.keep_clock_rule(rule=obj, actor=person(request), at=timezone.now())

    def has_delete_permission(
        self, request: HttpRequest, obj: ClockRule | None = None
    ) -> bool:
        """A rule ends with its `valid_to`; what was counted by it must stay explained."""
        return False
