"""Stored files: each content once, under its SHA-256."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Model

from corps.audit.recording import record
from corps.database.locking import locked_against_naming
from corps.database.references import named_among, unnamed
from corps.deadlines.clock import now
from corps.errors import FileLost
from corps.models import StoredFile, User
from corps.workflow.extensions import file_references

# Who handed a file in has so long to write the row that points at it; noting it again may wait for an hour.
GRACE = timedelta(days=1)
NOTED_FOR = timedelta(hours=1)
AT_ONCE = 200
FOLDERS = 256


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in and not kept yet: a verb stores it once it has accepted what came with it.

    file: open for reading in binary. content_type: as judged, or as claimed where nothing is made of it.
    """

    file: File
    content_type: str

    @property
    def size(self) -> int:
        return int(self.file.size)


Paper = StoredFile | Upload


def stored(paper: Paper) -> StoredFile:
    """A paper as it is kept from now on. Raises OSError where it cannot be written."""
    if isinstance(paper, StoredFile):
        return paper
    paper.file.seek(0)
    return store_file(cast(BinaryIO, paper.file), paper.content_type)


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
    if stored is None or (
        stored.handed_in_at <= now() - NOTED_FOR and not rows.update(handed_in_at=now())
    ):
        return None
    if not default_storage.exists(
        stored.path
    ):  # lost, or who was putting it away died half-way
        file.seek(0)
        default_storage.save(stored.path, file)
    return stored


def note_opening(
    *,
    paper: StoredFile,
    kind: str,
    subject: Model,
    actor: User,
    at: datetime,
    thread: str = "",
) -> None:
    """Write into the audit that a person opened a stored paper of a subject. kind: a code of `audit_labels.PAPERS`."""
    record(
        actor,
        "paper.opened",
        subject,
        at=at,
        thread=thread,
        paper=kind,
        document=paper.sha256,
    )


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
    named = named.union(*(asked(rows) for asked in file_references if rows))
    gone = [row for row in rows if row.pk not in named]
    StoredFile.objects.filter(pk__in=[row.pk for row in gone]).delete()
    for row in gone:
        default_storage.delete(row.path)
    return len(gone)


def put_away_unnamed() -> int:
    """For maintenance: take off the storage what was handed in and that no record names after a day; how many went."""
    old = unnamed(StoredFile.objects.filter(handed_in_at__lt=now() - GRACE)).order_by(
        "pk"
    )
    gone, last = 0, 0
    while batch := list(old.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        gone, last = gone + put_away(batch), batch[-1]
    return gone


def put_away_strays(folder: int) -> int:
    """For maintenance: delete what lies in one folder of the storage for over a day without a row, as an act that was
    rolled back leaves it; how many went. folder: from 0 to FOLDERS - 1, so that each run looks at a part of them all.
    """
    names = [
        name for name, written in _files_in(f"{folder:02x}") if written < now() - GRACE
    ]
    hashes = {name: name.rpartition("/")[2] for name in names}
    kept = set(
        StoredFile.objects.filter(sha256__in=hashes.values()).values_list(
            "sha256", flat=True
        )
    )
    strays = [name for name, sha256 in hashes.items() if sha256 not in kept]
    for name in strays:
        default_storage.delete(name)
    return len(strays)


def _files_in(folder: str) -> Iterator[tuple[str, datetime]]:
    """The files two folders deep, each with when it was written."""
    try:
        folders = default_storage.listdir(folder)[0]
    except FileNotFoundError:  # in a bucket a folder is never missing, only empty
        return
    for below in folders:
        for name in default_storage.listdir(f"{folder}/{below}")[1]:
            path = f"{folder}/{below}/{name}"
            yield path, default_storage.get_modified_time(path)


def open_file(stored: StoredFile) -> File:
    """A stored file open for reading in binary; the caller closes it. Raises FileLost, FilesAway."""
    try:
        return default_storage.open(stored.path, "rb")
    except FileNotFoundError as missing:
        raise FileLost(stored.sha256) from missing
