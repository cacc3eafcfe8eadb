from django.apps import AppConfig

from corps.access import allow


class FirmsConfig(AppConfig):
    name = "firms"

    def ready(self) -> None:
        """State the room's verbs in the access table."""
        from corps.account_parts import parts
        from firms import audit_words
        from firms.accounts import RepresentativePart

        allow("firms.register_firm", roles=["administrator"])
        allow("firms.appoint_representative", roles=["administrator"])
        audit_words.register()
        parts["representative"] = RepresentativePart()
