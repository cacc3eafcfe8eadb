"""The lists of accounts and of the audit, each with its columns."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from corps.audit import labels
from corps.filters import CHANNELS, AuditFilter, UserFilter
from corps.models import AuditEntry, User
from corps.ui.record_lists import RecordList
from corps.ui.tables import Column, Table


class UserList(RecordList):
    """Every account, by sign-in name."""

    title = _("Accounts")
    table = Table(
        "users",
        Column(
            "username",
            _("Sign-in name"),
            "w192",
            fixed=True,
            order="username",
            is_indexed=True,
            value="username",
        ),
        Column("name", _("Name"), fixed=True, order="name", value="name"),
        Column("role", _("Role"), "w160", order="role", value="get_role_display"),
        Column(
            "unit",
            _("Unit"),
            "w224",
            order=Coalesce("unit__path", Value("")),
            value="unit.name",
        ),
        Column("made", _("Account made on"), value="created_at", is_exported_only=True),
        Column(
            "state",
            _("State"),
            "w96",
            order="is_active",
            value=lambda account: _("open") if account.is_active else _("closed"),
        ),
    )
    export_route = "users_export"
    order_words = _("By sign-in name")
    filterset = UserFilter
    order = ("username",)

    def records(self) -> QuerySet[User]:
        return User.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("unit")


def _origin(line: labels.Told) -> str:
    entry: Any = line.entry
    channel = CHANNELS.get(entry.channel, entry.channel)
    return f"{channel} {entry.address or ''}".strip()


def _details(line: labels.Told) -> str:
    return "; ".join(f"{name} {value}" for name, value in line.said)


class AuditList(RecordList):
    """Audit entries in words, newest first."""

    title = _("Audit")
    table = Table(
        "audit",
        Column(
            "recorded",
            _("Recorded"),
            "w160",
            fixed=True,
            order="id",
            is_indexed=True,
            value="entry.recorded_at",
        ),
        Column(
            "who",
            _("Who"),
            "w144",
            order=Coalesce("actor__name", Value("")),
            value="entry.actor.name",
        ),
        Column(
            "login",
            _("Sign-in name"),
            value="entry.actor.username",
            is_exported_only=True,
        ),
        Column("act", _("Act"), "w160", fixed=True, order="verb", value="act"),
        Column("kind", _("Kind of subject"), value="kind", is_exported_only=True),
        Column("subject", _("Subject"), "w224", value="subject"),
        Column("origin", _("Origin"), "w128", order="channel", value=_origin),
        Column("details", _("Details"), value=_details),
    )
    export_route = "audit_export"
    filterset = AuditFilter

    def records(self) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.visible_to(self.user)

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.select_related("actor")

    def present(self, rows: Sequence[AuditEntry]) -> list[labels.Told]:
        return labels.tell(rows)
