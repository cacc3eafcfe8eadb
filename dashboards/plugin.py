"""What dashboards contribute to the apps below. Found by `corps.extensions.load_plugins`."""

from django.utils.translation import gettext_lazy as _

from cases.extensions import AsideProvider, home_asides
from corps.audit.extensions import (
    act_families,
    act_labels,
    detail_labels,
    subject_kinds,
)
from corps.database.extensions import read_only_tables
from corps.ui.extensions import Link, sidebar_links
from dashboards import audit_labels
from dashboards.backlog import stuck_places

SUPERVISORS = ("supervisor",)
CASEWORKERS = ("officer", "supervisor")

# Only the ledger's triggers write the rollup.
read_only_tables.contribute("dashboards_rollup")
home_asides.contribute(AsideProvider(SUPERVISORS, stuck_places))
sidebar_links.contribute_all(
    (
        Link(
            "dashboard",
            _("Dashboard"),
            "dashboards:dashboard",
            section="desk",
            order=12,
            roles=SUPERVISORS,
        ),
        Link(
            "numbers",
            _("Dashboard"),
            "dashboards:dashboard",
            section="oversight",
            order=10,
            roles=("officer",),
        ),
        Link(
            "statistics",
            _("Statistics"),
            "dashboards:statistics",
            section="oversight",
            order=20,
            roles=CASEWORKERS,
        ),
        Link(
            "ledger",
            _("Ledger"),
            "dashboards:ledger",
            section="oversight",
            order=30,
            roles=CASEWORKERS,
        ),
    )
)

act_families.contribute_all(audit_labels.FAMILIES)
act_labels.contribute_all(audit_labels.ACTS)
detail_labels.contribute_all(audit_labels.DETAILS)
subject_kinds.contribute_all(audit_labels.KINDS)
