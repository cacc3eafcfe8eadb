"""Whom the events of a case are told, and in which words."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.models import Case, SheetImport
from corps.access.permissions import who_may
from corps.audit.origin import current
from corps.models import User
from corps.workflow import notify, notify_many

SENTENCES: dict[str | tuple[str, str], Any] = {
    "case.to_file": _("Case %(number)s is to be filed: %(title)s"),
    "case.filed": _("Case %(number)s is filed; notices can be composed."),
    ("case.filed", "firm (paper)"): _("A case was filed on your complaint %(number)s."),
    "case.declined": _("Case %(number)s was not filed: %(reason)s"),
    ("case.declined", "firm (paper)"): _(
        "No case was filed on your complaint %(number)s."
    ),
    "complaint.received": _("Complaint %(number)s was received."),
    "deadline.near": _("%(what)s is due on %(due)s."),
    "deadline.missed": _("%(what)s was due on %(due)s."),
    "official_account.struck": ngettext_lazy(
        "“%(name)s” is no official account any more: %(count)d target or row may be asked about again.",
        "“%(name)s” is no official account any more: %(count)d targets and rows may be asked about again.",
        "count",
    ),
    "belonging.claimed": _(
        "Sheets claim that targets of case %(number)s are in stores of a firm's own: %(count)d, last %(firm)s in "
        "%(complaint)s."
    ),
}


def officers_of(about: Any) -> QuerySet[User]:
    """Whoever handles the case now. about: the case, or what has one."""
    return User.objects.filter(
        assignments__case=case_of(about), assignments__until__isnull=True
    )


def chiefs(about: Any) -> QuerySet[User]:
    """Heads of department, but for who opened the case: nobody files their own."""
    heads = User.objects.filter(duties__contains=[User.Duty.HEAD_OF_DEPARTMENT])
    return heads.exclude(pk=case_of(about).opened_by_id)


def supervisors_of(about: Any) -> QuerySet[User]:
    """Supervisors of the case's unit and of the units above it."""
    keys = str(case_of(about).unit.path).strip("/").split("/")
    paths = [f"/{'/'.join(keys[:depth])}/" for depth in range(1, len(keys) + 1)]
    return who_may("cases.view_tasks_of_unit").filter(unit__path__in=paths)


def approvers_of(about: Any) -> QuerySet[User]:
    """Of these, who may approve what the unit sends."""
    return supervisors_of(about).filter(
        Q(duties__contains=[User.Duty.HEAD_OF_UNIT])
        | Q(duties__contains=[User.Duty.HEAD_OF_DEPARTMENT])
    )


def representatives_of(about: Any) -> QuerySet[User]:
    """Whoever speaks for the firm of a complaint."""
    return User.objects.filter(representative__firm=about.firm_id)


def case_of(about: Any) -> Case:
    """The case itself, or the case of what hangs on one."""
    return about if isinstance(about, Case) else about.case


def tell_officers(case: Case, actor: User | None, text: Any) -> None:
    """Notify whoever handles the case now, each in the own language, but for the person who acts; not of a replay.

    actor: None for the maintenance.
    """
    if current().is_replay:
        return
    officers = officers_of(case)
    if actor is not None:
        officers = officers.exclude(pk=actor.pk)
    notify_many(officers, text, case.get_absolute_url())


def tell_of_import(sheet_import: SheetImport, text: Any) -> None:
    """Tell whoever handed the sheet in how it went; a replay asks by itself."""
    if sheet_import.replay:
        return
    try:
        url = sheet_import.complaint.get_absolute_url()
    except NoReverseMatch:
        url = ""
    notify(sheet_import.started_by, text, url)


def with_rows_not_read(text: Any, sheet_import: SheetImport) -> Any:
    """A sentence for the notification, with how many rows were read and how many more the file holds."""
    if not sheet_import.rows_not_read:
        return text
    counts = format_lazy(
        _("{rows} rows were read, {more} more were not."),
        rows=sheet_import.rows,
        more=sheet_import.rows_not_read,
    )
    return format_lazy("{text} {counts}", text=text, counts=counts)


# Phrases of the table of events → whom they name. Until the firm gets a paper, its notification says so.
RECIPIENTS: dict[str, Callable[[Any], QuerySet[User]]] = {
    "officers of touched cases": officers_of,
    "chiefs": chiefs,
    "supervisor": supervisors_of,
    "deciding supervisor": supervisors_of,
    "approving supervisors of the unit": approvers_of,
    "firm": representatives_of,
    "firm (paper)": representatives_of,
}
