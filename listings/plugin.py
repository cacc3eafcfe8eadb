"""What listings contribute to the apps below. Found by `corps.extensions.load_plugins`."""

from django.utils.translation import gettext_lazy as _

from corps.access.extensions import access_rules
from corps.audit.extensions import (
    act_families,
    act_labels,
    detail_labels,
    subject_kinds,
)
from corps.installation.extensions import reference_data_reloaders
from corps.models import User
from corps.search.extensions import address_describers, search_kinds, word_indexes
from corps.ui.extensions import Link, administrator_needs, sidebar_links
from listings import (
    access,
    address_forms,
    audit_labels,
    search_addresses,
    search_providers,
    unknown_hosts,
)
from stores.extensions import address_rules
from stores.models import OfficialAccount


def _official_accounts(user: User) -> int:
    return OfficialAccount.objects.visible_to(user).protecting().count()


access_rules.contribute_all(access.RULES)

sidebar_links.contribute_all(
    (
        Link(
            "listings",
            _("Listings"),
            "listings:list",
            section="registers",
            order=40,
            verb="listings.view_listings",
        ),
        Link(
            "addresses",
            _("Address rules"),
            "listings:addresses",
            section="registers",
            order=45,
            verb="listings.view_address_rules",
        ),
        Link(
            "official",
            _("Official accounts"),
            "listings:official",
            section="registers",
            order=50,
            verb="listings.view_official_accounts",
            count=_official_accounts,
        ),
    )
)
administrator_needs.contribute(unknown_hosts.need)
reference_data_reloaders.contribute(address_forms.reload)

search_kinds.contribute_all(search_providers.KINDS)
word_indexes.contribute(search_providers.LISTING_WORDS)
word_indexes.contribute(search_providers.STORE_WORDS)
address_describers.contribute(search_addresses.describe)

act_families.contribute_all(audit_labels.FAMILIES)
act_labels.contribute_all(audit_labels.ACTS)
detail_labels.contribute_all(audit_labels.DETAILS)
subject_kinds.contribute_all(audit_labels.KINDS)

address_rules.contribute(address_forms.is_known)
