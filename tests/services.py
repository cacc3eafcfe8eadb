"""pytest plugin: throw-away PostgreSQL and Valkey for each pytest process, xdist's workers included.

They start before Django's settings load. Each worker has servers of its own, because a transaction of one database
holds back what another one of the same server may call past, and with it the sealing of the audit. Tests use the
runtime role, as the application does; what it may not do, they cannot do either. A template is migrated as the owner
(`tests.migrated_cluster`), and every database is a copy of it, so that a transactional test begins with what migrations
leave, not with nothing.
"""

import atexit
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.db import connections
from psycopg2 import sql

from runtime import Services, use
from runtime.postgres import OWNER, RUNTIME, SUPERUSER
from tests.migrated_cluster import TEMPLATE, address, copy_cluster
from tests.run_folder import RunFolder

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
OURS = f"corps_{WORKER}"


class Running:
    """The servers of this run, from the first hook to the last."""

    services: Services | None = None
    # The controller's alone.
    folder: RunFolder | None = None

    @classmethod
    def url(cls, role: str, database: str) -> str:
        """The address of a database for a role."""
        assert cls.services is not None
        return address(cls.services, role, database)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Start or join the servers and put their addresses into the environment, before pytest-django reads settings."""
    if "TEST_SERVICES" not in os.environ:
        Running.folder = RunFolder.make()
        os.environ["TEST_SERVICES"] = str(Running.folder.path)
        # Whatever a test puts away for a while lies there too, and goes with it.
        os.environ["TMPDIR"] = str(Running.folder.path)
        tempfile.tempdir = None
    folder = os.environ["TEST_SERVICES"]
    own = Path(folder) / f"servers-{WORKER}"
    if not own.exists():
        copy_cluster(own)
    Running.services = use(own, profile="fast")
    for name in (
        "EMBEDDED_SERVICES",
        "MIGRATION_DATABASE_URL",
        "DEMO",
        "DEMO_PASSWORD",
        "PORT",
    ):
        os.environ.pop(name, None)
    os.environ |= {
        "DATA_DIR": str(Path(folder) / WORKER),
        "DATABASE_URL": Running.url(RUNTIME, OURS),
        "REDIS_URL": Running.services.env["REDIS_URL"],
        "CELERY_QUEUE": f"corps-{WORKER}",
        "SECRET_KEY": "only-for-tests",
        "SECOND_FACTOR_ROLES": "",
        # Nobody listens there; tests that send have a server of their own.
        "EMAIL_URL": "smtp://127.0.0.1:8025",
    }
    atexit.register(let_go)
    return (yield)


def let_go() -> None:
    """End the servers; the controller, last to go, takes the folder away."""
    assert Running.services is not None
    Running.services.close(wait=True)
    if Running.folder is not None:
        Running.folder.remove()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With NO_SKIPS=1 a skip fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        reporter.write_line("\nNothing may be skipped here.", red=True)
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


@contextmanager
def line_as(
    role: str, database: str = OURS
) -> Iterator[psycopg2.extensions.connection]:
    """A connection of a role to a database of this worker's server, in autocommit."""
    with closing(psycopg2.connect(Running.url(role, database))) as line:
        line.autocommit = True
        yield line


def superuser_does(*statements: sql.Composable) -> None:
    """Make, rename or drop databases."""
    with line_as(SUPERUSER, "postgres") as line, line.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def copy_template() -> None:
    """Make this worker's database anew from the template, ending whoever still uses the old one."""
    connections.close_all()
    names = {
        "ours": sql.Identifier(OURS),
        "template": sql.Identifier(TEMPLATE),
        "owner": sql.Identifier(OWNER),
        "runtime": sql.Identifier(RUNTIME),
    }
    statements = (
        "DROP DATABASE IF EXISTS {ours} WITH (FORCE)",
        "CREATE DATABASE {ours} OWNER {owner} TEMPLATE {template} STRATEGY FILE_COPY",
        "REVOKE ALL ON DATABASE {ours} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {ours} TO {runtime}",
    )
    superuser_does(*(sql.SQL(statement).format(**names) for statement in statements))


@pytest.fixture
def owner_database(transactional_db: None) -> Iterator[psycopg2.extensions.connection]:
    """A connection to this worker's database as the owner role, in autocommit: for what the application may not do."""
    with line_as(OWNER) as line:
        yield line


@pytest.fixture
def superuser_database(
    transactional_db: None,
) -> Iterator[psycopg2.extensions.connection]:
    """A connection as the server's own superuser, whom no trigger stops: for what only tampering can write."""
    with line_as(SUPERUSER) as line:
        yield line
