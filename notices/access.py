"""Who may do what of notices: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from django.utils.translation import gettext_lazy as _

from corps.access.extensions import Rule

LIAISONS, SUPERVISORS = ("liaison",), ("supervisor",)
OFFICERS, CASEWORKERS = ("officer",), ("officer", "supervisor")

RULES = {
    "notices.compose": Rule(_("Compose notices"), OFFICERS),
    "notices.approve": Rule(
        _("Approve notices"), duties=("head_of_unit", "head_of_department")
    ),
    "notices.serve": Rule(_("Record how a notice was served"), OFFICERS),
    "notices.answer": Rule(_("Answer items of notices"), LIAISONS),
    "notices.answer_on_behalf": Rule(
        _("Record answers on behalf of a platform"), OFFICERS
    ),
    "notices.check": Rule(_("Check answers"), CASEWORKERS),
    # Supervisors check what officers leave to nobody else.
    "notices.check_first": Rule(_("Check answers before supervisors do"), OFFICERS),
    "notices.withdraw": Rule(_("Withdraw items of notices"), CASEWORKERS),
    "notices.lodge_objection": Rule(_("Lodge objections"), CASEWORKERS),
    "notices.decide_objection": Rule(_("Decide objections"), SUPERVISORS),
    "notices.propose_correction": Rule(
        _("Propose corrections of what counts"), CASEWORKERS
    ),
    "notices.correct_outcome": Rule(_("Correct what counts"), SUPERVISORS),
    "notices.view_notices": Rule(_("Read notices"), CASEWORKERS),
    "notices.read_letters": Rule(
        _("Read the letters of notices"), (*CASEWORKERS, "liaison")
    ),
    "notices.view_approvals": Rule(_("Read what waits for approval"), SUPERVISORS),
    "notices.view_objections": Rule(_("Read objections"), CASEWORKERS),
    "notices.view_deliveries": Rule(_("Read deliveries"), CASEWORKERS),
    # The pages where officers decide about a letter, or withdraw a whole notice.
    "notices.decide_delivery": Rule(
        _("Decide about letters that did not arrive"), OFFICERS
    ),
    "notices.withdraw_notice": Rule(_("Withdraw whole notices"), OFFICERS),
}
