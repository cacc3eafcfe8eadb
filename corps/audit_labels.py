"""The words of corps for the audit: its acts, the things they are about, and the details that many apps note."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from corps.audit import labels
from corps.audit.extensions import Detail, Kind
from corps.audit.labels import choices, names_of
from corps.deadlines.calendar import Kind as DayKind
from corps.deadlines.calendar import Unit as DeadlineUnit
from corps.models import Approval, ClockRule, Delivery, Installation, Unit, User

FAMILIES = {
    "account": _("Accounts"),
    "api_key": _("API keys"),
    "approval": _("Approvals"),
    "audit": _("Audit"),
    "calendar": _("Working-day calendar"),
    "clock_rule": _("Clock rules"),
    "delivery": _("Deliveries"),
    "demonstration": _("Demonstration"),
    "export": _("Downloads"),
    "installation": _("Installation"),
    "mail": _("Mail"),
    "organisation": _("Organisation"),
    "outbox": _("Outbox"),
    "paper": _("Papers"),
    "second_factor": _("Second factor"),
    "session": _("Sessions"),
    "sign_in": _("Signing in"),
    "sign_out": _("Signing out"),
    "unit": _("Units"),
}
ACTS = {
    "account.created": _("Account made"),
    "account.changed": _("Account changed"),
    "account.closed": _("Account closed"),
    "account.reopened": _("Account reopened"),
    "account.password_changed": _("Own password changed"),
    "account.password_reset": _("New password given"),
    "account.unlocked": _("Account unlocked"),
    "api_key.made": _("API key made"),
    "api_key.revoked": _("API key revoked"),
    "api_key.used": _("API key used, the first time of the day from its address"),
    "approval.requested": _("Approval asked for"),
    "approval.approved": _("Approved"),
    "approval.returned": _("Returned, not approved"),
    "approval.void": _("Request for approval void"),
    "audit.checked": _("Seals checked"),
    "calendar.published": _("Calendar of a year published"),
    "calendar.corrected": _("Calendar corrected"),
    "clock_rule.kept": _("Clock rule written"),
    "delivery.sent": _("Mail sent"),
    "delivery.replayed": _("Mail replayed, not sent"),
    "delivery.released": _("Held mail released"),
    "delivery.failed": _("Mail failed"),
    "delivery.postponed": _("Mail put off"),
    "delivery.held": _("Mail held back"),
    "delivery.uncertain": _("Mail uncertain"),
    "delivery.cancelled": _("Mail cancelled"),
    "delivery.decided": _("Decided about a mail"),
    "demonstration.begun": _("Loading of the demonstration begun"),
    "demonstration.opened": _("Demonstration opened"),
    "demonstration.password_given": _("Password of the demonstration given"),
    "installation.enrolled": _("Installation enrolled: it may send mail"),
    "mail.tested": _("Test mail sent"),
    "export.downloaded": _("List or sheet downloaded"),
    "organisation.changed": _(
        "Organisation's name, letter head, address or telephone changed"
    ),
    "outbox.quarantined": _("Outbox held"),
    "outbox.released": _("Outbox released"),
    "paper.opened": _("Paper opened"),
    "second_factor.added": _("Second factor added"),
    "second_factor.removed": _("Second factor removed"),
    "second_factor.renewed": _("Recovery codes renewed"),
    "second_factor.failed": _("Second factor wrong"),
    "second_factor.locked": _("Second factor locked after wrong tries"),
    "second_factor.reset": _("Second factor taken away by an administrator"),
    "session.ended": _("Own sessions ended"),
    "sign_in.address_locked": _("Address slowed after wrong tries"),
    "sign_in.done": _("Signed in"),
    "sign_in.failed": _("Sign-in failed"),
    "sign_in.locked": _("Sign-in locked after wrong tries"),
    "sign_out": _("Signed out"),
    "unit.created": _("Unit made"),
    "unit.changed": _("Unit changed"),
}
FACTORS = {
    "totp": _("authenticator app"),
    "webauthn": _("security key"),
    "recovery_codes": _("recovery codes"),
}
PAPERS = {
    "sheet": _("original sheet of a complaint"),
    "answer": _("paper of an answer in a platform's stead"),
    "service": _("proof of service"),
}
LISTINGS = {
    "answer_sheet": _("sheet for the answers"),
    "import_rows": _("rows of an import"),
    "ledger": _("rows behind a number"),
    "message": _("stored mail"),
    "notice_items": _("items of a notice"),
    "statistics": _("statistics"),
}
DETAILS: dict[str, Detail] = {
    "about": Detail(_("of")),
    "filters": Detail(_("filters")),
    "listing": Detail(_("list"), codes=lambda: LISTINGS),
    "whole": Detail(_("to its end")),
    "after": Detail(_("after")),
    "also": Detail(
        _("also changed"), codes=lambda: {"email": _("e-mail"), "phone": _("telephone")}
    ),
    "answer": Detail(_("server said")),
    "attempt": Detail(_("attempt")),
    "because": Detail(_("because"), codes=choices(Installation.Held)),
    "before": Detail(_("before")),
    "code": Detail(_("code")),
    "date": Detail(_("date")),
    "days": Detail(_("days")),
    "domain": Detail(_("mail domain")),
    "duties": Detail(_("duties"), codes=choices(User.Duty)),
    "entry": Detail(_("entry")),
    "fault": Detail(_("fault")),
    "key": Detail(_("key")),
    "keys": Detail(_("API keys revoked")),
    "kind": Detail(_("kind"), codes=lambda: dict(DayKind.choices) | FACTORS),
    "known": Detail(_("account exists")),
    "length": Detail(_("length")),
    "moved": Detail(_("deadlines moved")),
    "name": Detail(_("name")),
    "number": Detail(_("number")),
    "paper": Detail(_("paper"), codes=lambda: PAPERS),
    "parent": Detail(_("belongs to"), kind="corps.unit"),
    "prefix": Detail(_("begins with")),
    "provisional": Detail(_("provisional")),
    "purpose": Detail(_("purpose")),
    "reason": Detail(_("reason")),
    "removed": Detail(_("days taken out")),
    "role": Detail(_("role"), codes=choices(User.Role)),
    "seal": Detail(_("seal")),
    "sessions": Detail(_("sessions ended")),
    "source": Detail(_("source")),
    "step": Detail(_("step")),
    "taken": Detail(_("taken by the server")),
    "tries": Detail(_("tries")),
    "unit": Detail(_("unit"), kind="corps.unit", codes=choices(DeadlineUnit)),
    "unit_id": Detail(_("unit"), kind="corps.unit"),
    "user": Detail(_("account"), kind="corps.user"),
    "valid_from": Detail(_("valid from")),
    "version": Detail(_("version")),
    "worker": Detail(_("worker")),
    "year": Detail(_("year")),
}


def _mail_titles(ids: Collection[int]) -> dict[int, Any]:
    """Mails by what they are about: their recipients are nobody's business here."""
    return dict(Delivery.objects.filter(pk__in=ids).values_list("pk", "message__title"))


def _what_was_approved(ids: Collection[int]) -> dict[int, Any]:
    """Approvals by what they are about."""
    rows = Approval.objects.filter(pk__in=ids).values_list(
        "pk", "subject_type", "subject_id"
    )
    names = labels.name_things((kind, pk) for _pk, kind, pk in rows)
    return {
        pk: f"{labels.kind_words(kind)} {names.get((kind, about), about)}"
        for pk, kind, about in rows
    }


KINDS = {
    "corps.user": Kind(
        _("Account"),
        names_of(User.objects.all, lambda user: f"{user.name} {user.username}".strip()),
    ),
    "corps.unit": Kind(_("Unit"), names_of(Unit.objects.all)),
    "corps.clockrule": Kind(_("Clock rule"), names_of(ClockRule.objects.all)),
    "corps.delivery": Kind(_("Mail"), _mail_titles, choices(Delivery.State)),
    "corps.approval": Kind(_("Approval"), _what_was_approved),
}
