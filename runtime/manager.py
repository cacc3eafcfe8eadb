"""`make run`: starts what is needed, says when it is ready, keeps it up, and ends all of it.

What it does is set by PORT, WEB_BIND, DATA_DIR, DEMO, DEMO_PASSWORD, and by DATABASE_URL, MIGRATION_DATABASE_URL,
REDIS_URL and EMAIL_URL for services of one's own; see `runtime/environment.py`. Whatever it starts is bound to its
life,
so that nothing outlives it however it ends.
"""

import ctypes
import fcntl
import http.client
import os
import shlex
import signal
import sys
import time

from celery import Celery
from kombu.exceptions import OperationalError

from runtime import demonstration
from runtime.child_processes import PR_SET_PDEATHSIG
from runtime.command_database import NAMED, data_dir, described, embedded_kinds
from runtime.console import Screen
from runtime.environment import SETTINGS, is_given, load, value
from runtime.mail_sink import listen
from runtime.paths import Place, ServicesError, try_lock
from runtime.processes import Job, ProcessGroup
from runtime.secrets import replace_secret, secret
from runtime.shared_servers import PROJECT, Services, use
from runtime.webserver import listen as listen_on

CAMPAIGN = PROJECT / "demo" / "data" / "full"
PYTHON = sys.executable
WORKER_GRACE, WEB_GRACE, MAIL_GRACE, LOADING_GRACE = 13, 8, 2, 10
LOOK_SECONDS = 1.0
ASK_SECONDS = 0.4
PATIENCE_SECONDS = 60
WELL_SECONDS = 30


def address() -> tuple[str, int]:
    """WEB_BIND and PORT, free to be used. Raises ServicesError."""
    host, number = value("WEB_BIND"), value("PORT")
    if not 0 < number < 65536:
        raise ServicesError(f"PORT is {number}; it must be a number from 1 to 65535.")
    try:
        listen_on(number, host).close()
    except OSError as taken:
        raise ServicesError(
            f"Port {number} is not to be had on {host} ({taken.strerror}). "
            f"Stop what uses it, or choose another: make run PORT={number % 65535 + 1}"
        ) from taken
    return host, number


def asked_at(host: str) -> str:
    """Where a server that listens on `host` can be asked from this machine, as a part of a URL."""
    if host in ("", "0.0.0.0"):
        return "127.0.0.1"
    host = "::1" if host == "::" else host
    return f"[{host}]" if ":" in host else host


