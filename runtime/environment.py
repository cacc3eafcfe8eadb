"""Every setting of an installation: declared here once, read from the environment or from the file DATA_DIR/env.

What the environment says wins. `python -m runtime.environment` writes the table of docs/operations.md anew; with
--check
it only compares, and fails if the two differ.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runtime.files_url import storage
from runtime.paths import ServicesError

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENT = PROJECT / "docs" / "operations.md"
BEGIN, END = (
    "<!-- settings: made by python -m runtime.environment -->",
    "<!-- end of settings -->",
)
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
EVERY_ROLE = [
    "officer",
    "supervisor",
    "liaison",
    "representative",
    "administrator",
    "auditor",
]


def text(given: str) -> str:
    """As it stands."""
    return given


def words(given: str) -> list[str]:
    """Separated by commas; "" is none."""
    return [part for part in (piece.strip() for piece in given.split(",")) if part]


def switch(given: str) -> bool:
    """1 or 0."""
    lowered = given.strip().lower()
    if lowered not in TRUE | FALSE:
        raise ValueError("it must be 1 or 0")
    return lowered in TRUE


def number(given: str) -> int:
    """A whole number, not below 0."""
    if not given.strip().isdecimal():
        raise ValueError("it must be a whole number")
    return int(given)


def seconds(given: str) -> float:
    """A number, not below 0."""
    try:
        found = float(given)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise ValueError("it must be a number of seconds")
    return found


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words."""

    def parse(given: str) -> str:
        if given not in choices:
            raise ValueError(f"it must be one of {', '.join(choices)}")
        return given

    return parse


