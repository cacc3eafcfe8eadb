from django.apps import AppConfig

from corps import grants


class DashboardsConfig(AppConfig):
    name = "dashboards"

    def ready(self) -> None:
        """The rollup is written by the ledger's triggers alone."""
        grants.read_only_tables.add("dashboards_rollup")
