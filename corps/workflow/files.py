"""Stored files: each content once, under its SHA-256."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import BinaryIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model

from corps.audit import record
from corps.clock import now
from corps.database.references import named_among
from corps.locking import locked_against_naming
from corps.models import StoredFile, User

# Who handed a file in has so long to write the row that points at it; noting it again may wait for an hour.
GRACE = timedelta(days=1)
NOTED_FOR = timedelta(hours=1)


def store_file(content: bytes | BinaryIO, content_type: str) -> StoredFile:
    """Keep a file, or find that it is kept already.

    content: bytes, or a file open for reading in binary, from its beginning. content_type: of the first one stands.
    The file is on the storage before its row is written, so that a row never points at nothing; what a rollback leaves
    on the storage does no harm. Two that store the same content at once get the same row.
    """
    file = ContentFile(content) if isinstance(content, bytes) else File(content)
    digest, size = hashlib.sha256(), 0
    for chunk in file.chunks():
        digest.update(chunk)
        size += len(chunk)
    sha256 = digest.hexdigest()
    if kept := _kept(sha256, file):
        return kept
    stored = StoredFile(sha256=sha256, size=size, content_type=content_type[:100])
    file.seek(0)
    default_storage.save(stored.path, file)
    StoredFile.objects.bulk_create([stored], ignore_conflicts=True)
    return StoredFile.objects.get(sha256=sha256)


def _kept(sha256: str, file: File) -> StoredFile | None:
    """The file's row if it is kept already, noted as handed in now, so that nobody puts it away meanwhile."""
    rows = StoredFile.objects.filter(sha256=sha256)
    stored = rows.first()
    if stored is None or stored.handed_in_at > now() - NOTED_FOR:
        return stored
    if not rows.update(handed_in_at=now()):
        return None
    if not default_storage.exists(stored.path):  # who was putting it away died half-way
        file.seek(0)
        default_storage.save(stored.path, file)
    return stored


def note_opening(*, paper: StoredFile, kind: str, subject: Model, actor: User, at: datetime, thread: str = "") -> None:
    """Write into the audit that a person opened a stored paper of a subject. kind: a code of `audit_words.PAPERS`."""
    record(actor, "paper.opened", subject, at=at, thread=thread, paper=kind, document=paper.sha256)


@transaction.atomic
def put_away(files: Iterable[int]) -> int:
    """Take stored files off the storage, save those that any record names and those handed in within a day; how many
    went. files: their primary keys.

    A row goes with its file or not at all; where this dies half-way the row stays, and the next call, or the next one
    who hands the same content in, mends it.
    """
    old = StoredFile.objects.filter(pk__in=list(files), handed_in_at__lt=now() - GRACE)
    rows = list(locked_against_naming(old.order_by("pk"), skip_locked=True))
    named = named_among(StoredFile, [row.pk for row in rows]) if rows else set()
    gone = [row for row in rows if row.pk not in named]
    StoredFile.objects.filter(pk__in=[row.pk for row in gone]).delete()
    for row in gone:
        default_storage.delete(row.path)
    return len(gone)


def open_file(stored: StoredFile) -> File:
    """A stored file open for reading in binary; the caller closes it. Raises FileNotFoundError if it was lost."""
    return default_storage.open(stored.path, "rb")
