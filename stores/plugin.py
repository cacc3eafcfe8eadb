"""What stores contribute to the apps below. Found by `corps.extensions.load_plugins`."""

from django.utils.translation import gettext_lazy as _

from corps.access.extensions import access_rules
from corps.accounts.extensions import account_parts
from corps.audit.extensions import (
    act_families,
    act_labels,
    detail_labels,
    subject_kinds,
)
from corps.models import User
from corps.monitoring.extensions import first_steps
from corps.ui.extensions import Link, administrator_needs, sidebar_links
from stores import access, audit_labels
from stores.first_steps import of_platforms
from stores.home_needs import cut_off, unread
from stores.models import Platform
from stores.role_profiles import LiaisonPart


def _platforms(user: User) -> int:
    return Platform.objects.visible_to(user).count()


access_rules.contribute_all(access.RULES)
account_parts.contribute(User.Scope.PLATFORM, LiaisonPart())
first_steps.contribute(of_platforms)
sidebar_links.contribute_all(
    (
        Link(
            "platforms",
            _("Platforms and liaisons"),
            "stores:platforms",
            section="registers",
            order=20,
            verb="stores.view_platforms",
            count=_platforms,
        ),
        Link(
            "stores",
            _("Stores"),
            "stores:list",
            section="registers",
            order=30,
            verb="stores.view_stores",
        ),
    )
)
administrator_needs.contribute(cut_off)
administrator_needs.contribute(unread)

act_families.contribute_all(audit_labels.FAMILIES)
act_labels.contribute_all(audit_labels.ACTS)
detail_labels.contribute_all(audit_labels.DETAILS)
subject_kinds.contribute_all(audit_labels.KINDS)
