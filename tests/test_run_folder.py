"""Where a run of the tests keeps its servers, and what it leaves behind; and at which widths it looks at pages."""

import stat

import pytest

from tests import run_folder
from tests.run_folder import LOCK, RunFolder
from tests.seen import with_widths


@pytest.fixture(autouse=True)
def parent(tmp_path, monkeypatch):
    """A directory of its own in place of the machine's memory."""
    monkeypatch.setattr(run_folder, "MEMORY", tmp_path)
    monkeypatch.setattr(run_folder, "ROOM", 0)
    return tmp_path


def test_a_run_lies_in_memory_where_there_is_room(parent):
    assert RunFolder.make().path.parent == parent


def test_without_room_it_lies_where_temporary_files_lie(parent, monkeypatch):
    monkeypatch.setattr(run_folder, "ROOM", 2**60)
    made = RunFolder.make()
    assert made.path.parent != parent
    made.remove()


def test_other_users_may_put_files_there_as_into_tmp(parent):
    assert stat.S_IMODE(RunFolder.make().path.stat().st_mode) == 0o1777


def test_a_folder_goes_with_its_run(parent):
    made = RunFolder.make()
    made.remove()
    assert not made.path.exists()


def test_the_next_run_takes_away_what_a_killed_one_left(parent):
    killed = RunFolder.make()
    killed.lock.close()
    RunFolder.make()
    assert not killed.path.exists()


def test_a_run_that_goes_on_keeps_its_folder(parent):
    running = RunFolder.make()
    RunFolder.make()
    assert (running.path / LOCK).exists()


def test_a_folder_that_is_just_being_made_is_left_alone(parent):
    half_made = parent / f"{run_folder.PREFIX}x"
    half_made.mkdir()
    RunFolder.make()
    assert half_made.exists()


def test_pages_are_looked_at_in_turn_as_wide_as_a_screen_and_a_phone(monkeypatch):
    monkeypatch.delenv("PROOF", raising=False)
    assert list(with_widths("abc")) == [("a", (1440,)), ("b", (390,)), ("c", (1440,))]


def test_the_proof_looks_at_each_page_at_both_widths(monkeypatch):
    monkeypatch.setenv("PROOF", "1")
    assert {widths for _page, widths in with_widths("abc")} == {(1440, 390)}
