from django.apps import AppConfig

from corps.access.permissions import allow


class StoresConfig(AppConfig):
    name = "stores"

    def ready(self) -> None:
        """State the app's verbs in the access table."""
        from corps.accounts.role_profiles import parts
        from corps.monitoring.first_steps import providers
        from corps.ui.home import needs
        from stores import audit_labels
        from stores.first_steps import of_platforms
        from stores.home_needs import cut_off, unread
        from stores.role_profiles import LiaisonPart

        allow("stores.register_platform", roles=["administrator"])
        allow("stores.appoint_liaison", roles=["administrator"])
        allow("stores.propose_official_account", roles=["officer", "supervisor"])
        allow("stores.confirm_official_account", roles=["supervisor"])
        allow("stores.propose_strike", roles=["officer", "supervisor"])
        allow("stores.strike_official_account", roles=["supervisor"])
        audit_labels.register()
        parts["liaison"] = LiaisonPart()
        needs += [cut_off, unread]
        providers.append(of_platforms)
