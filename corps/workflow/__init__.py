"""The verbs of the ground, one module for each subject. What a worker does to deliveries is `corps.outbox`."""

from corps.workflow.accounts import (
    change_own_password,
    change_user,
    choose_language,
    create_user,
    deactivate_user,
    make_key,
    note_key_use,
    reactivate_user,
    reset_password,
    reset_second_factor,
    revoke_key,
    unlock_account,
)
from corps.workflow.approvals import decide_approval, open_approval, request_approval, void_approval
from corps.workflow.attempts import clear_attempts, tell_owners
from corps.workflow.calendar import foresee_moves, publish_calendar, recompute_deadlines
from corps.workflow.deliveries import cancel, cancel_replay, cancel_unsent, mark_sent, record_bounce, resend
from corps.workflow.files import note_opening, open_file, put_away, store_file
from corps.workflow.house import (
    lift_quarantine,
    note_sweep,
    notify,
    notify_many,
    quarantine_outbox,
    read_notifications,
)
from corps.workflow.lists import forget_filter, hide_columns, keep_filter
from corps.workflow.numbers import document_number, next_number, take_number, take_numbers
from corps.workflow.seals import Fault, check_audit, lost_seals, seal_audit, verify_audit
from corps.workflow.sessions import (
    begin_session,
    clear_sessions,
    end_other_sessions,
    end_own_sessions,
    note_session_use,
)
from corps.workflow.units import change_unit, create_unit

__all__ = [
    "Fault",
    "begin_session",
    "cancel",
    "cancel_replay",
    "cancel_unsent",
    "change_own_password",
    "change_unit",
    "change_user",
    "check_audit",
    "choose_language",
    "clear_attempts",
    "clear_sessions",
    "create_unit",
    "create_user",
    "deactivate_user",
    "decide_approval",
    "document_number",
    "end_other_sessions",
    "end_own_sessions",
    "foresee_moves",
    "forget_filter",
    "hide_columns",
    "keep_filter",
    "lift_quarantine",
    "lost_seals",
    "make_key",
    "mark_sent",
    "next_number",
    "note_key_use",
    "note_opening",
    "note_session_use",
    "note_sweep",
    "notify",
    "notify_many",
    "open_approval",
    "open_file",
    "publish_calendar",
    "put_away",
    "quarantine_outbox",
    "reactivate_user",
    "read_notifications",
    "recompute_deadlines",
    "record_bounce",
    "request_approval",
    "resend",
    "reset_password",
    "reset_second_factor",
    "revoke_key",
    "seal_audit",
    "store_file",
    "take_number",
    "take_numbers",
    "tell_owners",
    "unlock_account",
    "verify_audit",
    "void_approval",
]
