"""Stored files in an S3-compatible bucket; needs requirements-s3.txt."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

from corps.errors import FilesAway


@contextmanager
def _answered() -> Iterator[None]:
    """Raises FilesAway where the bucket does not answer, or refuses."""
    try:
        yield
    except (BotoCoreError, ClientError) as fault:
        raise FilesAway(type(fault).__name__) from fault


class Bucket(S3Storage):
    """Django's storage in a bucket, for names that say what is inside: an object is there whole or not at all, and the
    later of two with the same name holds the same."""

    def _open(self, name: str, mode: str = "rb") -> File:
        with _answered():
            file = super()._open(name, mode)
            file.file  # noqa: B018 - fetched now, so that whoever reads it is not surprised
            return file

    def _save(self, name: str, content: File) -> str:
        with _answered():
            return super()._save(name, content)

    def exists(self, name: str) -> bool:
        with _answered():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _answered():
            super().delete(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _answered():
            return super().listdir(path)

    def get_modified_time(self, name: str) -> Any:
        with _answered():
            return super().get_modified_time(name)
