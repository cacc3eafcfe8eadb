"""Who may do what of notices: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from corps.access.extensions import Rule

LIAISONS, SUPERVISORS = ("liaison",), ("supervisor",)
OFFICERS, CASEWORKERS = ("officer",), ("officer", "supervisor")

RULES = {
    "notices.compose": Rule(OFFICERS),
    "notices.approve": Rule(duties=("head_of_unit", "head_of_department")),
    "notices.serve": Rule(OFFICERS),
    "notices.answer": Rule(LIAISONS),
    "notices.answer_on_behalf": Rule(OFFICERS),
    "notices.check": Rule(CASEWORKERS),
    "notices.withdraw": Rule(CASEWORKERS),
    "notices.lodge_objection": Rule(CASEWORKERS),
    "notices.decide_objection": Rule(SUPERVISORS),
    "notices.propose_correction": Rule(CASEWORKERS),
    "notices.correct_outcome": Rule(SUPERVISORS),
    "notices.view_notices": Rule(CASEWORKERS),
    "notices.read_letters": Rule((*CASEWORKERS, "liaison")),
    "notices.view_approvals": Rule(SUPERVISORS),
    "notices.view_objections": Rule(CASEWORKERS),
    "notices.view_deliveries": Rule(CASEWORKERS),
    # The pages where officers decide about a letter, or withdraw a whole notice.
    "notices.decide_delivery": Rule(OFFICERS),
    "notices.withdraw_notice": Rule(OFFICERS),
}
