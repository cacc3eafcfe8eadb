from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import allow
from corps.ui import navigation

# Key, label, route, section, order and role of each page in the navigation.
PAGES = (
    ("desk_of_the_house", _("Desk"), "home", "desk", 1, "administrator"),
    ("users", _("Accounts"), "users", "house", 10, "administrator"),
    ("units", _("Units"), "units", "house", 20, "administrator"),
    ("organisation", _("Organisation"), "organisation", "house", 25, "administrator"),
    ("outbox", _("Outgoing mail"), "outbox", "house", 80, "administrator"),
    ("calendar", _("Calendar"), "calendar", "house", 30, "administrator"),
    ("admin", _("Reference data"), "admin:index", "house", 90, "administrator"),
    ("audit", _("Audit"), "audit", "oversight", 90, "auditor"),
)


class CorpsConfig(AppConfig):
    name = "corps"
    verbose_name = _("Calendar and clocks")

    def ready(self) -> None:
        """State the verbs of corps in the access table and its pages in the sidebar."""
        from corps import audit_labels, search_providers
        from corps.accounts import second_factor

        audit_labels.register()
        search_providers.register()
        _allow_acts()
        _register_pages()
        _register_notification_count()
        _register_mail_events()
        _register_home_providers()
        second_factor.listen()


class CorpsAdminConfig(AdminConfig):
    """Django's admin, with the system's own site in place of the usual one."""

    default_site = "corps.ui.admin_site.CorpsAdminSite"


def _allow_acts() -> None:
    """Say in the access table who may do what this app's workflow offers."""
    allow("corps.publish_calendar", roles=["administrator"])
    allow("corps.record_past_event", duties=["record_past_event"])
    allow("corps.manage_accounts", roles=["administrator"])
    allow("corps.lift_quarantine", roles=["administrator"])
    allow("corps.change_organisation", roles=["administrator"])
    allow("corps.change_own_phone", roles=["officer", "supervisor"])
    allow("corps.decide_delivery", roles=["officer", "supervisor"])
    allow("corps.check_audit", roles=["auditor"])


def _register_pages() -> None:
    """Give this app's pages their entries in the navigation."""
    for key, label, route, section, order, role in PAGES:
        navigation.register(
            key, label, route, section=section, order=order, roles=(role,)
        )


def _register_notification_count() -> None:
    """Let the bell of the navigation count what a person has not read."""
    from corps.models import Notification

    navigation.register_bell(
        "notifications",
        lambda user: Notification.objects.filter(user=user, read_at=None).count(),
    )


def _register_mail_events() -> None:
    """Say what the events of deliveries are called, and who their administrators are."""
    from corps.mail import events
    from corps.workflow import deliveries

    events.words.update(deliveries.WORDS)
    for phrase in ("administrator", "administrators"):
        events.recipients[phrase] = deliveries.administrators


def _register_home_providers() -> None:
    """Name what the readiness check, the administrator's home page and the first steps ask of this app."""
    from corps.monitoring import disk, first_steps, readiness
    from corps.ui import home

    readiness.providers["disk"] = disk.free_disk
    home.needs.append(disk.disk_need)
    first_steps.providers += [first_steps.of_the_installation, first_steps.of_people]
