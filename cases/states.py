"""The states of complaints, cases and targets, and the ways between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.states import StateTable


class ComplaintState(models.TextChoices):
    RECEIVED = "received", _("Received")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    IN_CASE = "in_case", _("In a case")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


COMPLAINT_STATES = StateTable(
    ComplaintState,
    {
        "received": ("accepted", "refused", "withdrawn"),
        "accepted": ("in_case", "refused", "withdrawn"),
        "refused": ("accepted",),
        "in_case": ("answered", "withdrawn"),
        "answered": ("closed",),
    },
)


# A complaint in one of these asks for nothing any more: what it named passes to the next complaint that names it.
ENDED_COMPLAINT = (ComplaintState.REFUSED, ComplaintState.WITHDRAWN)


class CaseState(models.TextChoices):
    LEAD = "lead", _("Lead")
    FILED = "filed", _("Filed")
    NOT_FILED = "not_filed", _("Not filed")
    DISPOSING = "disposing", _("Disposing")
    CONCLUDING = "concluding", _("Concluding")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")
    TRANSFERRED = "transferred", _("Transferred")
    SUSPENDED = "suspended", _("Suspended")
    WITHDRAWN = "withdrawn", pgettext_lazy("a case", "Withdrawn")
    REOPENED = "reopened", _("Reopened")


CASE_STATES = StateTable(
    CaseState,
    {
        "lead": ("filed", "not_filed", "transferred", "withdrawn"),
        "not_filed": ("lead",),
        "filed": ("disposing", "suspended", "transferred", "withdrawn"),
        "disposing": ("concluding", "suspended", "transferred", "withdrawn"),
        "concluding": ("disposing", "closed", "suspended"),
        "closed": ("archived", "reopened"),
        "reopened": ("disposing", "concluding", "closed"),
        "suspended": ("filed", "disposing", "concluding"),
    },
)


# A case in one of these works on nothing any more; its unfinished targets are carried over.
ENDED_CASE = (
    CaseState.NOT_FILED,
    CaseState.ARCHIVED,
    CaseState.TRANSFERRED,
    CaseState.WITHDRAWN,
)


class TargetState(models.TextChoices):
    REPORTED = "reported", _("Reported")
    NOTICED = "noticed", _("Noticed")
    CLAIMED = "claimed", _("To be checked")
    VERIFIED = "verified", _("Verified")
    GONE_BEFORE = "gone_before_notice", _("Gone before notice")
    REFUSED = "refused", _("Not acted on")
    NEEDS_INFORMATION = "needs_information", _("Needs information")
    RELISTED = "relisted", _("Relisted")
    RESTORED = "restored", _("Restoring asked")
    DROPPED = "dropped", _("Dropped")


# States in which something is still to be done on a target.
UNFINISHED = (
    TargetState.REPORTED,
    TargetState.NOTICED,
    TargetState.CLAIMED,
    TargetState.REFUSED,
    TargetState.NEEDS_INFORMATION,
    TargetState.RELISTED,
)


class Told(models.TextChoices):
    """What is told of an unfinished target in place of its state, where nothing more is done on it."""

    OFFICIAL = "official", _("Official account")
    TRANSFERRED = "transferred", _("Its case was transferred")
    ENDED = "ended", _("Its case has ended")


# Unfinished, and named in no notice that was issued: what may pass to another case.
MAY_CARRY_OVER = (TargetState.REPORTED, TargetState.RELISTED)


TARGET_STATES = StateTable(
    TargetState,
    {
        # Withdrawing an unfinished item leads back to `reported`, or to `relisted` where the target counts; a
        # handed-over item keeps its target noticed.
        "reported": ("noticed", "dropped", "restored"),
        "noticed": (
            "claimed",
            "refused",
            "needs_information",
            "reported",
            "relisted",
            "restored",
        ),
        "claimed": (
            "verified",
            "gone_before_notice",
            "noticed",
            "reported",
            "relisted",
            "restored",
        ),
        "verified": ("relisted", "reported", "restored"),
        "gone_before_notice": ("relisted", "reported", "restored"),
        "refused": ("noticed", "reported", "relisted", "restored"),
        "needs_information": ("noticed", "reported", "relisted", "restored"),
        "relisted": ("noticed", "dropped", "restored"),
        "restored": ("noticed", "dropped"),
        # Taken up again, or the dropping undone.
        "dropped": ("reported", "relisted", "restored"),
    },
)


class Seen(models.TextChoices):
    """What somebody saw at an address."""

    GONE = "gone", _("Gone")
    LIVE = "live", _("Live")
    UNREACHABLE = "unreachable", _("Did not open")


class Claim(models.TextChoices):
    """What a platform's liaison may answer for an item."""

    REMOVED = "removed", _("Removed")
    SHUT = "shut", _("Shut")
    ALREADY_GONE = "already_gone", _("Gone before notice")
    REFUSED = "refused", _("Not acted on")
    NOT_OURS = "not_ours", _("Not ours")
    APPEALED = "appealed", _("Merchant appeals")
    NEEDS_INFORMATION = "needs_information", _("Needs information")


CLAIMS_GONE = (Claim.REMOVED, Claim.SHUT, Claim.ALREADY_GONE)