def secure_origins(address: str) -> list[str]:
    """The origin of an address under which the site is reached, if that is by HTTPS; otherwise none."""
    parts = urlsplit(address)
    return (
        [f"https://{parts.netloc}"] if parts.scheme == "https" and parts.netloc else []
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. meaning: a sentence for the table. demanded: "", or when it must be given outside a demonstration.
    is_secret: its value is never printed. shown: the default in the table, where it depends on something."""

    name: str
    meaning: str
    default: Any = ""
    parse: Callable[[str], Any] = text
    demanded: str = ""
    is_secret: bool = False
    shown: str = ""


SETTINGS = [
    Setting("PORT", "Port of the web server.", 8000, number),
    Setting(
        "WEB_BIND",
        "Address that the web server listens on. `0.0.0.0` is every IPv4 address of the host, `::` every IPv6 address; "
        "loopback is enough where the proxy runs on the same host.",
        "127.0.0.1",
        demanded="where the proxy runs on another host",
    ),
    Setting(
        "DATA_DIR",
        "Directory of embedded services, stored files, secrets and `env`. Only from the environment.",
        "",
        shown="`.local` in the project",
    ),
    Setting(
        "DEMO",
        "`0`: `make run` starts empty. `1`: an empty database becomes a demonstration, even one of your own.",
        "",
        one_of("", "0", "1"),
        shown="`1` with the embedded database, `0` with your own",
    ),
    Setting(
        "DEMO_PASSWORD",
        "Password of the demonstration accounts.",
        is_secret=True,
        shown="made once, printed",
    ),
    Setting(
        "DATABASE_URL",
        "PostgreSQL 15 or later of your own, as the role that the application signs in with: "
        "`postgresql://ROLE:PASSWORD@HOST:PORT/NAME`.",
        is_secret=True,
        shown="the embedded PostgreSQL of `DATA_DIR`",
    ),
    Setting(
        "MIGRATION_DATABASE_URL",
        "The same database as its owner role, for `migrate` alone. Without it one role does both, and triggers alone "
        "protect the append-only tables.",
        is_secret=True,
        demanded="recommended with `DATABASE_URL`",
        shown="`DATABASE_URL`",
    ),
    Setting(
        "REDIS_URL",
        "Valkey or Redis of your own, the broker of tasks. It may forget everything at any time.",
        is_secret=True,
        demanded="with several hosts",
        shown="the embedded Valkey of `DATA_DIR`",
    ),
    Setting(
        "EMAIL_URL",
        "Mail server: `smtp://USER:PASSWORD@HOST:PORT`, `smtp+tls://…` (STARTTLS) or `smtp+ssl://…`, with "
        "`?timeout=SECONDS`. Outside a demonstration the outbox holds every letter as long as it is missing.",
        is_secret=True,
        demanded="yes",
        shown="none; a demonstration uses a local sink",
    ),
    Setting(
        "FILES_URL",
        "Where stored files lie: a directory that every host sees under the same path, or a bucket, "
        "`s3://KEY:SECRET@BUCKET/FOLDER?endpoint=https://HOST&region=REGION` (then install `requirements-s3.txt`).",
        None,
        storage,
        is_secret=True,
        demanded="with several hosts",
        shown="`files` in `DATA_DIR`",
    ),
    Setting(
        "MAIL_FROM", "Sender of every mail.", "corps@corps.example", demanded="yes"
    ),
    Setting(
        "MESSAGE_ID_DOMAIN",
        "Domain in the Message-ID of every mail, one of your own.",
        "corps.example",
        demanded="yes",
    ),
    Setting(
        "ORGANISATION",
        "Name of the organisation, as letters and pages show it.",
        "市市场监督管理局执法总队",
        demanded="yes",
    ),
    Setting(
        "DOCUMENT_PREFIX",
        "First part of document numbers (文号).",
        "沪市监总队",
        demanded="yes",
    ),
    Setting(
        "SITE_URL",
        "Address under which people reach the site; links in mails begin with it.",
        "",
        demanded="yes",
        shown="`http://127.0.0.1:PORT`",
    ),
    Setting(
        "ALLOWED_HOSTS",
        "Host names under which pages are served, separated by commas. Probes are answered under any.",
        ["127.0.0.1", "localhost", "[::1]", "testserver"],
        words,
        demanded="yes",
    ),
    Setting(
        "CSRF_TRUSTED_ORIGINS",
        "Origins beside that of `SITE_URL` whose forms are accepted although the proxy changes the Host header, such "
        "as `https://corps.example`.",
        [],
        words,
    ),
    Setting(
        "HTTPS",
        "`1`: the site is reached by HTTPS through a proxy that sets `X-Forwarded-Proto`. Cookies become Secure and "
        "`__Host-`, plain requests are redirected.",
        False,
        switch,
        demanded="yes",
    ),
    Setting(
        "TRUSTED_PROXIES",
        "How many proxies of your own stand in front; that many last entries of `X-Forwarded-For` are believed.",
        0,
        number,
        demanded="behind a proxy",
    ),
    Setting(
        "SECRET_KEY",
        "Key of sessions and signatures, at least 50 random characters, the same on every host.",
        is_secret=True,
        demanded="with `DATABASE_URL`",
        shown="made once for each `DATA_DIR`",
    ),
    Setting(
        "SECOND_FACTOR_ROLES",
        "Roles that must set up a second factor before anything else, separated by commas. "
        "A demonstration asks nobody.",
        EVERY_ROLE,
        words,
        shown="every role",
    ),
    Setting(
        "SESSION_IDLE_MINUTES",
        "A session unused for so long ends; `0` sets no limit.",
        60,
        number,
    ),
    Setting(
        "ANSWER_SHEET_DAYS",
        "Days after which an unconfirmed answer sheet is removed, at least 2.",
        7,
        number,
    ),
    Setting("WEB_WORKERS", "Processes of the web server.", 2, number),
    Setting("WEB_THREADS", "Threads of each web process.", 4, number),
    Setting(
        "STATEMENT_SECONDS",
        "Longest database statement of a web process; `0` is without end.",
        0.0,
        seconds,
        shown="30 in web processes, otherwise 0",
    ),
    Setting(
        "LOCK_SECONDS",
        "Longest wait of a web process for a database lock; `0` is without end.",
        0.0,
        seconds,
        shown="10 in web processes, otherwise 0",
    ),
    Setting(
        "CONNECT_SECONDS",
        "Longest wait of a web process for a database connection.",
        0,
        number,
        shown="5 in web processes, otherwise the driver's",
    ),
    Setting(
        "CELERY_QUEUE",
        "Queue of tasks, for several installations on one broker.",
        "corps",
    ),
    Setting(
        "LOG_LEVEL",
        "Least level of a log line.",
        "INFO",
        one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
    ),
    Setting(
        "LOG_FORMAT",
        "`json`: each log line is one JSON object. What `make run` itself announces stays plain text.",
        "text",
        one_of("text", "json"),
    ),
    Setting(
        "ADMIN_PASSWORD",
        "Password that `./manage.py administrator` gives.",
        is_secret=True,
        shown="asked for",
    ),
    Setting(
        "DEBUG", "`1`: pages show their errors. For development alone.", False, switch
    ),
]
BY_NAME = {setting.name: setting for setting in SETTINGS}
NOT_FROM_FILE = {"DATA_DIR"}


def is_given(name: str) -> bool:
    """Whether the environment names a setting, and not as ""."""
    return bool(os.environ.get(BY_NAME[name].name))


def value(name: str) -> Any:
    """A setting's value. Raises ServicesError if what is given cannot be read.

    An empty text is a value for lists and texts; for everything else it is none.
    """
    setting = BY_NAME[name]
    given = os.environ.get(name)
    if given is None or (not given and setting.parse not in (text, words)):
        return setting.default
    try:
        return setting.parse(given)
    except ValueError as wrong:
        said = "cannot be read" if setting.is_secret else f"is {given!r}"
        raise ServicesError(f"{name} {said}: {wrong}.") from wrong


def load(data_dir: Path) -> None:
    """Put what `env` in a data directory says into this process's environment, which wins. No file is no fault.

    Raises ServicesError for a line that cannot be read, and for a name that is no setting.
    """
    for name, given in read_file(data_dir / "env").items():
        os.environ.setdefault(name, given)


def read_file(path: Path) -> dict[str, str]:
    """The settings of a file with lines NAME=VALUE. The value may stand in quotes; `#` begins a comment line.

    Raises ServicesError, naming file and line.
    """
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return found
    except (OSError, UnicodeDecodeError) as unreadable:
        raise ServicesError(f"{path} cannot be read: {unreadable}") from unreadable
    for at, line in enumerate((raw.strip() for raw in lines), start=1):
        if line and not line.startswith("#"):
            try:
                name, given = _read_line(line, found)
            except ValueError as wrong:
                raise ServicesError(f"{path}, line {at}: {wrong}") from wrong
            found[name] = given
    return found


def _read_line(line: str, found: dict[str, str]) -> tuple[str, str]:
    """Name and value of a line. found: what stood before it. Raises ValueError."""
    name, equals, given = line.removeprefix("export ").partition("=")
    name, given = name.strip(), given.strip()
    if not equals or not name.isidentifier():
        raise ValueError("NAME=VALUE is expected.")
    if name not in BY_NAME or name in NOT_FROM_FILE:
        raise ValueError(f"{name} is no setting of this file; see docs/operations.md.")
    if name in found:
        raise ValueError(f"{name} is given twice.")
    return name, _unquoted(given)


def _unquoted(given: str) -> str:
    """A value without the quotation marks it may stand in. Raises ValueError if they are not closed."""
    if given[:1] not in {"'", '"'}:
        return given
    if len(given) < 2 or given[-1] != given[0]:
        raise ValueError("the quotation mark is not closed.")
    return given[1:-1]


def table() -> str:
    """The settings as a Markdown table."""
    lines = [
        "| name | meaning | default | demanded outside a demonstration |",
        "|---|---|---|---|",
    ]
    for setting in SETTINGS:
        lines.append(
            f"| `{setting.name}` | {setting.meaning} | {_shown(setting)} | {setting.demanded or 'no'} |"
        )
    return "\n".join(lines)


def _shown(setting: Setting) -> str:
    if setting.shown:
        return setting.shown
    default = setting.default
    if isinstance(default, bool):
        return f"`{int(default)}`"
    if isinstance(default, list):
        default = ",".join(default)
    return f"`{default}`" if default != "" else "none"


def main(arguments: list[str]) -> int:
    """Write the table into the document, or with --check compare. 1 if it differs."""
    document = DOCUMENT.read_text(encoding="utf-8")
    before, begin, rest = document.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        print(
            f"{DOCUMENT.name} has no place for the table: {BEGIN} … {END}",
            file=sys.stderr,
        )
        return 1
    made = f"{before}{BEGIN}\n{table()}\n{END}{after}"
    if made == document:
        return 0
    if "--check" in arguments:
        print(
            f"{DOCUMENT.name} does not say what the settings are; run python -m runtime.environment."
        )
        return 1
    DOCUMENT.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
