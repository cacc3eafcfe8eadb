from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "listings"

    def ready(self) -> None:
        """Register the sidebar's lines of the registers, which are this app's and those of the apps below, and the
        finder of the search."""
        from django.utils.translation import gettext_lazy as _

        from corps.access.permissions import allow
        from corps.installation import reference_data
        from corps.ui import home, navigation
        from firms.models import Firm
        from listings import (
            address_forms,
            audit_labels,
            search_providers,
            unknown_hosts,
        )
        from stores import status_providers
        from stores.models import OfficialAccount, Platform

        search_providers.register()
        home.needs.append(unknown_hosts.need)
        reference_data.reloaders.append(address_forms.reload)
        status_providers.address_rules.append(address_forms.is_known)
        audit_labels.register()
        allow("listings.change_address_forms", roles=["administrator"])
        corps = ("officer", "supervisor")
        staff = (*corps, "administrator")
        register = navigation.register
        register(
            "firms", _("Firms"), "firms:list", section="registers", order=10, roles=staff,
            count=lambda user: Firm.objects.visible_to(user).count(),
        )  # fmt: skip
        register(
            "platforms", _("Platforms and liaisons"), "stores:platforms", section="registers", order=20, roles=staff,
            count=lambda user: Platform.objects.visible_to(user).count(),
        )  # fmt: skip
        register(
            "stores",
            _("Stores"),
            "stores:list",
            section="registers",
            order=30,
            roles=corps,
        )
        register(
            "listings",
            _("Listings"),
            "listings:list",
            section="registers",
            order=40,
            roles=corps,
        )
        register(
            "addresses",
            _("Address rules"),
            "listings:addresses",
            section="registers",
            order=45,
            roles=staff,
        )
        register(
            "official", _("Official accounts"), "listings:official", section="registers", order=50,
            roles=(*corps, "representative"),
            count=lambda user: OfficialAccount.objects.visible_to(user).protecting().count(),
        )  # fmt: skip
