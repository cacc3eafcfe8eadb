"""The states of what is claimed, and corrected, about the stores that listings are in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from corps.states import GREY, RED, State, StateTable


class BelongingState(models.TextChoices):
    UNJUDGED = "unjudged", _("To be judged")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Not confirmed")
    CORRECTED = "corrected", _("Corrected")


# Back to confirmed: two persons corrected where the listing is, to the store that this says.
BELONGING_STATES = StateTable(
    BelongingState,
    State(
        BelongingState.UNJUDGED,
        GREY,
        moves=(BelongingState.CONFIRMED, BelongingState.REFUSED),
    ),
    State(
        BelongingState.CONFIRMED,
        GREY,
        moves=(BelongingState.CORRECTED,),
        finished=True,
    ),
    State(
        BelongingState.REFUSED,
        RED,
        moves=(BelongingState.CONFIRMED,),
        finished=True,
    ),
    State(
        BelongingState.CORRECTED,
        GREY,
        moves=(BelongingState.CONFIRMED,),
        finished=True,
    ),
)


class CorrectionState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")


CORRECTION_STATES = StateTable(
    CorrectionState,
    State(
        CorrectionState.PROPOSED,
        GREY,
        moves=(CorrectionState.CONFIRMED, CorrectionState.DECLINED),
    ),
    State(CorrectionState.CONFIRMED, GREY, finished=True),
    State(CorrectionState.DECLINED, GREY, finished=True),
)
