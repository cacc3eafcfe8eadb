"""The embedded servers: shared, recovered after kills, gone with their last user, never open to strangers."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import psycopg2
import pytest

from runtime import ServicesError, join, use
from runtime.paths import Place
from runtime.postgres import processes_in
from tests.corps.processes import eventually, keepers, nothing_is_left

PROJECT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0
# A process that uses the servers of a folder: says where they are, and lets go when its standard input ends.
USER = """
import json, sys
from runtime import use
with use(sys.argv[1], profile="fast") as services:
    print(json.dumps(services.env), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data directory of its own with a space and Chinese in its path; everybody may pass its parents."""
    parent = Path(tempfile.mkdtemp(prefix="corps 服务 "))
    parent.chmod(0o755)
    yield parent / "数据 dir"
    shutil.rmtree(parent)


class User:
    """Another process that uses the servers."""

    def __init__(
        self, folder: Path, python: str = sys.executable, **options: object
    ) -> None:
        self.process = subprocess.Popen(
            [python, "-c", USER, str(folder)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )

    def env(self) -> dict[str, str]:
        line = pipe(self.process.stdout).readline()
        assert line, pipe(self.process.stderr).read().decode()
        return json.loads(line)

    def let_go(self) -> None:
        self.process.communicate(timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None
    return end


@contextmanager
def session(url: str) -> Iterator[psycopg2.extensions.cursor]:
    with closing(psycopg2.connect(url)) as line:
        line.autocommit = True
        yield line.cursor()


def answers(url: str) -> bool:
    try:
        with session(url) as cursor:
            cursor.execute("SELECT 1")
    except psycopg2.OperationalError:
        return False
    return True


def keeper_of(folder: Path, kind: str) -> int:
    state = Place(folder).state(kind)
    assert state is not None
    return state["keeper"]


def test_starters_at_the_same_time_share_one_server_and_the_last_to_go_stops_it(folder):
    users = [User(folder) for _ in range(4)]
    addresses = {json.dumps(user.env()) for user in users}
    assert len(addresses) == 1
    assert len(keepers(folder)) == 2
    for user in users[1:]:
        user.let_go()
    assert answers(json.loads(addresses.pop())["DATABASE_URL"])
    users[0].let_go()
    eventually(lambda: nothing_is_left(folder))


def test_killed_users_do_not_count(folder):
    user = User(folder)
    user.env()
    user.kill()
    eventually(lambda: nothing_is_left(folder))


def test_a_killed_server_comes_back_with_its_data_under_the_same_address(folder):
    with use(folder) as services:
        with session(services.env["MIGRATION_DATABASE_URL"]) as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        (postmaster,) = [
            pid
            for pid in processes_in(folder / "postgres")
            if parent_of(pid) == keeper_of(folder, "postgres")
        ]
        os.kill(postmaster, signal.SIGKILL)
        eventually(lambda: answers(services.env["MIGRATION_DATABASE_URL"]))
        with session(services.env["MIGRATION_DATABASE_URL"]) as cursor:
            cursor.execute("SELECT answer FROM kept")
            assert cursor.fetchall() == [(42,)]
    eventually(lambda: nothing_is_left(folder))


def owner_of(pid: int) -> int | None:
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except FileNotFoundError:
        return None


def parent_of(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):  # PostgreSQL's helpers come and go
        return None


def test_a_killed_keeper_takes_its_server_along_and_is_replaced_under_the_same_address(
    folder,
):
    with use(folder, profile="fast") as services:
        before = dict(services.env)
        for kind in ("postgres", "valkey"):
            os.kill(keeper_of(folder, kind), signal.SIGKILL)
        eventually(lambda: not processes_in(folder / "postgres"))
        services.ensure()
        assert services.env == before
        assert answers(services.env["DATABASE_URL"])
    eventually(lambda: nothing_is_left(folder))


def test_a_start_cut_off_at_any_moment_leaves_nothing_that_stops_the_next(folder):
    for pause in (0.15, 0.5, 0.9):
        user = User(folder)
        time.sleep(pause)
        for keeper in keepers(folder):
            os.kill(keeper, signal.SIGKILL)
        user.kill()
    with use(folder, profile="fast") as services:
        assert answers(services.env["DATABASE_URL"])


def test_a_stale_pid_file_of_a_living_process_does_not_stop_a_start(folder):
    use(folder, profile="fast").close()
    (folder / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    with use(folder, profile="fast") as services:
        assert answers(services.env["DATABASE_URL"])


def test_neither_role_is_a_superuser_and_nobody_comes_in_without_a_password(folder):
    with use(folder, profile="fast") as services:
        for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL"):
            with session(services.env[name]) as cursor:
                cursor.execute(
                    "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
                )
                assert cursor.fetchone() == (False, False, False)
        role, _, rest = (
            services.env["DATABASE_URL"].removeprefix("postgresql://").partition(":")
        )
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(f"postgresql://{role}:wrong@{rest.partition('@')[2]}")
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(services.env["REDIS_URL"].partition("@")[2].partition("?")[0])
            line.sendall(b"PING\r\n")
            assert line.recv(100).startswith(b"-NOAUTH")
        for kept in (folder / "secrets").iterdir():
            assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_chinese_has_trigrams_whatever_the_locale_of_who_starts(folder, monkeypatch):
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("LC_ALL", "C")
    with (
        use(folder, profile="fast") as services,
        session(services.env["MIGRATION_DATABASE_URL"]) as cursor,
    ):
        cursor.execute("CREATE EXTENSION pg_trgm")
        cursor.execute("CREATE EXTENSION btree_gist")
        cursor.execute(
            "SELECT show_trgm('虚假宣传') && show_trgm('虚假'), cardinality(show_trgm('虚假宣传'))"
        )
        assert cursor.fetchone() == (True, 5)


def test_joining_starts_nothing(folder):
    assert join(folder) is None
    assert not folder.exists()
    with use(folder, profile="fast"), join(folder) as joined:
        assert answers(joined.env["DATABASE_URL"])
    assert join(folder) is None


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the servers as somebody else")
def test_as_root_a_closed_parent_is_named_and_left_closed(folder):
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ServicesError, match="closed is closed to other users"):
        use(closed / "data")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert list(closed.iterdir()) == []


@pytest.mark.skipif(not AS_ROOT, reason="everybody else is an ordinary user anyway")
def test_an_ordinary_user_runs_the_servers_as_himself(folder):
    nobody = 65534
    os.chown(folder.parent, nobody, nobody)
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    packages = [entry for entry in sys.path if entry.endswith("site-packages")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(PROJECT), *packages]),
        "HOME": str(folder.parent),
    }
    user = User(
        folder, python, user=nobody, group=nobody, extra_groups=[], env=environment
    )
    assert answers(user.env()["DATABASE_URL"])
    assert {owner_of(pid) for pid in processes_in(folder / "postgres")} - {None} == {
        nobody
    }
    user.let_go()
    eventually(lambda: nothing_is_left(folder))
