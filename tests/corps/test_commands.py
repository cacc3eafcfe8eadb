"""`manage.py`: every command finds the database that it needs, and asks nothing of the one that it does not need."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from psycopg2 import sql

from corps.database.grants import append_only_tables
from runtime.postgres import OWNER, RUNTIME, create_database
from tests.corps.processes import eventually, nothing_is_left
from tests.migrated_cluster import copy_cluster
from tests.services import WORKER, Running, superuser_does

PROJECT = Path(__file__).resolve().parents[2]
EMPTY = f"empty_{WORKER}"


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this test run's services in its environment."""
    ours = {"DATABASE_URL", "REDIS_URL", "DATA_DIR", "TEST_SERVICES", "EMAIL_URL"}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="corps-commands-"))
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent)


@pytest.fixture
def empty_database() -> Iterator[dict[str, str]]:
    """The addresses of a database of one's own, without any migration."""
    superuser_does(create_database(EMPTY))
    addresses = {
        "DATABASE_URL": Running.url(RUNTIME, EMPTY),
        "MIGRATION_DATABASE_URL": Running.url(OWNER, EMPTY),
    }
    yield addresses | {"REDIS_URL": os.environ["REDIS_URL"]}
    superuser_does(
        sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(EMPTY))
    )


def test_only_what_is_asked_to_makes_a_database(folder):
    refused = manage("clearsessions", DATA_DIR=str(folder))
    assert refused.returncode == 2
    assert (
        f"There is no database in {folder}. Name the right one with DATA_DIR"
        in refused.stderr
    )
    assert not folder.exists()
    made = manage("migrate", "contenttypes", "--verbosity=0", DATA_DIR=str(folder))
    assert made.returncode == 0, made.stderr
    assert (folder / "postgres").exists()
    eventually(lambda: nothing_is_left(folder))


def test_each_command_names_its_database_once(folder):
    copy_cluster(folder)
    ran = manage("clearsessions", DATA_DIR=str(folder))
    assert (ran.returncode, ran.stderr) == (
        0,
        f"Database: the embedded one of {folder}\n",
    )
    eventually(lambda: nothing_is_left(folder))


def test_a_command_that_is_interrupted_says_so_and_stops_the_services(folder):
    copy_cluster(folder)
    # A suite started in the background of a shell inherits that interrupts are ignored.
    heard = (
        "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    )
    interrupt = f"{heard}; os.kill(os.getpid(), signal.SIGINT)"
    ran = manage("shell", "--command", interrupt, DATA_DIR=str(folder))
    assert ran.returncode == 130
    assert ran.stderr.endswith("Interrupted.\n")
    assert "Traceback" not in ran.stderr
    eventually(lambda: nothing_is_left(folder))


def test_a_command_that_needs_no_database_starts_and_leaves_nothing(folder):
    ran = manage("due", "PT_FK", "2026-03-02", DATA_DIR=str(folder))
    assert ran.returncode == 0, ran.stderr
    assert not folder.exists()


NO_ANSWER = "The database does not answer: "
NO_POSTGRESQL = "DATABASE_URL names no PostgreSQL database"


@pytest.mark.parametrize(
    ("command", "address", "said"),
    [
        ("recount", "postgresql://somebody@127.0.0.1:1/none", NO_ANSWER),
        ("migrate", "postgresql://somebody@127.0.0.1:1/none", NO_ANSWER),
        ("showmigrations", "postgresql://somebody@127.0.0.1:1/none", NO_ANSWER),
        ("recount", "sqlite:///cases.db", NO_POSTGRESQL),
        ("migrate", "nonsense", NO_POSTGRESQL),
        ("showmigrations", "nonsense", NO_POSTGRESQL),
    ],
)
def test_a_database_of_ones_own_that_cannot_be_had_is_told_in_a_sentence(
    command, address, said
):
    ran = manage(command, DATABASE_URL=address, REDIS_URL=os.environ["REDIS_URL"])
    assert ran.returncode == 1
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_with_a_database_of_ones_own_a_missing_migration_is_named_and_only_migrate_migrates(
    empty_database,
):
    refused = manage("clearsessions", **empty_database)
    assert refused.returncode == 1
    assert "Run ./manage.py migrate first" in refused.stderr
    assert refused.stderr.startswith(f"Database: {EMPTY} on ")
    assert RUNTIME in refused.stderr
    assert urlsplit(empty_database["DATABASE_URL"]).password not in refused.stderr
    assert manage("migrate", "--verbosity=0", **empty_database).returncode == 0
    ran = manage("clearsessions", **empty_database)
    assert ran.returncode == 0
    assert ran.stderr.splitlines()[1:] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_the_application_may_not_rewrite_what_is_append_only(statement):
    for table in append_only_tables():
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT before")
            with pytest.raises(ProgrammingError, match="permission denied"):
                cursor.execute(sql.SQL(statement).format(sql.Identifier(table)))
            cursor.execute("ROLLBACK TO before")
