from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

from corps import navigation
from corps.access import allow


class CorpsConfig(AppConfig):
    name = "corps"
    verbose_name = _("Calendar and clocks")

    def ready(self) -> None:
        """State the ground's verbs in the access table and its pages in the rail."""
        import corps.checks
        import corps.schema  # noqa: F401, its classes announce themselves to the schema generator
        from corps import audit_words, disk, events, finding, first_steps, home, readiness, second_factor
        from corps.models import Notification
        from corps.workflow import deliveries

        audit_words.register()
        finding.register()
        allow("corps.publish_calendar", roles=["administrator"])
        allow("corps.record_past_event", duties=["record_past_event"])
        allow("corps.manage_accounts", roles=["administrator"])
        allow("corps.lift_quarantine", roles=["administrator"])
        allow("corps.change_organisation", roles=["administrator"])
        allow("corps.change_own_phone", roles=["officer", "supervisor"])
        allow("corps.decide_delivery", roles=["officer", "supervisor"])
        allow("corps.check_audit", roles=["auditor"])

        administrator, auditor = ("administrator",), ("auditor",)
        navigation.register("desk_of_the_house", _("Desk"), "home", section="desk", order=1, roles=administrator)
        navigation.register("users", _("Accounts"), "users", section="house", order=10, roles=administrator)
        navigation.register("units", _("Units"), "units", section="house", order=20, roles=administrator)
        navigation.register(
            "organisation", _("Organisation"), "organisation", section="house", order=25, roles=administrator
        )
        navigation.register("outbox", _("Outgoing mail"), "outbox", section="house", order=80, roles=administrator)
        navigation.register("calendar", _("Calendar"), "calendar", section="house", order=30, roles=administrator)
        navigation.register("admin", _("Reference data"), "admin:index", section="house", order=90, roles=administrator)
        navigation.register("audit", _("Audit"), "audit", section="oversight", order=90, roles=auditor)
        navigation.register_bell(
            "notifications", lambda user: Notification.objects.filter(user=user, read_at=None).count()
        )

        events.words.update(deliveries.WORDS)
        for phrase in ("administrator", "administrators"):
            events.recipients[phrase] = deliveries.administrators
        readiness.providers["disk"] = disk.free_disk
        home.needs.append(disk.disk_need)
        first_steps.providers += [first_steps.of_the_installation, first_steps.of_people]
        second_factor.listen()


class HouseAdminConfig(AdminConfig):
    """Django's admin, with the house's own site in place of the usual one."""

    default_site = "corps.adminsite.HouseAdmin"
