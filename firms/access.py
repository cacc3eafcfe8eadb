"""Who may do what of firms: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from corps.access.extensions import Rule

RULES = {
    "firms.register_firm": Rule(("administrator",)),
    "firms.appoint_representative": Rule(("administrator",)),
    "firms.view_firms": Rule(("officer", "supervisor", "administrator")),
}
