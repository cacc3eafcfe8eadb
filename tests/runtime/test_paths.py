"""Where an installation keeps what."""

import fcntl

import pytest

from runtime.paths import Place, ServicesError, try_lock, wheel


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_a_package_that_is_not_installed_is_told_with_the_way_to_it():
    with pytest.raises(ServicesError, match=r"nowhere_at_all.*make install"):
        wheel("nowhere_at_all")


def test_a_directory_is_made_with_all_above_it(tmp_path):
    Place(tmp_path / "a" / "b").prepare()
    assert (tmp_path / "a" / "b").is_dir()


def test_a_directory_below_a_file_cannot_be_made_and_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ServicesError, match="file/data cannot be made"):
        Place(tmp_path / "file" / "data").prepare()


def test_what_is_known_of_a_server_is_read_back_and_replaced(place):
    place.write_state("postgres", {"port": 1})
    place.write_state("postgres", {"port": 2})
    assert place.state("postgres") == {"port": 2}


def test_of_a_server_whose_file_is_missing_or_cut_off_nothing_is_known(place):
    assert place.state("valkey") is None
    (place.root / "valkey.json").write_text('{"port": ')
    assert place.state("valkey") is None


def test_a_log_is_appended_to_until_it_is_large(place):
    for line in (b"one\n", b"two\n"):
        with place.log("web") as log:
            log.write(line)
    path = place.root / "log" / "web.log"
    assert path.read_bytes() == b"one\ntwo\n"
    with path.open("r+b") as file:
        file.truncate(10 * 2**20 + 1)
    place.log("web").close()
    assert path.stat().st_size == 0


def test_a_lock_is_held_by_one_and_free_once_it_is_let_go(place):
    with place.alone("start"), place.lock_file("start") as other:
        assert not try_lock(other, fcntl.LOCK_EX)
    with place.lock_file("start") as other:
        assert try_lock(other, fcntl.LOCK_EX)


def test_locks_of_other_names_do_not_stand_in_the_way(place):
    with place.alone("start"), place.lock_file("stop") as other:
        assert try_lock(other, fcntl.LOCK_EX)
