from django.apps import AppConfig

from corps.access import allow


class StoresConfig(AppConfig):
    name = "stores"

    def ready(self) -> None:
        """State the room's verbs in the access table."""
        from corps.account_parts import parts
        from corps.first_steps import providers
        from corps.home import needs
        from stores import audit_words
        from stores.accounts import LiaisonPart
        from stores.desk import cut_off, unread
        from stores.first_steps import of_platforms

        allow("stores.register_platform", roles=["administrator"])
        allow("stores.appoint_liaison", roles=["administrator"])
        allow("stores.propose_official_account", roles=["officer", "supervisor"])
        allow("stores.confirm_official_account", roles=["supervisor"])
        allow("stores.propose_strike", roles=["officer", "supervisor"])
        allow("stores.strike_official_account", roles=["supervisor"])
        audit_words.register()
        parts["liaison"] = LiaisonPart()
        needs += [cut_off, unread]
        providers.append(of_platforms)
