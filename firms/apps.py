from django.apps import AppConfig

from corps.access.permissions import allow


class FirmsConfig(AppConfig):
    name = "firms"

    def ready(self) -> None:
        """State the app's verbs in the access table."""
        from corps.accounts.role_profiles import parts
        from corps.monitoring.first_steps import providers
        from firms import audit_labels, search_providers
        from firms.first_steps import of_firms
        from firms.role_profiles import RepresentativePart

        allow("firms.register_firm", roles=["administrator"])
        allow("firms.appoint_representative", roles=["administrator"])
        audit_labels.register()
        search_providers.register()
        parts["representative"] = RepresentativePart()
        providers.append(of_firms)
