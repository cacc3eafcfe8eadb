"""Who may do what of listings: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from corps.access.extensions import Rule

CASEWORKERS = ("officer", "supervisor")

RULES = {
    "listings.change_address_forms": Rule(("administrator",)),
    "listings.view_address_rules": Rule((*CASEWORKERS, "administrator")),
    "listings.view_listings": Rule(CASEWORKERS),
    "listings.view_official_accounts": Rule((*CASEWORKERS, "representative")),
}
