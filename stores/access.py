"""Who may do what of stores: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from django.utils.translation import gettext_lazy as _

from corps.access.extensions import Rule

ADMINISTRATORS, SUPERVISORS = ("administrator",), ("supervisor",)
CASEWORKERS = ("officer", "supervisor")

RULES = {
    "stores.register_platform": Rule(_("Register platforms"), ADMINISTRATORS),
    "stores.appoint_liaison": Rule(_("Appoint liaisons"), ADMINISTRATORS),
    "stores.propose_official_account": Rule(
        _("Propose official accounts"), CASEWORKERS
    ),
    "stores.confirm_official_account": Rule(
        _("Confirm official accounts"), SUPERVISORS
    ),
    "stores.propose_strike": Rule(
        _("Propose to revoke official accounts"), CASEWORKERS
    ),
    "stores.strike_official_account": Rule(_("Revoke official accounts"), SUPERVISORS),
    "stores.view_platforms": Rule(
        _("Read the register of platforms"), (*CASEWORKERS, "administrator")
    ),
    "stores.view_stores": Rule(_("Read the register of stores"), CASEWORKERS),
}