class Manager:
    """One `make run`. `start` until Ready, `watch` until told to stop, `finish` in any case."""

    def __init__(
        self, host: str, number: int, place: Place, given: frozenset[str] = frozenset()
    ) -> None:
        self.host, self.port, self.place = asked_at(host), number, place
        # What the environment says, without what stands in the data directory's file.
        self.given = given
        self.screen = Screen(is_json=value("LOG_FORMAT") == "json")
        self.processes = ProcessGroup(self.screen)
        self.services: Services | None = None
        self.mail = None if is_given("EMAIL_URL") else listen()
        # Before anything is added to the environment: what somebody gave us is theirs.
        self.kinds = embedded_kinds(os.environ)
        self.env = os.environ | {
            "DATA_DIR": str(place.root),
            "PORT": str(number),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
            "CELERY_SKIP_CHECKS": "true",  # migrate has gone through them
            NAMED: "1",
        }
        self.owner_url = ""

    def start(self) -> None:
        """Services, migrations, demonstration, then the processes. Raises ServicesError."""
        self._start_services()
        self._prepare_database()
        if self.processes.stopping:
            return
        if self.mail:
            folder = str(self.place.root / "mail")
            words = [
                PYTHON,
                "-m",
                "runtime.mail_sink",
                folder,
                str(self.mail.fileno()),
            ]
            self.processes.add(
                Job("mail", words, self.env, MAIL_GRACE, (self.mail.fileno(),))
            )
        celery = [PYTHON, "-m", "celery", "-A", "config", "--quiet"]
        quiet = [
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=WARNING",
        ]
        worker = [*celery, "worker", "--concurrency=2", "--hostname=corps@%h", *quiet]
        beat = [
            *celery,
            "beat",
            "--scheduler=celery.beat:Scheduler",
            "--pidfile=",
            "--loglevel=WARNING",
        ]
        web = [PYTHON, "-m", "runtime.webserver"]
        # Celery warns root at each start, for a worker that unpickles what it is sent; ours takes JSON alone.
        calm = {
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"
        }
        self.processes.add(Job("web", web, self.env, WEB_GRACE))
        self.processes.add(Job("worker", worker, self.env | calm, WORKER_GRACE))
        self.processes.add(Job("beat", beat, self.env, WEB_GRACE))
        self._ring_sweep()

    def _ring_sweep(self) -> None:
        """Ring the first sweep, which /statusz asks for, sooner than the scheduler would."""
        with Celery(broker=self.env["REDIS_URL"]) as bell:
            try:
                bell.send_task(
                    "corps.tasks.sweep",
                    queue=self.env.get("CELERY_QUEUE", "corps"),
                    retry=False,
                )
            except OperationalError as missing:
                self.screen.line(f"The broker does not answer: {missing}", "services")

    def await_ready(self) -> None:
        """Wait until /readyz says 200, then say so; complain now and then while it does not.

        Worker and scheduler are given a while to be there as well, which /statusz tells; a stranger hears only that
        something is amiss, which may be an alarm of long ago, so that it is not waited for any longer.
        """
        complain_at = time.monotonic() + PATIENCE_SECONDS
        well_by = time.monotonic() + WELL_SECONDS
        ask_at = 0.0
        while not self.processes.stopping:
            self.processes.tend(0.1)
            if time.monotonic() < ask_at:
                continue
            status, answer = self._ask("/readyz")
            ask_at = time.monotonic() + ASK_SECONDS
            if status == 200 and (
                time.monotonic() > well_by or self._ask("/statusz")[1].strip() == "ok"
            ):
                self._announce()
                return
            if time.monotonic() > complain_at:
                complain_at += PATIENCE_SECONDS
                self.screen.line(f"Not ready yet: {status} {answer[:500]}", "services")

    def watch(self) -> None:
        """Keep everything up until told to stop."""
        look_at = 0.0
        while not self.processes.stopping:
            self.processes.tend(0.5)
            if self.services and time.monotonic() >= look_at:
                look_at = time.monotonic() + LOOK_SECONDS
                try:
                    self.services.ensure()
                except ServicesError as down:
                    self.screen.line(str(down), "services")

    def finish(self) -> None:
        """End the processes, mail last, and let go of the services."""
        self.screen.line("Stopping …")
        self.processes.end([job for job in self.processes.jobs if job.name != "mail"])
        self.processes.end([job for job in self.processes.jobs if job.name == "mail"])
        if self.services:
            self.services.close()
        self.screen.line("Stopped.")
        self.screen.finish()

    def _start_services(self) -> None:
        if self.kinds:
            self.screen.line(
                f"Starting {' and '.join(self.kinds)} in {self.place.root} …",
                "services",
            )
            self.services = use(self.place.root, kinds=self.kinds)
            self.env |= self.services.env | {"EMBEDDED_SERVICES": " ".join(self.kinds)}
        if "postgres" not in self.kinds:
            self.screen.line(
                f"Database: {described(self.env['DATABASE_URL'])}", "services"
            )
        if self.mail:
            # Not EMAIL_URL: whoever sends must know that this is no mail server.
            self.env["LOCAL_SINK_URL"] = (
                f"smtp://127.0.0.1:{self.mail.getsockname()[1]}"
            )
        self.owner_url = (
            self.env.get("MIGRATION_DATABASE_URL") or self.env["DATABASE_URL"]
        )

    def _prepare_database(self) -> None:
        """Migrate, drop a demonstration that was cut off, load one where it belongs."""
        url = self.env["DATABASE_URL"]
        self._manage("migrate")
        # From here on nobody needs the owner's password.
        self.env.pop("MIGRATION_DATABASE_URL", None)
        if self.processes.stopping:
            return
        found = demonstration.look(url)
        if found.demonstration == "loading":
            self.screen.line(
                "The demonstration was cut off while it was loaded; beginning anew …",
                "prepare",
            )
            demonstration.drop(self.owner_url)
            self._manage("migrate", owner=True)
            found = demonstration.look(url)
        if (
            found.demonstration == "none"
            and found.empty
            and self._wants_demonstration()
        ):
            self.screen.line("Loading the demonstration campaign …", "prepare")
            self._manage(
                "campaign", str(CAMPAIGN), DEMO="1", DEMO_PASSWORD=self._password()
            )
        elif found.demonstration == "loaded" and not demonstration.has_password(
            url, self._password()
        ):
            self._manage("demonstration_password", DEMO_PASSWORD=self._password())

    def _wants_demonstration(self) -> bool:
        chosen = value("DEMO")
        return CAMPAIGN.is_dir() and (
            chosen == "1" or (chosen != "0" and "postgres" in self.kinds)
        )

    def _password(self) -> str:
        given = value("DEMO_PASSWORD")
        if given:
            replace_secret(self.place.root, "demo_password", given)
        return given or secret(self.place.root, "demo_password")

    def _manage(
        self, command: str, *words: str, owner: bool = False, **more: str
    ) -> None:
        """Run a management command to its end. Raises ServicesError if it fails."""
        if owner:
            more["MIGRATION_DATABASE_URL"] = self.owner_url
        began = time.monotonic()
        job = Job(
            "prepare",
            [PYTHON, "manage.py", command, *words],
            self.env | more,
            LOADING_GRACE,
        )
        if self.processes.run(job) and not self.processes.stopping:
            raise ServicesError(
                f"./manage.py {command} failed with status {job.status}; see above."
            )
        self.screen.line(f"{command} took {time.monotonic() - began:.1f} s", "prepare")

    def _ask(self, path: str) -> tuple[int, str]:
        """What the web server says to a GET: status (0 for none) and body."""
        line = http.client.HTTPConnection(self.host.strip("[]"), self.port, timeout=10)
        try:
            # As a proxy would ask, so that a site which redirects to HTTPS answers too.
            line.request("GET", path, headers={"X-Forwarded-Proto": "https"})
            answer = line.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as missing:
            return 0, str(missing)
        finally:
            line.close()

    def _announce(self) -> None:
        self.screen.line(f"Ready: http://{self.host}:{self.port}/")
        found = demonstration.look(self.env["DATABASE_URL"])
        if found.demonstration != "loaded":
            self._announce_real(is_empty=found.empty)
            return
        self.screen.line(
            f"Demonstration accounts, all with the password {self._password()}"
        )
        for login, role, name in demonstration.accounts(self.env["DATABASE_URL"]):
            self.screen.line(f"  {login:<22} {role:<15} {name}")

    def _announce_real(self, *, is_empty: bool) -> None:
        """What is not as it should be outside a demonstration, and last what to do next."""
        if not value("HTTPS"):
            self.screen.line("HTTPS is off: passwords and cookies travel unprotected.")
        if self.mail:
            self.screen.line(
                "EMAIL_URL is not set: letters are held in the outbox, and none is sent."
            )
        if is_empty:
            self.screen.line(
                "Nobody has an account yet. In a second terminal make the first administrator's:"
            )
            self.screen.line(f"  {self.command('administrator', 'admin')}")

    def command(self, *words: str) -> str:
        """A management command as it is typed in a new terminal, in the project's directory."""
        folder = (
            f"DATA_DIR={shlex.quote(str(self.place.root))} "
            if self.place.root != PROJECT / ".local"
            else ""
        )
        given = [
            name
            for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL")
            if name in self.given
        ]
        own = "".join(f'{name}="${name}" ' for name in given)
        return f"{folder}{own}./manage.py {shlex.join(words)}"


