from corps.models.approvals import Approval
from corps.models.audit import AuditEntry, AuditSeal
from corps.models.calendar import ClockRule, Deadline, Holiday
from corps.models.installation import (
    Counter,
    Installation,
    Notification,
    Organisation,
    RateCount,
    StoredFile,
)
from corps.models.messages import Delivery, Message
from corps.models.people import ApiKey, ApiKeyUse, Unit, User
from corps.models.sign_in import FailedAttempts, KnownDevice, Session
from corps.models.words import RecordWords, UnindexedRange

__all__ = [
    "ApiKey",
    "ApiKeyUse",
    "Approval",
    "AuditEntry",
    "AuditSeal",
    "ClockRule",
    "Counter",
    "Deadline",
    "Delivery",
    "FailedAttempts",
    "Holiday",
    "Installation",
    "KnownDevice",
    "Message",
    "Notification",
    "Organisation",
    "RateCount",
    "RecordWords",
    "Session",
    "StoredFile",
    "UnindexedRange",
    "Unit",
    "User",
]
