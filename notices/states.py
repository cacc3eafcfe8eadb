"""The states of notices, their items, and objections, and the ways between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.states import StateTable


class NoticeState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waits for approval")
    RETURNED = "returned", _("Returned")
    ISSUED = "issued", _("Issued")
    COMPLETED = "completed", _("Completed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


NOTICE_STATES = StateTable(
    NoticeState,
    {
        "draft": ("submitted", "withdrawn"),
        "submitted": ("issued", "returned", "draft", "withdrawn"),
        "returned": ("submitted", "draft", "withdrawn"),
        "issued": ("completed", "withdrawn"),
        # An item found live, or an appeal dismissed, opens the notice again.
        "completed": ("issued", "withdrawn"),
    },
)


class ItemState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLAIMED = "claimed", _("To be checked")
    VERIFIED = "verified", _("Verified")
    REFUSED = "refused", _("Not acted on")
    NEEDS_INFORMATION = "needs_information", _("Needs information")
    APPEALED = "appealed", _("Merchant appeals")
    NOT_OURS = "not_ours", _("Not ours")
    HANDED_OVER = "handed_over", _("Handed over")
    CARRIED_OVER = "carried_over", _("Carried over")
    WITHDRAWN = "withdrawn", _("Withdrawn")


UNFINISHED = ("open", "claimed", "refused", "needs_information", "appealed", "not_ours")

ITEM_STATES = StateTable(
    ItemState,
    {
        "draft": ("open",),
        "open": (
            "claimed",
            "refused",
            "needs_information",
            "appealed",
            "not_ours",
            "carried_over",
            "withdrawn",
        ),
        "claimed": ("verified", "open", "carried_over", "withdrawn"),
        # Back to open: the platform takes its answer back before anybody has checked it.
        "refused": ("open", "carried_over", "withdrawn"),
        "needs_information": ("open", "carried_over", "withdrawn"),
        "appealed": ("open", "carried_over", "withdrawn"),
        "not_ours": ("open", "handed_over", "carried_over", "withdrawn"),
    },
)

# Answered items: the answer can be taken back, which opens them again, until somebody has checked them.
RETRACTABLE = tuple(
    state for state in ITEM_STATES.sources("open") if state != ItemState.DRAFT
)

# What state an answer puts its item and its target into.
ANSWERED_AS = {
    "removed": (ItemState.CLAIMED, "claimed"),
    "shut": (ItemState.CLAIMED, "claimed"),
    "already_gone": (ItemState.CLAIMED, "claimed"),
    "refused": (ItemState.REFUSED, "refused"),
    "needs_information": (ItemState.NEEDS_INFORMATION, "needs_information"),
    "appealed": (ItemState.APPEALED, "noticed"),
    "not_ours": (ItemState.NOT_OURS, "noticed"),
}


class ObjectionState(models.TextChoices):
    LODGED = "lodged", _("Lodged")
    ACCEPTED = "accepted", _("Accepted")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Nobody has decided on these yet.
UNDECIDED = (ObjectionState.LODGED, ObjectionState.ACCEPTED)

OBJECTION_STATES = StateTable(
    ObjectionState,
    {
        # Withdrawn: the platform took the appeal back, or what it was about is asked for no longer.
        "lodged": ("accepted", "dismissed", "withdrawn"),
        "accepted": ("upheld", "dismissed", "withdrawn"),
    },
)
