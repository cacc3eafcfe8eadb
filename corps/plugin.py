"""What corps contributes to its own extension points. Found by `corps.extensions.load_plugins`."""

from django.utils.translation import gettext_lazy as _

from corps import audit_labels, search_providers
from corps.access.extensions import access_rules
from corps.access.rules import RULES
from corps.audit.extensions import (
    act_families,
    act_labels,
    detail_labels,
    subject_kinds,
)
from corps.mail.extensions import event_recipients, event_sentences
from corps.models import User
from corps.monitoring import disk, first_steps, readiness
from corps.monitoring import extensions as monitoring
from corps.search.extensions import search_kinds
from corps.ui.extensions import Link, administrator_needs, home_pages, sidebar_links
from corps.views.administrator_home import show_administrator_home
from corps.views.audit import list_entries
from corps.workflow import deliveries

access_rules.contribute_all(RULES)

sidebar_links.contribute_all(
    (
        Link(
            "administrator_home",
            _("My work"),
            "home",
            "tasks",
            1,
            "corps.view_administrator_home",
        ),
        Link(
            "users",
            _("Accounts"),
            "users",
            "administration",
            10,
            "corps.manage_accounts",
        ),
        Link(
            "units", _("Units"), "units", "administration", 20, "corps.manage_accounts"
        ),
        Link(
            "organisation",
            _("Organisation"),
            "organisation",
            "administration",
            25,
            "corps.change_organisation",
        ),
        Link(
            "calendar",
            _("Calendar"),
            "calendar",
            "administration",
            30,
            "corps.view_calendar",
        ),
        Link(
            "outbox",
            _("Outgoing mail"),
            "outbox",
            "administration",
            80,
            "corps.view_outbox",
        ),
        Link(
            "admin",
            _("Reference data"),
            "admin:index",
            "administration",
            90,
            "corps.keep_reference_data",
        ),
        Link("audit", _("Audit"), "audit", "oversight", 90, "corps.view_audit"),
    )
)
home_pages.contribute(User.Scope.SYSTEM, show_administrator_home)
home_pages.contribute(User.Scope.AUDIT, list_entries)
administrator_needs.contribute(disk.disk_need)

search_kinds.contribute_all(search_providers.KINDS)

act_families.contribute_all(audit_labels.FAMILIES)
act_labels.contribute_all(audit_labels.ACTS)
detail_labels.contribute_all(audit_labels.DETAILS)
subject_kinds.contribute_all(audit_labels.KINDS)

event_sentences.contribute_all(deliveries.SENTENCES)
event_recipients.contribute("administrator", deliveries.administrators)
event_recipients.contribute("administrators", deliveries.administrators)

monitoring.status_providers.contribute("broker", readiness.broker)
monitoring.status_providers.contribute("maintenance", readiness.maintenance)
monitoring.status_providers.contribute("outbox", readiness.outbox)
monitoring.status_providers.contribute("append_only", readiness.append_only)
monitoring.status_providers.contribute("disk", disk.free_disk)
monitoring.first_steps.contribute(first_steps.of_the_installation)
monitoring.first_steps.contribute(first_steps.of_people)
