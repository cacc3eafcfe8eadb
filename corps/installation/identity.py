"""Which installation this is, and in what it differs from the one that the database knows.

A copy of a database that is started elsewhere would send what the original has sent already. So the outbox is held
wherever one of these is not as it was enrolled: the cluster's system identifier, the database (its number, and that of
a table, which a dump loads anew), the timeline, and a random token that the database and each data directory keep. A
token file also knows its own inode, which tells a copied data directory from the first.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from corps.models import Installation
from runtime.paths import Place

QUESTION = """
SELECT (SELECT system_identifier::text FROM pg_control_system()),
       (SELECT oid FROM pg_database WHERE datname = current_database()) || '/' || 'corps_installation'::regclass::oid,
       CASE WHEN pg_is_in_recovery() THEN 0
            ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END"""
FILE = "installation"
Held = Installation.Held


@dataclass(frozen=True, slots=True)
class Token:
    """What a data directory keeps. text: "" for none. is_copied: the file is not the one that was written."""

    text: str = ""
    is_copied: bool = False


def database_identity() -> dict[str, str | int]:
    """Of the database that this process is connected to, by the names of Installation's fields. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        system, database, timeline = cursor.fetchone()
    return {
        "system_identifier": system,
        "database_identifier": database,
        "timeline": timeline,
    }


def kept_token(folder: Path) -> Token:
    """The token of a data directory."""
    try:
        with (folder / "secrets" / FILE).open(encoding="ascii") as file:
            text, _space, inode = file.read().partition(" ")
            return Token(text, inode != str(os.fstat(file.fileno()).st_ino))
    except FileNotFoundError:
        return Token()


def keep_token(folder: Path, text: str) -> None:
    """Keep a token in a data directory, whole or not at all."""
    secrets = Place(folder).secrets()
    draft = secrets / f"{FILE}.{os.getpid()}"
    with draft.open("w", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(f"{text} {os.fstat(file.fileno()).st_ino}")
    draft.replace(secrets / FILE)


def differences(installation: Installation) -> list[str]:
    """In what this process's database and data directory differ from what was enrolled, as values of `Held`.

    Nothing, where nothing has been enrolled yet. A demonstration whose data directory was copied is no danger.
    """
    if not installation.token:
        return []
    here = database_identity()
    token = kept_token(settings.DATA_DIR)
    differs = {
        Held.SYSTEM: here["system_identifier"] != installation.system_identifier,
        Held.DATABASE: here["database_identifier"] != installation.database_identifier,
        Held.TIMELINE: here["timeline"] != installation.timeline,
        Held.TOKEN: token.text != installation.token,
        Held.COPIED: not installation.is_demonstration
        and token.text == installation.token
        and token.is_copied,
    }
    return [code.value for code, found in differs.items() if found]


def lacks_mail_server(installation: Installation) -> bool:
    """Whether mail has nowhere to go: no EMAIL_URL, and no demonstration, whose sink may have it."""
    return not settings.HAS_MAIL_SERVER and not installation.is_demonstration


def may_send(installation: Installation) -> bool:
    """Whether this process may send ordinary mail at all. What is held in the database is a matter of each delivery."""
    return not lacks_mail_server(installation) and not differences(installation)


def reason_to_hold() -> str:
    """Why ordinary mail does not go out at this moment, as a sentence; "" if it does. One statement."""
    installation = Installation.objects.get()
    if installation.outbox_quarantined:
        return str(
            _("The outbox is held; an administrator decides when it sends again.")
        )
    if lacks_mail_server(installation):
        return str(
            _(
                "There is no mail server, so the outbox holds it; an administrator sets one up."
            )
        )
    return ""
