from notices.models.answers import Answer, Check, PendingVerdict, ReplyRequest
from notices.models.ledger import Outcome, Recurrence
from notices.models.notices import Notice, NoticeItem
from notices.models.objections import Objection

__all__ = [
    "Answer",
    "Check",
    "Notice",
    "NoticeItem",
    "Objection",
    "Outcome",
    "PendingVerdict",
    "Recurrence",
    "ReplyRequest",
]
