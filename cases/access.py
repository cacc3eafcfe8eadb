"""Who may do what of cases: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from django.utils.translation import gettext_lazy as _

from corps.access.extensions import Rule

CASEWORKERS = ("officer", "supervisor")
SUPERVISORS, ADMINISTRATORS = ("supervisor",), ("administrator",)
FIRMS = ("representative",)
HEADS_OF_DEPARTMENT = ("head_of_department",)
CASEWORKERS_AND_FIRMS = (*CASEWORKERS, *FIRMS)
RULES = {
    "cases.open_campaign": Rule(_("Open campaigns"), ("supervisor", "administrator")),
    "cases.keep_grounds": Rule(_("Keep the list of legal grounds"), ADMINISTRATORS),
    "cases.reopen_case": Rule(_("Reopen cases"), SUPERVISORS),
    "cases.confirm_belonging": Rule(
        _("Confirm to which store a listing belongs"), SUPERVISORS
    ),
    "cases.submit_complaint": Rule(_("Submit complaints"), CASEWORKERS_AND_FIRMS),
    "cases.hand_in_sheet": Rule(_("Submit sheets"), CASEWORKERS_AND_FIRMS),
    "cases.withdraw_complaint": Rule(_("Withdraw complaints"), CASEWORKERS_AND_FIRMS),
    "cases.correct_complaint": Rule(_("Correct complaints"), CASEWORKERS_AND_FIRMS),
    "cases.register_import": Rule(
        _("Register the rows of a sheet"), CASEWORKERS_AND_FIRMS
    ),
    "cases.settle_rows": Rule(_("Settle rows that are held"), CASEWORKERS_AND_FIRMS),
    "cases.correct_reading": Rule(
        _("Correct the reading of sheets"), CASEWORKERS_AND_FIRMS
    ),
    "cases.accept_complaint": Rule(_("Accept complaints"), CASEWORKERS),
    "cases.refuse_complaint": Rule(_("Refuse complaints"), CASEWORKERS),
    "cases.refuse_rows": Rule(_("Refuse rows"), CASEWORKERS),
    "cases.open_case": Rule(_("Open cases"), CASEWORKERS),
    "cases.assign_officers": Rule(_("Assign officers to cases"), CASEWORKERS),
    "cases.add_note": Rule(_("Add notes to cases"), CASEWORKERS),
    "cases.give_ground": Rule(_("Give the legal ground of a case"), CASEWORKERS),
    "cases.retitle_case": Rule(_("Change the title of a case"), CASEWORKERS),
    "cases.ground_targets": Rule(_("Give the legal ground of targets"), CASEWORKERS),
    "cases.add_targets": Rule(_("Add targets to cases"), CASEWORKERS),
    "cases.drop_targets": Rule(_("Drop targets"), CASEWORKERS),
    "cases.move_complaint": Rule(_("Move complaints to another case"), CASEWORKERS),
    "cases.undo_act": Rule(_("Undo acts on many"), CASEWORKERS),
    "cases.undo_import": Rule(_("Undo the registration of a sheet"), CASEWORKERS),
    "cases.judge_claims": Rule(_("Judge claims of belonging"), CASEWORKERS),
    "cases.propose_belonging": Rule(
        _("Propose to which store a listing belongs"), CASEWORKERS
    ),
    "cases.conclude_case": Rule(_("Conclude cases"), CASEWORKERS),
    "cases.close_case": Rule(_("Close cases"), CASEWORKERS),
    "cases.manage_campaigns": Rule(_("Manage campaigns"), SUPERVISORS),
    "cases.view_tasks_of_unit": Rule(_("Read the tasks of the unit"), SUPERVISORS),
    "cases.view_own_tasks": Rule(_("Read one's own tasks"), ("officer",)),
    "cases.view_grounds": Rule(
        _("Read the list of legal grounds"), (*CASEWORKERS, "administrator")
    ),
    "cases.view_named": Rule(_("Read what the own firm named"), FIRMS),
    "cases.view_tasks_of_firm": Rule(_("Read the tasks of the own firm"), FIRMS),
    "cases.view_campaigns": Rule(_("Read campaigns"), CASEWORKERS),
    "cases.view_cases": Rule(_("Read cases"), CASEWORKERS),
    "cases.view_complaints": Rule(_("Read complaints"), CASEWORKERS_AND_FIRMS),
    "cases.view_stream": Rule(_("Read what waits for oneself"), CASEWORKERS_AND_FIRMS),
    "cases.file_case": Rule(_("File cases"), duties=HEADS_OF_DEPARTMENT),
    "cases.suspend_case": Rule(_("Suspend cases"), duties=HEADS_OF_DEPARTMENT),
    "cases.leave_case": Rule(
        _("Let cases leave the corps"), duties=HEADS_OF_DEPARTMENT
    ),
}
