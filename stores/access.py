"""Who may do what of stores: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from corps.access.extensions import Rule

ADMINISTRATORS, SUPERVISORS = ("administrator",), ("supervisor",)
CASEWORKERS = ("officer", "supervisor")

RULES = {
    "stores.register_platform": Rule(ADMINISTRATORS),
    "stores.appoint_liaison": Rule(ADMINISTRATORS),
    "stores.propose_official_account": Rule(CASEWORKERS),
    "stores.confirm_official_account": Rule(SUPERVISORS),
    "stores.propose_strike": Rule(CASEWORKERS),
    "stores.strike_official_account": Rule(SUPERVISORS),
    "stores.view_platforms": Rule((*CASEWORKERS, "administrator")),
    "stores.view_stores": Rule(CASEWORKERS),
}
