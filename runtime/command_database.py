"""What `manage.py` does before a command: see to it that the database the command needs is there."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from runtime.environment import load
from runtime.paths import NoDatabaseError, ServicesError
from runtime.shared_servers import KINDS, PROJECT, Services, join, use

WITHOUT_DATABASE = {
    "addresses", "check", "collectstatic", "compilemessages", "diffsettings", "extensions", "findstatic", "help",
    "makemessages", "makemigrations", "spectacular", "startapp", "version",
}  # fmt: skip
IF_REACHABLE = {"due"}
# Of the commands these alone make an embedded database where there is none.
CREATES = {"campaign", "migrate"}
NEEDS_BROKER = {"campaign"}
AS_OWNER = {"createcachetable", "flush", "migrate", "pgtrigger"}
WHATEVER_IS_MIGRATED = AS_OWNER | {"dbshell", "showmigrations", "sqlmigrate"}
POSTGRESQL = {"postgres", "postgresql", "pgsql"}
ADDRESSES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
# Refused at once, so that a command that can do without a database never finds a stranger's.
NO_DATABASE = "postgresql://none@127.0.0.1:1/none"
NO_BROKER = "redis://127.0.0.1:1/0"
# In the environment of a command that another command, or `make run`, has started: the database was named already.
NAMED = "DATABASE_IS_NAMED"


def data_dir() -> Path:
    """DATA_DIR, or `.local` in the project."""
    return Path(os.environ.get("DATA_DIR") or PROJECT / ".local").absolute()


def embedded_kinds(environment: Mapping[str, str]) -> list[str]:
    """The servers that are ours to run: those whose address nobody gave us, or that a parent process found so."""
    ours = environment.get("EMBEDDED_SERVICES", "").split()
    return [
        kind for kind in KINDS if kind in ours or not environment.get(ADDRESSES[kind])
    ]


def role_of(url: str) -> str:
    """The role that a database address signs in as."""
    return urlsplit(url).username or ""


def enter(services: Services) -> None:
    """Put the addresses of the embedded servers into this process's environment. The owner's is not among them."""
    os.environ |= {
        name: url
        for name, url in services.env.items()
        if name != "MIGRATION_DATABASE_URL"
    }
    os.environ["EMBEDDED_SERVICES"] = " ".join(services.kinds)


def do_without() -> None:
    """Let settings load though there is no database, and nothing of this process is kept."""
    os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL") or NO_DATABASE
    os.environ["PASSING_SECRET_KEY"] = secrets.token_urlsafe(48)


def become_owner(owner_url: str | None) -> None:
    """Make this process's connections the owner role's, remembering which role the application will use."""
    runtime = os.environ["DATABASE_URL"]
    if owner_url and role_of(owner_url) != role_of(runtime):
        os.environ["RUNTIME_ROLE"] = role_of(runtime)
        os.environ["DATABASE_URL"] = owner_url


def require_answer() -> None:
    """Raise ServicesError if one's own database is no PostgreSQL, or does not answer."""
    if urlsplit(os.environ["DATABASE_URL"]).scheme not in POSTGRESQL:
        raise ServicesError(
            "DATABASE_URL names no PostgreSQL database: postgresql://ROLE:PASSWORD@HOST:PORT/NAME"
        )
    import django  # only now: before this, the environment is not what settings must read
    from django.db import OperationalError, connection

    django.setup()
    try:
        connection.ensure_connection()
    except OperationalError as away:
        raise ServicesError(
            f"The database does not answer: {str(away).strip()}"
        ) from away
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
    command = [
        sys.executable,
        str(PROJECT / "manage.py"),
        "migrate",
        "--verbosity=0",
        "--skip-checks",
    ]
    if subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    ).returncode:
        raise ServicesError("The database could not be migrated.")


def has_database(folder: Path) -> bool:
    """Whether an embedded database was made in a data directory; true as well where that cannot be seen."""
    return os.path.isdir(folder / "postgres") or (
        folder.exists() and not os.access(folder, os.R_OK | os.X_OK)
    )


