"""Who may do what of dashboards: the lines of the access table that belong to this app.

A verb that begins with `view` or `read` opens pages; the others are what a workflow does, and open the pages that offer
it.
"""

from django.utils.translation import gettext_lazy as _

from corps.access.extensions import Rule

RULES = {
    "dashboards.view_numbers": Rule(
        _("Read the two numbers and their ledger"), ("officer", "supervisor")
    ),
    # What is stuck, on the own home page, where the dashboard stands too.
    "dashboards.view_backlog": Rule(_("Read what is stuck"), ("supervisor",)),
}
