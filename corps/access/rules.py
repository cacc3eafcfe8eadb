"""Who may do what of corps: the lines of the access table that belong to corps.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from django.utils.translation import gettext_lazy as _

from corps.access.extensions import Rule

ADMINISTRATORS, AUDITORS = ("administrator",), ("auditor",)
CASEWORKERS = ("officer", "supervisor")

RULES = {
    "corps.publish_calendar": Rule(_("Publish the calendar of a year"), ADMINISTRATORS),
    "corps.record_past_event": Rule(
        _("Record something as done at an earlier time"), duties=("record_past_event",)
    ),
    "corps.manage_accounts": Rule(_("Manage accounts and units"), ADMINISTRATORS),
    "corps.lift_quarantine": Rule(_("Release mails that are held"), ADMINISTRATORS),
    "corps.change_organisation": Rule(
        _("Change the details of the organisation"), ADMINISTRATORS
    ),
    "corps.keep_reference_data": Rule(_("Keep reference data"), ADMINISTRATORS),
    "corps.change_own_phone": Rule(_("Change one's own telephone"), CASEWORKERS),
    "corps.decide_delivery": Rule(
        _("Decide about mails that did not arrive"), CASEWORKERS
    ),
    "corps.find_colleagues": Rule(_("Find colleagues"), CASEWORKERS),
    "corps.check_audit": Rule(_("Check the seals of the audit"), AUDITORS),
    "corps.view_audit": Rule(_("Read the audit"), AUDITORS),
    "corps.view_administrator_home": Rule(
        _("Read the administrator's home page"), ADMINISTRATORS
    ),
    "corps.view_calendar": Rule(_("Read the calendar"), ADMINISTRATORS),
    "corps.view_outbox": Rule(_("Read the outbox"), ADMINISTRATORS),
    # Who runs the system or answers for it; others get one word alone.
    "corps.view_status": Rule(
        _("Read the state of the system"), ("administrator", "auditor", "supervisor")
    ),
}
