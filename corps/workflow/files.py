"""Stored files: each content once, under its SHA-256."""

import hashlib
from typing import BinaryIO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from corps.models import StoredFile


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
    if kept := StoredFile.objects.filter(sha256=sha256).first():
        return kept
    stored = StoredFile(sha256=sha256, size=size, content_type=content_type[:100])
    file.seek(0)
    default_storage.save(stored.path, file)
    StoredFile.objects.bulk_create([stored], ignore_conflicts=True)
    return StoredFile.objects.get(sha256=sha256)


def open_file(stored: StoredFile) -> File:
    """A stored file open for reading in binary; the caller closes it. Raises FileNotFoundError if it was lost."""
    return default_storage.open(stored.path, "rb")
