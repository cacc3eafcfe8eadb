"""Who may do what of listings: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from django.utils.translation import gettext_lazy as _

from corps.access.extensions import Rule

CASEWORKERS = ("officer", "supervisor")

RULES = {
    "listings.change_address_forms": Rule(
        _("Change address rules"), ("administrator",)
    ),
    "listings.view_address_rules": Rule(
        _("Read address rules"), (*CASEWORKERS, "administrator")
    ),
    "listings.view_listings": Rule(_("Read the register of listings"), CASEWORKERS),
    "listings.view_official_accounts": Rule(
        _("Read the register of official accounts"), (*CASEWORKERS, "representative")
    ),
}
