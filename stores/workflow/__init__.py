"""The verbs of this app, one module for each subject."""

from stores.workflow.liaisons import (
    appoint_liaison,
    change_liaison,
    dismiss_liaison,
    give_account,
)
from stores.workflow.official import (
    confirm_official_account,
    decline_official_account,
    decline_revocation,
    propose_official_account,
    propose_revocation,
    revoke_official_account,
)
from stores.workflow.platforms import (
    change_platform,
    register_platform,
    resume_platform,
    retire_platform,
)

__all__ = [
    "appoint_liaison",
    "change_liaison",
    "change_platform",
    "confirm_official_account",
    "decline_official_account",
    "decline_revocation",
    "dismiss_liaison",
    "give_account",
    "propose_official_account",
    "propose_revocation",
    "register_platform",
    "resume_platform",
    "retire_platform",
    "revoke_official_account",
]
