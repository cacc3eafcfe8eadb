"""Stored files: once under their SHA-256, whole or not at all."""

import hashlib
import io
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from corps import tasks
from corps.deadlines.clock import now
from corps.models import StoredFile
from corps.workflow import (
    open_file,
    put_away_strays,
    put_away_unnamed,
    store_file,
)
from corps.workflow.extensions import file_references
from corps.workflow.files import FOLDERS


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


def grown_old(stored: StoredFile) -> Path:
    """As it stands two days later; the place where its content lies."""
    then = now() - timedelta(days=2)
    StoredFile.objects.filter(pk=stored.pk).update(handed_in_at=then)
    place = Path(default_storage.path(stored.path))
    os.utime(place, (then.timestamp(), then.timestamp()))
    return place


def test_a_file_that_no_record_names_is_put_away_after_a_day_and_no_other(db):
    unnamed, named, fresh = (
        store_file(word, "text/plain") for word in (b"unnamed", b"named", b"fresh")
    )
    gone, kept = grown_old(unnamed), grown_old(named)

    def is_named(files):
        return {file.pk for file in files if file.pk == named.pk}

    with file_references.extended(is_named):
        assert put_away_unnamed() == 1
    assert (gone.exists(), kept.exists()) == (False, True)
    assert set(StoredFile.objects.filter(pk__in=[unnamed.pk, named.pk, fresh.pk])) == {
        named,
        fresh,
    }


def test_what_lies_without_a_row_is_put_away_after_a_day_and_no_other(db):
    with transaction.atomic():
        stray = store_file(b"rolled back", "text/plain")
        old = grown_old(stray)
        recent = store_file(b"rolled back just now", "text/plain")
        transaction.set_rollback(True)
    kept = grown_old(store_file(b"kept", "text/plain"))
    for folder in range(FOLDERS):
        put_away_strays(folder)
    assert (old.exists(), kept.exists()) == (False, True)
    assert Path(default_storage.path(recent.path)).exists()


def test_maintenance_looks_through_every_folder_within_a_day(monkeypatch):
    seen: set[int] = set()
    monkeypatch.setattr(tasks.workflow, "put_away_unnamed", lambda: 0)
    monkeypatch.setattr(tasks.workflow, "put_away_strays", seen.add)
    for quarter in range(24 * 4):
        with time_machine.travel(1_800_000_000 + quarter * 900, tick=False):
            tasks.put_files_away()
    assert seen == set(range(FOLDERS))
