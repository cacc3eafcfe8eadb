"""The states of complaints, cases, targets and imports, and the ways between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corps.states import AMBER, BLUE, GREEN, GREY, RED, Counted, State, StateTable


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
    State(
        ComplaintState.RECEIVED,
        GREY,
        moves=(
            ComplaintState.ACCEPTED,
            ComplaintState.REFUSED,
            ComplaintState.WITHDRAWN,
        ),
        groups=("takes_rows",),
        listed_under="open",
    ),
    State(
        ComplaintState.ACCEPTED,
        BLUE,
        moves=(
            ComplaintState.REFUSED,
            ComplaintState.IN_CASE,
            ComplaintState.WITHDRAWN,
        ),
        groups=("takes_rows",),
        listed_under="open",
    ),
    State(
        ComplaintState.REFUSED,
        RED,
        moves=(ComplaintState.ACCEPTED,),
        finished=True,
        groups=("ended",),
    ),
    State(
        ComplaintState.IN_CASE,
        BLUE,
        # Accepted: taken out of its case again.
        moves=(
            ComplaintState.ACCEPTED,
            ComplaintState.ANSWERED,
            ComplaintState.WITHDRAWN,
        ),
        groups=("takes_rows",),
    ),
    State(ComplaintState.ANSWERED, GREEN, moves=(ComplaintState.CLOSED,)),
    State(ComplaintState.CLOSED, GREY, finished=True),
    State(ComplaintState.WITHDRAWN, GREY, finished=True, groups=("ended",)),
)


def complaint_before(after: str) -> tuple[ComplaintState, ...]:
    """The states from which intake leads a complaint to another. Out of its case it comes by being moved alone."""
    if after == ComplaintState.ACCEPTED:
        return COMPLAINT_STATES.before(after, without=(ComplaintState.IN_CASE,))
    return COMPLAINT_STATES.before(after)


# In no case yet.
OPEN_COMPLAINT = COMPLAINT_STATES.listed_under("open")
# What a complaint in one of these names is still registered.
TAKES_ROWS = COMPLAINT_STATES.group("takes_rows")
# A complaint in one of these asks for nothing any more: what it named passes to the next complaint that names it.
ENDED_COMPLAINT = COMPLAINT_STATES.group("ended")


class CaseState(models.TextChoices):
    LEAD = "lead", _("Lead")
    FILED = "filed", _("Filed")
    NOT_FILED = "not_filed", _("Not filed")
    DISPOSING = "disposing", _("In progress")
    CONCLUDING = "concluding", _("Concluding")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")
    TRANSFERRED = "transferred", _("Transferred")
    SUSPENDED = "suspended", _("Suspended")
    WITHDRAWN = "withdrawn", pgettext_lazy("a case", "Withdrawn")
    REOPENED = "reopened", _("Reopened")


CASE_STATES = StateTable(
    CaseState,
    State(
        CaseState.LEAD,
        GREY,
        moves=(
            CaseState.FILED,
            CaseState.NOT_FILED,
            CaseState.TRANSFERRED,
            CaseState.WITHDRAWN,
        ),
        groups=("open", "unfiled", "step"),
        listed_under="open",
    ),
    State(
        CaseState.FILED,
        BLUE,
        moves=(
            CaseState.DISPOSING,
            CaseState.SUSPENDED,
            CaseState.TRANSFERRED,
            CaseState.WITHDRAWN,
        ),
        groups=("open", "handled", "step"),
        listed_under="open",
    ),
    State(
        CaseState.NOT_FILED,
        GREY,
        moves=(CaseState.LEAD,),
        groups=("ended", "unfiled"),
    ),
    State(
        CaseState.DISPOSING,
        BLUE,
        moves=(
            CaseState.CONCLUDING,
            CaseState.SUSPENDED,
            CaseState.TRANSFERRED,
            CaseState.WITHDRAWN,
        ),
        groups=("open", "handled", "step"),
        listed_under="open",
    ),
    State(
        CaseState.CONCLUDING,
        BLUE,
        moves=(CaseState.DISPOSING, CaseState.CLOSED, CaseState.SUSPENDED),
        groups=("handled", "step"),
        listed_under="open",
    ),
    State(
        CaseState.CLOSED,
        GREY,
        moves=(CaseState.ARCHIVED, CaseState.REOPENED),
        finished=True,
        groups=("decided", "step"),
    ),
    State(CaseState.ARCHIVED, GREY, finished=True, groups=("ended", "decided", "step")),
    State(
        CaseState.TRANSFERRED,
        GREY,
        finished=True,
        groups=("ended", "decided", "left"),
    ),
    State(
        CaseState.SUSPENDED,
        AMBER,
        moves=(CaseState.FILED, CaseState.DISPOSING, CaseState.CONCLUDING),
    ),
    State(CaseState.WITHDRAWN, GREY, finished=True, groups=("ended", "left")),
    State(
        CaseState.REOPENED,
        BLUE,
        moves=(CaseState.DISPOSING, CaseState.CONCLUDING, CaseState.CLOSED),
        groups=("open", "handled"),
        listed_under="open",
    ),
)


def case_before(after: str) -> tuple[CaseState, ...]:
    """The states from which a verb leads a case to another; a suspended one goes nowhere before it is resumed."""
    return CASE_STATES.before(after, without=(CaseState.SUSPENDED,))


# While a case is in one of these, things can be added to it and taken out.
OPEN_CASE = CASE_STATES.group("open")
# Neither over nor suspended: its list shows it as such.
UNDER_WAY_CASE = CASE_STATES.listed_under("open")
# Filed, and neither at its end nor suspended: something may be asked of a platform.
HANDLED_CASE = CASE_STATES.group("handled")
UNFILED_CASE = CASE_STATES.group("unfiled")
# That stands for its complaints too.
DECIDED_CASE = CASE_STATES.group("decided")
# Over: nobody is assigned to it any more.
OVER_CASE = CASE_STATES.finished()
# Given up, or another authority's.
LEFT_CASE = CASE_STATES.group("left")
# A case in one of these works on nothing any more; its unfinished targets are carried over.
ENDED_CASE = CASE_STATES.group("ended")


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


# Withdrawing an unfinished item leads back to `reported`, or to `relisted` where the target counts; a handed-over item
# keeps its target noticed; an upheld objection leads from everywhere to `restored`.
TARGET_STATES = StateTable(
    TargetState,
    State(
        TargetState.REPORTED,
        GREY,
        moves=(TargetState.NOTICED, TargetState.DROPPED, TargetState.RESTORED),
        groups=("may_carry_over", "noticeable", "waits_for_notice"),
        listed_under="unfinished",
    ),
    State(
        TargetState.NOTICED,
        BLUE,
        moves=(
            TargetState.CLAIMED,
            TargetState.REFUSED,
            TargetState.NEEDS_INFORMATION,
            TargetState.REPORTED,
            TargetState.RELISTED,
            TargetState.RESTORED,
        ),
        counted=Counted.MAYBE,
        groups=("in_notice", "noticeable"),
        listed_under="unfinished",
    ),
    State(
        TargetState.CLAIMED,
        AMBER,
        moves=(
            TargetState.VERIFIED,
            TargetState.GONE_BEFORE,
            TargetState.NOTICED,
            TargetState.REPORTED,
            TargetState.RELISTED,
            TargetState.RESTORED,
        ),
        counted=Counted.MAYBE,
        groups=("in_notice", "answered", "said_to_be_gone"),
        listed_under="unfinished",
    ),
    State(
        TargetState.VERIFIED,
        GREEN,
        moves=(TargetState.RELISTED, TargetState.REPORTED, TargetState.RESTORED),
        finished=True,
        counted=Counted.ALWAYS,
        groups=("checked_gone", "reported_again"),
    ),
    State(
        TargetState.GONE_BEFORE,
        GREY,
        moves=(TargetState.RELISTED, TargetState.REPORTED, TargetState.RESTORED),
        finished=True,
        counted=Counted.MAYBE,
        groups=("checked_gone", "reported_again"),
    ),
    State(
        TargetState.REFUSED,
        RED,
        moves=(
            TargetState.NOTICED,
            TargetState.REPORTED,
            TargetState.RELISTED,
            TargetState.RESTORED,
        ),
        counted=Counted.MAYBE,
        groups=("in_notice", "answered", "noticeable", "waits_for_notice"),
        listed_under="unfinished",
    ),
    State(
        TargetState.NEEDS_INFORMATION,
        AMBER,
        moves=(
            TargetState.NOTICED,
            TargetState.REPORTED,
            TargetState.RELISTED,
            TargetState.RESTORED,
        ),
        counted=Counted.MAYBE,
        groups=("in_notice", "answered", "noticeable", "waits_for_notice"),
        listed_under="unfinished",
    ),
    State(
        TargetState.RELISTED,
        RED,
        # Reported: its result was taken back.
        moves=(
            TargetState.NOTICED,
            TargetState.REPORTED,
            TargetState.DROPPED,
            TargetState.RESTORED,
        ),
        counted=Counted.MAYBE,
        groups=(
            "may_carry_over",
            "noticeable",
            "waits_for_notice",
            "reported_again",
            "said_to_be_gone",
        ),
        listed_under="unfinished",
    ),
    State(
        TargetState.RESTORED,
        GREY,
        moves=(TargetState.NOTICED, TargetState.DROPPED),
        finished=True,
        groups=("noticeable",),
    ),
    State(
        TargetState.DROPPED,
        GREY,
        # Taken up again, or the dropping undone.
        moves=(TargetState.REPORTED, TargetState.RELISTED, TargetState.RESTORED),
        finished=True,
        # Of one that was relisted the removal before is counted still.
        counted=Counted.MAYBE,
    ),
)

# Something is still to be done on a target.
UNFINISHED = TARGET_STATES.unfinished()
# Unfinished, and named in no notice that was issued: what may pass to another case.
MAY_CARRY_OVER = TARGET_STATES.group("may_carry_over")
# What a notice may ask for, and of that what waits for one.
NOTICEABLE = TARGET_STATES.group("noticeable")
WAITS_FOR_NOTICE = TARGET_STATES.group("waits_for_notice")
# A notice names it, and of that what its platform has answered.
IN_NOTICE = TARGET_STATES.group("in_notice")
ANSWERED_TARGET = TARGET_STATES.group("answered")
# Its platform said that it is gone: seen live, that is a contradiction.
SAID_TO_BE_GONE = TARGET_STATES.group("said_to_be_gone")
# Gone when it was last checked after an answer.
CHECKED_GONE = TARGET_STATES.group("checked_gone")
# A target that counts no longer is reported again from these; in any other it stays.
REPORTED_AGAIN = TARGET_STATES.group("reported_again")


class Told(models.TextChoices):
    """What is told of an unfinished target in place of its state, where nothing more is done on it."""

    OFFICIAL = "official", _("Official account")
    TRANSFERRED = "transferred", _("Its case was transferred")
    ENDED = "ended", _("Its case has ended")


class ImportState(models.TextChoices):
    READING = "reading", _("Being read")
    REVIEW = "review", _("To be looked at")
    REGISTERING = "registering", _("Being registered")
    DONE = "done", _("Registered")
    FAILED = "failed", _("Could not be read")
    ABANDONED = "abandoned", _("Abandoned")
    UNDONE = "undone", _("Undone")


IMPORT_STATES = StateTable(
    ImportState,
    State(
        ImportState.READING,
        BLUE,
        moves=(
            ImportState.REVIEW,
            ImportState.REGISTERING,
            ImportState.FAILED,
            ImportState.ABANDONED,
        ),
        groups=("at_work", "unregistered"),
    ),
    State(
        ImportState.REVIEW,
        AMBER,
        # Reading: somebody corrected how it is read.
        moves=(ImportState.REGISTERING, ImportState.READING, ImportState.ABANDONED),
        groups=("for_its_firm", "unregistered", "judged"),
    ),
    State(
        ImportState.REGISTERING,
        BLUE,
        moves=(ImportState.DONE, ImportState.FAILED),
        groups=("at_work", "registered"),
    ),
    State(
        ImportState.DONE,
        GREEN,
        moves=(ImportState.UNDONE,),
        finished=True,
        groups=("registered", "judged"),
    ),
    State(
        ImportState.FAILED,
        RED,
        # Undone: some of its rows had been registered.
        moves=(ImportState.READING, ImportState.UNDONE),
        groups=("for_its_firm",),
    ),
    State(ImportState.ABANDONED, GREY, finished=True),
    State(ImportState.UNDONE, GREY, finished=True),
)

# A task works on the sheet.
IMPORT_AT_WORK = IMPORT_STATES.group("at_work")
# Whoever handed the sheet in looks at it, or says how it is to be read.
IMPORT_FOR_ITS_FIRM = IMPORT_STATES.group("for_its_firm")
# Nothing of the sheet is registered yet, but it may be; something is.
IMPORT_UNREGISTERED = IMPORT_STATES.group("unregistered")
IMPORT_REGISTERED = IMPORT_STATES.group("registered")
# Its rows were judged all of them, and can be judged anew.
IMPORT_JUDGED = IMPORT_STATES.group("judged")


class Seen(models.TextChoices):
    """What somebody saw at an address."""

    GONE = "gone", _("Gone")
    LIVE = "live", _("Live")
    UNREACHABLE = "unreachable", _("Unavailable")


class Claim(models.TextChoices):
    """What a platform's liaison may answer for an item."""

    REMOVED = "removed", _("Removed")
    SHUT = "shut", _("Shut")
    ALREADY_GONE = "already_gone", _("Gone before notice")
    REFUSED = "refused", _("Not acted on")
    NOT_OURS = "not_ours", _("Not ours")
    APPEALED = "appealed", _("Merchant appeals")
    NEEDS_INFORMATION = "needs_information", _("Needs information")
