from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class CorpsConfig(AppConfig):
    name = "corps"
    verbose_name = _("Calendar and clocks")

    def ready(self) -> None:
        """Load the plugins of all apps, whose models are there by now, the system checks, and listen to the second
        factor's signals."""
        from corps.accounts import second_factor
        from corps.extensions import load_plugins
        from corps.monitoring import checks  # noqa: F401

        load_plugins()
        second_factor.listen()


class CorpsAdminConfig(AdminConfig):
    """Django's admin, with the system's own site in place of the usual one."""

    default_site = "corps.ui.admin_site.CorpsAdminSite"
