"""What dashboards contribute to the apps below. Found by `corps.extensions.load_plugins`."""

from django.utils.translation import gettext_lazy as _

from cases.extensions import AsideProvider, home_asides
from corps.access.extensions import access_rules
from corps.access.permissions import may
from corps.audit.extensions import (
    act_families,
    act_labels,
    detail_labels,
    subject_kinds,
)
from corps.database.extensions import read_only_tables
from corps.models import User
from corps.ui.extensions import Link, sidebar_links
from dashboards import access, audit_labels
from dashboards.backlog import stuck_places


# Only the ledger's triggers write the rollup.
def _has_it_below(user: User) -> bool:
    """Whether the dashboard does not stand among the first lines already."""
    return not may(user, "dashboards.view_backlog")


access_rules.contribute_all(access.RULES)

read_only_tables.contribute("dashboards_rollup")
home_asides.contribute(AsideProvider("dashboards.view_backlog", stuck_places))
sidebar_links.contribute_all(
    (
        Link(
            "dashboard",
            _("Dashboard"),
            "dashboards:dashboard",
            section="tasks",
            order=12,
            verb="dashboards.view_backlog",
        ),
        Link(
            "numbers",
            _("Dashboard"),
            "dashboards:dashboard",
            section="oversight",
            order=10,
            verb="dashboards.view_numbers",
            allowed=_has_it_below,
        ),
        Link(
            "statistics",
            _("Statistics"),
            "dashboards:statistics",
            section="oversight",
            order=20,
            verb="dashboards.view_numbers",
        ),
        Link(
            "ledger",
            _("Ledger"),
            "dashboards:ledger",
            section="oversight",
            order=30,
            verb="dashboards.view_numbers",
        ),
    )
)

act_families.contribute_all(audit_labels.FAMILIES)
act_labels.contribute_all(audit_labels.ACTS)
detail_labels.contribute_all(audit_labels.DETAILS)
subject_kinds.contribute_all(audit_labels.KINDS)
