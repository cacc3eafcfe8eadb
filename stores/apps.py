from django.apps import AppConfig

from corps.access import allow


class StoresConfig(AppConfig):
    name = "stores"

    def ready(self) -> None:
        """State the room's verbs in the access table."""
        allow("stores.register_platform", roles=["administrator"])
        allow("stores.appoint_liaison", roles=["administrator"])
        allow("stores.register_official_account", roles=["officer", "supervisor"])
