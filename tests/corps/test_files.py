"""Stored files: once under their SHA-256, whole or not at all."""

import hashlib
import io
import threading
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from corps.models import StoredFile
from corps.workflow import open_file, store_file


def test_the_same_content_is_kept_once_whatever_it_came_as(db):
    content = "某某商品".encode() * 100_000
    first = store_file(content, "text/plain")
    second = store_file(io.BytesIO(content), "application/octet-stream")
    assert first == second
    assert (first.sha256, first.size, second.content_type) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
        "text/plain",
    )
    with open_file(first) as file:
        assert file.read() == content


def test_a_file_whose_row_was_rolled_back_is_stored_again_without_a_clash(db):
    with transaction.atomic():
        store_file(b"draft", "text/plain")
        transaction.set_rollback(True)
    assert not StoredFile.objects.exists()
    with open_file(store_file(b"draft", "text/plain")) as file:
        assert file.read() == b"draft"


def test_a_write_that_breaks_off_leaves_nothing_behind(db, tmp_path, settings):
    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError("the disk is full")

    name = "ab/cd/abcd-broken"
    with pytest.raises(OSError, match="full"):
        default_storage.save(name, Broken(b"half and half"))
    folder = Path(default_storage.path(name)).parent
    assert not default_storage.exists(name)
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_written_has_no_row(db, monkeypatch):
    def full(_name: str, _content: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(default_storage, "save", full)
    with pytest.raises(OSError, match="full"):
        store_file(b"not kept", "text/plain")
    assert not StoredFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_store_the_same_at_once_get_the_same_row():
    found: list[int] = []
    start = threading.Barrier(4)

    def store() -> None:
        try:
            start.wait()
            with transaction.atomic():
                found.append(store_file(b"x" * 3_000_000, "image/png").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=store) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert set(found) == {StoredFile.objects.get().pk}
