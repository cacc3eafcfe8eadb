from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from corps.database import grants
from corps.ui import navigation


class DashboardsConfig(AppConfig):
    name = "dashboards"

    def ready(self) -> None:
        """The rollup is written by the ledger's triggers alone; the pages of the numbers stand in the sidebar."""
        from corps.ui.home import asides
        from dashboards import audit_labels
        from dashboards.backlog import stuck_places

        audit_labels.register()
        asides["supervisor"].append(stuck_places)
        grants.read_only_tables.add("dashboards_rollup")

        corps, supervisors = ("officer", "supervisor"), ("supervisor",)
        register = navigation.register
        register(
            "dashboard",
            _("Dashboard"),
            "dashboards:dashboard",
            section="desk",
            order=12,
            roles=supervisors,
        )
        register(
            "numbers",
            _("Dashboard"),
            "dashboards:dashboard",
            section="oversight",
            order=10,
            roles=("officer",),
        )
        register(
            "statistics",
            _("Statistics"),
            "dashboards:statistics",
            section="oversight",
            order=20,
            roles=corps,
        )
        register(
            "ledger",
            _("Ledger"),
            "dashboards:ledger",
            section="oversight",
            order=30,
            roles=corps,
        )
