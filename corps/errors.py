"""How a verb says no."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext


class FileLost(FileNotFoundError):
    """A stored file is not where files are kept."""


class FilesAway(OSError):
    """What keeps the stored files does not answer at this moment."""


class TransitionRefused(Exception):
    """A guard said no: the act is not done and nothing was written.

    code: a stable word such as "not-concluding", for programs. message: a sentence for the person, saying what is
    wrong and what to do. details: whatever the page wants to show beside it (ids, counts, who did what when). Where
    they hold `by` and `at`, those of the act that came first, the message tells them.
    """

    def __init__(self, code: str, message: Any, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = told_by_whom(message, details.get("by", ""), details.get("at"))
        self.details = details


def told_by_whom(message: Any, by: str, at: datetime | None) -> Any:
    """A sentence for somebody who came second, with the name and the time of who came first, unless it has them.

    by: empty, and at: None, where nobody is known; the sentence stays as it is then.
    """
    if not by or at is None:
        return message
    return _with_first(message, by, at)


def in_short(at: datetime) -> str:
    """A moment as sentences tell it, in Shanghai: `11-05 14:30`."""
    return date_format(timezone.localtime(at), "m-d H:i")


def _joined(message: Any, by: str, at: datetime) -> str:
    text = str(message)
    if by in text:
        return text
    return gettext("%(message)s %(by)s was first, at %(at)s.") % {
        "message": text,
        "by": by,
        "at": in_short(at),
    }


_with_first = lazy(_joined, str)
