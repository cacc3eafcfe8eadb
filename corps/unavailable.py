"""What is no defect of the program but a service that cannot answer at this moment: how it is recognised and told."""

import errno
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from corps.errors import FileLost, FilesAway

# SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
QUERY_CANCELED, LOCK_NOT_AVAILABLE, DEADLOCK, DISK_FULL = (
    "57014",
    "55P03",
    "40P01",
    "53100",
)
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Unavailable:
    """code: for programs. message: for people. retry_after: seconds."""

    code: str
    message: Any
    retry_after: int
    status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE


AWAY = Unavailable(
    "database-away",
    _(
        "The database does not answer at this moment. Nothing was changed. Try again in half a minute."
    ),
    30,
)
TOO_LONG = Unavailable(
    "took-too-long",
    _(
        "This took longer than a page may take, and was stopped. Nothing was changed. Choose less at once, or try "
        "again in a minute."
    ),
    60,
)
BUSY = Unavailable(
    "being-changed",
    _(
        "Somebody else is changing the same at this moment. Nothing was changed here. Try again in ten seconds."
    ),
    10,
)
LOST = Unavailable(
    "file-lost",
    _(
        "This file is no longer where files are kept. Tell the administrator, who may find it in a backup."
    ),
    600,
)
FILES_AWAY = Unavailable(
    "files-away",
    _(
        "The storage of files does not answer at this moment. Nothing was changed. Try again in half a minute."
    ),
    30,
)
FULL = Unavailable(
    "no-room",
    _(
        "The disk is full: nothing was kept. Tell the administrator, and try again when there is room."
    ),
    600,
    HTTPStatus.INSUFFICIENT_STORAGE,
)


def unavailable(error: BaseException | None) -> Unavailable | None:
    """What an error says of a service that cannot answer, or None if it is a defect."""
    if isinstance(error, OSError):
        return _of_files(error)
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    state = getattr(error.__cause__, "pgcode", None)
    if state in (LOCK_NOT_AVAILABLE, DEADLOCK):
        return BUSY
    if state == QUERY_CANCELED:
        return TOO_LONG
    if state == DISK_FULL:
        return FULL
    return AWAY if isinstance(error, OperationalError | InterfaceError) else None


def _of_files(error: OSError) -> Unavailable | None:
    """What an error says of the place where files are kept."""
    if isinstance(error, FileLost):
        return LOST
    if isinstance(error, FilesAway):
        return FILES_AWAY
    return FULL if error.errno in NO_SPACE else None


def translated(message: Any, language: str) -> str:
    """A message in a language, whichever is active."""
    with override(language):
        return str(message)
