"""The verbs of this room, one module for each subject."""

from cases.workflow.campaigns import change_campaign, length_checks, open_campaign
from cases.workflow.cases import (
    add_complaints,
    add_note,
    assign_officers,
    decline_case,
    file_case,
    give_ground,
    open_case,
    reconsider_case,
)
from cases.workflow.closing import (
    Missing,
    archive_case,
    close_case,
    closing_checks,
    conclude_case,
    missing,
    open_targets,
    reopen_case,
    resume_case,
    suspend_case,
    transfer_case,
    withdraw_case,
)
from cases.workflow.complaints import accept_complaint, refuse_complaint, submit_complaint, withdraw_complaint
from cases.workflow.grounds import change_ground, is_given, register_ground
from cases.workflow.imports import (
    abandon_import,
    continue_registering,
    read_sheet,
    register_import,
    ring_unfinished,
    rows_by_result,
)
from cases.workflow.registration import official_found
from cases.workflow.settling import settle_rows
from cases.workflow.targets import add_targets, drop_checks, drop_targets, ground_targets, mark_account

__all__ = [
    "Missing",
    "abandon_import",
    "accept_complaint",
    "add_complaints",
    "add_note",
    "add_targets",
    "archive_case",
    "assign_officers",
    "change_campaign",
    "change_ground",
    "close_case",
    "closing_checks",
    "conclude_case",
    "continue_registering",
    "decline_case",
    "drop_checks",
    "drop_targets",
    "file_case",
    "give_ground",
    "ground_targets",
    "is_given",
    "length_checks",
    "mark_account",
    "missing",
    "official_found",
    "open_campaign",
    "open_case",
    "open_targets",
    "read_sheet",
    "reconsider_case",
    "refuse_complaint",
    "register_ground",
    "register_import",
    "reopen_case",
    "resume_case",
    "ring_unfinished",
    "rows_by_result",
    "settle_rows",
    "submit_complaint",
    "suspend_case",
    "transfer_case",
    "withdraw_case",
    "withdraw_complaint",
]
