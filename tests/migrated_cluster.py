"""A migrated PostgreSQL data directory, made once and kept in `.venv` for the runs that follow.

It holds an installation's own database, and a template of it for the databases of the tests.

Making a cluster and migrating it take longer than most test files. Both hang only on what is hashed here; whoever
changes one of these files gets a new one. It is never started again once it is made: every server runs on a copy.
"""

import hashlib
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
from psycopg2 import sql

from runtime import Services, use
from runtime.paths import Place
from runtime.postgres import DATABASE, OWNER, RUNTIME, SUPERUSER
from runtime.postgres import url as database_url

PROJECT = Path(__file__).resolve().parents[1]
KEPT = PROJECT / ".venv" / "migrated-clusters"
TEMPLATE = "corps_template"
# What a cluster and its migrations are made of, besides the packages of requirements.txt.
SOURCES = (
    "requirements.txt",
    "config/settings.py",
    "runtime/postgres.py",
    "tests/migrated_cluster.py",
    "*/migrations/*.py",
    "*/models/**/*.py",
    "*/data/**/*.*",
    "*/grounds.py",
    "corps/database/**/*.py",
    "corps/deadlines/**/*.*",
    "corps/installation/seed.py",
)


def fingerprint() -> str:
    """A name for the cluster that today's sources make."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(_sources()):
        digest.update(str(path.relative_to(PROJECT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for pattern in SOURCES:
        for path in PROJECT.glob(pattern):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def copy_cluster(to: Path) -> None:
    """Put a copy of the migrated cluster, with its secrets, into a directory, which is made if it is missing."""
    Place(to).prepare()
    keeper = Place(KEPT)
    keeper.prepare()
    kept = KEPT / fingerprint()
    with keeper.alone("make"):
        if not kept.exists():
            _make(kept)
    parts = [str(kept / part) for part in ("postgres", "secrets")]
    subprocess.run(["cp", "-a", *parts, str(to)], check=True)


def _make(kept: Path) -> None:
    for old in KEPT.iterdir():
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix="new-", dir=KEPT))
    draft.chmod(0o755)
    with use(draft, profile="fast") as services:
        _migrate(services)
    draft.rename(kept)


def _migrate(services: Services) -> None:
    """Migrate the installation's database as its owner, and make the template of it as the superuser."""
    environment = os.environ | services.env
    environment["DATA_DIR"] = str(services.place.root)
    environment["SECRET_KEY"] = "only-for-tests"
    environment["DATABASE_URL"] = address(services, RUNTIME, DATABASE)
    environment["MIGRATION_DATABASE_URL"] = address(services, OWNER, DATABASE)
    migrate = ["manage.py", "migrate", "--verbosity=0", "--skip-checks"]
    made = subprocess.run(
        [sys.executable, *migrate],
        cwd=PROJECT,
        env=environment,
        text=True,
        stderr=subprocess.PIPE,
        check=False,
    )
    if made.returncode:
        pytest.exit(
            f"The test database could not be migrated:\n{made.stderr}", returncode=1
        )
    copied = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
        *(sql.Identifier(name) for name in (TEMPLATE, OWNER, DATABASE))
    )
    with closing(psycopg2.connect(address(services, SUPERUSER, "postgres"))) as line:
        line.autocommit = True
        line.cursor().execute(copied)


def address(services: Services, role: str, database: str) -> str:
    """Where a role finds a database of these servers."""
    sockets = services.env["DATABASE_URL"].partition("?host=")[2]
    return database_url(services.place, sockets, role, database)
