"""Who may do what of corps: the lines of the access table that belong to corps.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from corps.access.extensions import Rule

ADMINISTRATORS, AUDITORS = ("administrator",), ("auditor",)
CASEWORKERS = ("officer", "supervisor")

RULES = {
    "corps.publish_calendar": Rule(ADMINISTRATORS),
    "corps.record_past_event": Rule(duties=("record_past_event",)),
    "corps.manage_accounts": Rule(ADMINISTRATORS),
    "corps.lift_quarantine": Rule(ADMINISTRATORS),
    "corps.change_organisation": Rule(ADMINISTRATORS),
    "corps.keep_reference_data": Rule(ADMINISTRATORS),
    "corps.change_own_phone": Rule(CASEWORKERS),
    "corps.decide_delivery": Rule(CASEWORKERS),
    "corps.find_colleagues": Rule(CASEWORKERS),
    "corps.check_audit": Rule(AUDITORS),
    "corps.view_audit": Rule(AUDITORS),
    "corps.view_administrator_home": Rule(ADMINISTRATORS),
    "corps.view_calendar": Rule(ADMINISTRATORS),
    "corps.view_outbox": Rule(ADMINISTRATORS),
    # Who runs the system or answers for it; others get one word alone.
    "corps.view_status": Rule(("administrator", "auditor", "supervisor")),
}
