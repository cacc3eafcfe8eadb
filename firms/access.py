"""Who may do what of firms: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from django.utils.translation import gettext_lazy as _

from corps.access.extensions import Rule

RULES = {
    "firms.register_firm": Rule(_("Register firms and brands"), ("administrator",)),
    "firms.appoint_representative": Rule(
        _("Appoint representatives of firms"), ("administrator",)
    ),
    "firms.view_firms": Rule(
        _("Read the register of firms"), ("officer", "supervisor", "administrator")
    ),
}
