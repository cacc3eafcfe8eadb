"""Who may do what of cases: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from corps.access.extensions import Rule

CASEWORKERS = ("officer", "supervisor")
CASEWORKERS_AND_FIRMS = (*CASEWORKERS, "representative")
# The roles and duties that may do each of these verbs.
WHO_MAY = (
    (Rule(("supervisor", "administrator")), ("open_campaign",)),
    (Rule(("administrator",)), ("keep_grounds",)),
    (Rule(("supervisor",)), ("reopen_case", "confirm_belonging")),
    (
        Rule(CASEWORKERS_AND_FIRMS),
        (
            "submit_complaint",
            "hand_in_sheet",
            "withdraw_complaint",
            "correct_complaint",
            "register_import",
            "settle_rows",
            "correct_reading",
        ),
    ),
    (
        Rule(CASEWORKERS),
        (
            "accept_complaint",
            "refuse_complaint",
            "refuse_rows",
            "open_case",
            "assign_officers",
            "add_note",
            "give_ground",
            "retitle_case",
            "ground_targets",
            "add_targets",
            "drop_targets",
            "move_complaint",
            "undo_act",
            "undo_import",
            "judge_claims",
            "propose_belonging",
            "conclude_case",
            "close_case",
        ),
    ),
    (Rule(("supervisor",)), ("manage_campaigns", "view_tasks_of_unit")),
    (Rule(("officer",)), ("view_own_tasks",)),
    (Rule((*CASEWORKERS, "administrator")), ("view_grounds",)),
    (Rule(("representative",)), ("view_named", "view_tasks_of_firm")),
    (
        Rule(CASEWORKERS),
        ("view_campaigns", "view_cases"),
    ),
    (Rule(CASEWORKERS_AND_FIRMS), ("view_complaints", "view_stream")),
    (
        Rule(duties=("head_of_department",)),
        ("file_case", "suspend_case", "leave_case"),
    ),
)

RULES = {f"cases.{verb}": rule for rule, verbs in WHO_MAY for verb in verbs}
