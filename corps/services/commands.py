"""What `manage.py` does before a command: see to it that the database the command needs is there."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from corps.services.places import ServicesError
from corps.services.sharing import KINDS, PROJECT, Services, join, use

WITHOUT_DATABASE = {
    "addresses", "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages",
    "makemigrations", "spectacular", "startapp", "version",
}  # fmt: skip
IF_REACHABLE = {"due"}
AS_OWNER = {"createcachetable", "flush", "migrate", "pgtrigger"}
WHATEVER_IS_MIGRATED = AS_OWNER | {"dbshell", "showmigrations", "sqlmigrate"}
POSTGRESQL = {"postgres", "postgresql", "pgsql"}
ADDRESSES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
# Refused at once, so that a command that can do without a database never finds a stranger's.
NO_DATABASE = "postgresql://none@127.0.0.1:1/none"


def data_dir() -> Path:
    """DATA_DIR, or `.local` in the project."""
    return Path(os.environ.get("DATA_DIR") or PROJECT / ".local").absolute()


def embedded_kinds(environment: Mapping[str, str]) -> list[str]:
    """The servers that are ours to run: those whose address nobody gave us, or that a parent process found so."""
    ours = environment.get("EMBEDDED_SERVICES", "").split()
    return [kind for kind in KINDS if kind in ours or not environment.get(ADDRESSES[kind])]


def role_of(url: str) -> str:
    """The role that a database address signs in as."""
    return urlsplit(url).username or ""


def enter(services: Services) -> None:
    """Put the addresses of the embedded servers into this process's environment. The owner's is not among them."""
    os.environ |= {name: url for name, url in services.env.items() if name != "MIGRATION_DATABASE_URL"}
    os.environ["EMBEDDED_SERVICES"] = " ".join(services.kinds)


def do_without() -> None:
    """Let settings load though there is no database, and nothing of this process is kept."""
    os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL") or NO_DATABASE
    os.environ["SECRET_KEY"] = os.environ.get("SECRET_KEY") or secrets.token_urlsafe()


def become_owner(owner_url: str | None) -> None:
    """Make this process's connections the owner role's, remembering which role the application will use."""
    runtime = os.environ["DATABASE_URL"]
    if owner_url and role_of(owner_url) != role_of(runtime):
        os.environ["RUNTIME_ROLE"] = role_of(runtime)
        os.environ["DATABASE_URL"] = owner_url


def require_answer() -> None:
    """Raise ServicesError if one's own database is no PostgreSQL, or does not answer."""
    if urlsplit(os.environ["DATABASE_URL"]).scheme not in POSTGRESQL:
        raise ServicesError("DATABASE_URL names no PostgreSQL database: postgresql://ROLE:PASSWORD@HOST:PORT/NAME")
    import django  # only now: before this, the environment is not what settings must read
    from django.db import OperationalError, connection

    django.setup()
    try:
        connection.ensure_connection()
    except OperationalError as away:
        raise ServicesError(f"The database does not answer: {str(away).strip()}") from away
    finally:
        connection.close()


def missing_migrations() -> list[str]:
    """Names of migrations that the database lacks. Needs settings whose database is reachable."""
    import django  # only now: before this, the environment is not what settings must read
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.close()
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate_embedded() -> None:
    """Bring the embedded database up to date, saying so on standard error."""
    print("Preparing the database …", file=sys.stderr, flush=True)
    command = [sys.executable, str(PROJECT / "manage.py"), "migrate", "--verbosity=0", "--skip-checks"]
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode:
        raise ServicesError("The database could not be migrated.")


@contextmanager
def database_for(command: str, *, only_help: bool = False) -> Iterator[None]:
    """Run a block with the database that a management command needs, and let go of it afterwards.

    Raises ServicesError if it cannot be had, or if one's own database does not answer or lacks migrations.
    """
    kinds = embedded_kinds(os.environ)
    services: Services | None = None
    if command in WITHOUT_DATABASE or only_help:
        do_without()
    elif command in IF_REACHABLE:
        services = join(data_dir(), ["postgres"]) if "postgres" in kinds else None
    elif kinds:
        services = use(data_dir(), kinds=kinds)
    try:
        if services:
            enter(services)
        elif command in IF_REACHABLE:
            do_without()
        if command in AS_OWNER:
            owner = services.env.get("MIGRATION_DATABASE_URL") if services else None
            become_owner(owner or os.environ.get("MIGRATION_DATABASE_URL"))
        needs_database = not only_help and command not in WITHOUT_DATABASE | IF_REACHABLE
        if needs_database and "postgres" not in kinds:
            require_answer()
        if needs_database and command not in WHATEVER_IS_MIGRATED:
            require_migrations(embedded="postgres" in kinds)
        yield
    finally:
        if services:
            services.close()


def require_migrations(*, embedded: bool) -> None:
    """Migrate the embedded database if it lacks something; raise ServicesError if one's own does."""
    missing = missing_migrations()
    if missing and embedded:
        migrate_embedded()
    elif missing:
        names = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
        raise ServicesError(f"The database lacks {len(missing)} migrations ({names}). Run ./manage.py migrate first.")
