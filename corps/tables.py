"""The lists of accounts and of the audit, each with its columns."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from corps.audit import labels
from corps.filters import AuditFilter, UserFilter
from corps.models import AuditEntry, User
from corps.ui.record_lists import RecordList
from corps.ui.tables import Column, Table


class UserList(RecordList):
    """Every account, by sign-in name."""

    table = Table(
        "users",
        Column("username", _("Sign-in name"), "w192", fixed=True),
        Column("name", _("Name"), fixed=True),
        Column("role", _("Role"), "w160"),
        Column("unit", _("Unit"), "w224"),
        Column("state", _("State"), "w96"),
    )
    filterset = UserFilter
    order = ("username",)

    def records(self) -> QuerySet[User]:
        return User.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("unit")


class AuditList(RecordList):
    """Audit entries in words, newest first."""

    table = Table(
        "audit",
        Column("recorded", _("Recorded"), "w160", fixed=True),
        Column("who", _("Who"), "w144"),
        Column("act", _("Act"), "w160", fixed=True),
        Column("subject", _("Subject"), "w224"),
        Column("origin", _("Origin"), "w128"),
        Column("details", _("Details")),
    )
    filterset = AuditFilter

    def records(self) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("actor")

    def present(self, rows: Sequence[AuditEntry]) -> list[labels.Told]:
        return labels.tell(rows)
