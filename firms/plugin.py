"""What firms contribute to the apps below. Found by `corps.extensions.load_plugins`."""

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
from corps.search.extensions import search_kinds
from corps.ui.extensions import Link, sidebar_links
from firms import access, audit_labels, search_providers
from firms.first_steps import of_firms
from firms.models import Firm
from firms.role_profiles import RepresentativePart


def _firms(user: User) -> int:
    return Firm.objects.visible_to(user).count()


access_rules.contribute_all(access.RULES)
account_parts.contribute(User.Scope.FIRM, RepresentativePart())
first_steps.contribute(of_firms)
sidebar_links.contribute(
    Link(
        "firms",
        _("Firms"),
        "firms:list",
        section="registers",
        order=10,
        verb="firms.view_firms",
        count=_firms,
    )
)

search_kinds.contribute_all(search_providers.KINDS)

act_families.contribute_all(audit_labels.FAMILIES)
act_labels.contribute_all(audit_labels.ACTS)
detail_labels.contribute_all(audit_labels.DETAILS)
subject_kinds.contribute_all(audit_labels.KINDS)
