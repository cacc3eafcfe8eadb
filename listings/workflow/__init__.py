"""The verbs of this app, one module for each subject."""

from listings.workflow.address_forms import add_address_form, retire_address_form
from listings.workflow.belongings import (
    correct_store,
    judge_belongings,
    put_in_effect,
    void_belongings,
)
from listings.workflow.registration import (
    Account,
    Key,
    Pair,
    Registry,
    Source,
    listing_words,
    lock_registry,
    platforms_taking_part,
    registered_platforms,
    store_words,
)
from listings.workflow.unknown_hosts import (
    Counted,
    count_unknown_hosts,
    mark_host,
    unmark_host,
)

__all__ = [
    "Account",
    "Counted",
    "Key",
    "Pair",
    "Registry",
    "Source",
    "add_address_form",
    "correct_store",
    "count_unknown_hosts",
    "judge_belongings",
    "listing_words",
    "lock_registry",
    "mark_host",
    "platforms_taking_part",
    "put_in_effect",
    "registered_platforms",
    "retire_address_form",
    "store_words",
    "unmark_host",
    "void_belongings",
]
