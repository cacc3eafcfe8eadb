from notices.models.answers import Answer, AnswerRetraction, AnswerSheet, Check, PendingVerdict, ReplyRequest
from notices.models.ledger import Outcome, Recurrence
from notices.models.notices import Notice, NoticeItem, PendingApproval
from notices.models.objections import Objection
from notices.models.withdrawals import WithdrawalLetter, WithdrawnItem

__all__ = [
    "Answer",
    "AnswerRetraction",
    "AnswerSheet",
    "Check",
    "Notice",
    "NoticeItem",
    "Objection",
    "Outcome",
    "PendingApproval",
    "PendingVerdict",
    "Recurrence",
    "ReplyRequest",
    "WithdrawalLetter",
    "WithdrawnItem",
]