def name_database(*, embedded: bool) -> None:
    """Say on standard error, once, which database this command is on."""
    if os.environ.get(NAMED):
        return
    os.environ[NAMED] = "1"
    what = (
        f"the embedded one of {data_dir()}"
        if embedded
        else described(os.environ["DATABASE_URL"])
    )
    print(f"Database: {what}", file=sys.stderr, flush=True)


def described(url: str) -> str:
    """A database address in words, without its password."""
    parts = urlsplit(url)
    host = parts.hostname or parse_qs(parts.query).get("host", [""])[0] or "this host"
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.path.lstrip('/')} on {host}{port} as {parts.username or 'the system user'}"


def use_services(command: str, kinds: list[str]) -> Services | None:
    """The embedded servers that a command works with; None if all that it needs is one's own.

    Raises NoDatabaseError where there is no database and the command is none that makes one.
    """
    folder = data_dir()
    if "postgres" in kinds:
        if command not in CREATES and not has_database(folder):
            raise NoDatabaseError(
                f"There is no database in {folder}. Name the right one with DATA_DIR=… or DATABASE_URL=…, in the "
                "environment or, DATABASE_URL, in the file env of DATA_DIR. "
                "A new one is made by make run, ./manage.py migrate and ./manage.py campaign alone."
            )
        return use(folder, kinds=kinds)
    if not kinds or command in NEEDS_BROKER:
        return use(folder, kinds=kinds) if kinds else None
    services = join(folder, kinds)
    if services is None:
        # What this command would tell a worker, maintenance finds by itself.
        os.environ["REDIS_URL"] = NO_BROKER
    return services


@contextmanager
def database_for(
    command: str, *, only_help: bool = False, deploys: bool = False
) -> Iterator[None]:
    """Run a block with the database that a management command needs, and let go of it afterwards.

    deploys: `check` is asked about the installation, and looks at its database if that can be reached.
    Raises ServicesError if it cannot be had, or if one's own database does not answer or lacks migrations.
    """
    load(data_dir())
    kinds = embedded_kinds(os.environ)
    needs_none = only_help or (command in WITHOUT_DATABASE and not deploys)
    if needs_none:
        do_without()
        yield
        return
    if_reachable = command in IF_REACHABLE or deploys
    services = services_for(command, kinds, if_reachable=if_reachable)
    try:
        if os.environ["DATABASE_URL"] != NO_DATABASE:
            name_database(embedded="postgres" in kinds)
        if command in AS_OWNER:
            owner = services.env.get("MIGRATION_DATABASE_URL") if services else None
            become_owner(owner or os.environ.get("MIGRATION_DATABASE_URL"))
        if not if_reachable:
            require_database(command, embedded="postgres" in kinds)
        yield
    finally:
        if services:
            services.close()


def services_for(
    command: str, kinds: list[str], *, if_reachable: bool
) -> Services | None:
    """The embedded servers that a command works with, their addresses in this process's environment.

    if_reachable: it takes a database that answers at this moment, and does without any other.
    """
    if not if_reachable:
        services = use_services(command, kinds)
    else:
        services = join(data_dir(), ["postgres"]) if "postgres" in kinds else None
    if services:
        enter(services)
    elif if_reachable:
        do_without()
    return services


def require_database(command: str, *, embedded: bool) -> None:
    """Raise ServicesError unless the database answers and is migrated as far as the command needs it."""
    if not embedded:
        require_answer()
    if command not in WHATEVER_IS_MIGRATED:
        require_migrations(embedded=embedded)


def require_migrations(*, embedded: bool) -> None:
    """Migrate the embedded database if it lacks something; raise ServicesError if one's own does."""
    missing = missing_migrations()
    if missing and embedded:
        migrate_embedded()
    elif missing:
        names = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
        raise ServicesError(
            f"The database lacks {len(missing)} migrations ({names}). Run ./manage.py migrate first."
        )
