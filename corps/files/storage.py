"""Where stored files lie on a disk."""

import os
import tempfile

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class WholeFiles(FileSystemStorage):
    """Django's storage in a folder, for names that say what is inside: a file is there whole or not at all.

    Two that write the same name at once write the same content, and the later one replaces the earlier.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        path = self.path(name)
        folder = os.path.dirname(path)
        os.makedirs(folder, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(draft, 0o640)
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
        entries = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(entries)
        finally:
            os.close(entries)
        return name
