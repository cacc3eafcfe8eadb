from notices.models.answers import (
    Answer,
    AnswerRetraction,
    AnswerSheet,
    AnswerWords,
    Check,
    CheckWords,
    PendingCheck,
    ReplyRequest,
)
from notices.models.ledger import LedgerEntry, Recurrence
from notices.models.notices import Notice, NoticeItem, PendingApproval
from notices.models.objections import Objection
from notices.models.withdrawals import WithdrawalLetter, WithdrawnItem

__all__ = [
    "Answer",
    "AnswerRetraction",
    "AnswerSheet",
    "AnswerWords",
    "Check",
    "CheckWords",
    "LedgerEntry",
    "Notice",
    "NoticeItem",
    "Objection",
    "PendingApproval",
    "PendingCheck",
    "Recurrence",
    "ReplyRequest",
    "WithdrawalLetter",
    "WithdrawnItem",
]