def main() -> int:
    """Run until told to stop. 0 after an orderly end, 1 if it could not start."""
    if os.environ.get("MAKELEVEL"):
        # Under make, an end of make's that it could not pass on is an order to stop in order.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    try:
        given = frozenset(os.environ)
        load(data_dir())
        for setting in SETTINGS:
            value(setting.name)
        host, number = address()
        place = Place(data_dir())
        place.require_open(place.root)
        place.prepare()
        with place.lock_file("manager") as alone:
            if not try_lock(alone, fcntl.LOCK_EX):
                raise ServicesError(
                    f"make run is already at work on {place.root}; set DATA_DIR to run a second one."
                )
            return run(Manager(host, number, place, given))
    except ServicesError as refused:
        print(refused, file=sys.stderr)
        return 1


def run(manager: Manager) -> int:
    """Start, watch, finish."""
    signal.signal(signal.SIGINT, manager.processes.stop_soon)
    signal.signal(signal.SIGTERM, manager.processes.stop_soon)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as it is under nohup
        signal.signal(signal.SIGHUP, manager.processes.stop_soon)
    status = 0
    try:
        manager.start()
        manager.await_ready()
        manager.watch()
    except ServicesError as refused:
        manager.screen.line(str(refused), "services")
        status = 1
    finally:
        manager.finish()
    return status


if __name__ == "__main__":
    sys.exit(main())
