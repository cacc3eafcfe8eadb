from django.apps import AppConfig

from corps.access import allow


class FirmsConfig(AppConfig):
    name = "firms"

    def ready(self) -> None:
        """State the room's verbs in the access table."""
        from corps.account_parts import parts
        from corps.first_steps import providers
        from firms import audit_words, finding
        from firms.accounts import RepresentativePart
        from firms.first_steps import of_firms

        allow("firms.register_firm", roles=["administrator"])
        allow("firms.appoint_representative", roles=["administrator"])
        audit_words.register()
        finding.register()
        parts["representative"] = RepresentativePart()
        providers.append(of_firms)
