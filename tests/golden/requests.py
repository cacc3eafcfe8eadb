"""Requests of a plan, each sent into the same world and taken back: what is answered, and what it changed."""

import copy
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import time_machine
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.golden import snapshot as snapshots
from tests.golden.normalising import Normaliser

# Who asks as which role.
PEOPLE = {
    "officer": "officer",
    "officer2": "officer2",
    "stranger": "officer3",
    "supervisor": "supervisor",
    "supervisor2": "supervisor2",
    "chief": "chief",
    "administrator": "admin",
    "auditor": "auditor",
    "liaison": "liaison-taobao",
    "other liaison": "liaison-jd",
    "representative": "firm-CXT",
}
FORM = "application/x-www-form-urlencoded"
HEADERS = (
    "Content-Type",
    "Location",
    "Content-Disposition",
    "Cache-Control",
    "Content-Language",
    "Content-Security-Policy",
    "X-Frame-Options",
    "Allow",
    "Retry-After",
    "Vary",
    "WWW-Authenticate",
    "Referrer-Policy",
    "X-Content-Type-Options",
)
# Writing one's own session down is no act; counts of limits hang on the process.
NO_TABLES = {"corps_session", "django_session", "corps_cache", "corps_ratecount"}
WRITTEN = """
SELECT relname, n_tup_ins + n_tup_upd + n_tup_del
FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"""


@dataclass
class Request:
    """role: of PEOPLE, or "anonymous". data: (field, value) pairs of a form, or what JSON holds. htmx: asked by it."""

    role: str
    method: str
    path: str
    data: Any = None
    json: bool = False
    htmx: bool = False
    language: str = ""

    @property
    def name(self) -> str:
        """What tells it from all others of a plan."""
        said = [self.role, self.method, self.path]
        if self.htmx:
            said.append("HX")
        if self.language:
            said.append(self.language)
        if self.data is not None:
            said.append(json.dumps(self.data, ensure_ascii=False))
        return " ".join(said)

    def stored(self) -> dict[str, Any]:
        """As a plan holds it: without what is not said."""
        return {
            name: value
            for name, value in vars(self).items()
            if value not in (None, "", False)
        }


@dataclass
class Recorder:
    """A loaded world with a signed-in client for each role. line: a superuser's connection."""

    line: snapshots.Line
    world: dict[str, Any]
    clients: dict[str, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.normal = Normaliser(json.dumps(self.world["rows"], ensure_ascii=False))
        self.rows: dict[str, set[str]] = {}

    def enter(self) -> None:
        """Sign everybody in, within the transaction that the requests are sent in."""
        # Django keeps these for a process, whoever asks for them first.
        content_types = apps.get_model("contenttypes", "ContentType").objects
        content_types.get_for_models(*apps.get_models())
        users = get_user_model().objects.in_bulk(PEOPLE.values(), field_name="username")
        self.clients["anonymous"] = _client()
        for role, login in PEOPLE.items():
            self.clients[role] = _client()
            self.clients[role].force_login(users[login])

    def ask(self, request: Request) -> Any:
        """Send one request, for good."""
        client = self.clients[request.role]
        headers = {}
        if request.htmx:
            headers["HX-Request"] = "true"
        if request.json:
            key = hashlib.sha256(request.name.encode()).hexdigest()
            headers["Idempotency-Key"] = key[:32]
        if request.language:
            headers["Accept-Language"] = request.language
            client.cookies["django_language"] = request.language
        try:
            if request.method == "GET":
                return client.get(request.path, headers=headers)
            if request.json:
                body = json.dumps(request.data)
                kind = "application/json"
            else:
                pairs = [(name, value) for name, value in request.data or []]
                body, kind = urlencode(pairs), FORM
            return client.generic(
                request.method, request.path, body, content_type=kind, headers=headers
            )
        finally:
            client.cookies.pop("django_language", None)

    def record(self, request: Request) -> dict[str, Any]:
        """Send one request and take back what it changed; what is to be compared."""
        snapshots.reset_sequences(self.line, self.world)
        client = self.clients[request.role]
        cookies = copy.deepcopy(client.cookies)
        with rolled_back():
            # Whatever is posted, the counts beside a person's links are counted anew.
            client.post("/nothing/")
            before = _written()
            with CaptureQueriesContext(connection) as statements:
                answer = self.ask(request)
                content = answer.getvalue()
            written = _written()
            changed = {
                table: list(self._changes(table))
                for table, count in sorted(written.items())
                if count != before.get(table, 0) and table not in NO_TABLES
            }
        client.cookies = cookies
        headers = {
            name: self.normal.header(name, answer.headers[name])
            for name in HEADERS
            if name in answer.headers
        }
        return {
            "status": answer.status_code,
            "headers": headers,
            "statements": len(statements),
            "body": self.normal.body(content, answer.headers.get("Content-Type", "")),
            "rows": {table: rows for table, rows in changed.items() if rows},
        }

    def _changes(self, table: str) -> Iterator[str]:
        """The rows of a table that went and that came, as lines."""
        statement = f'SELECT to_jsonb(t)::text FROM public."{table}" t'
        if table not in self.rows:
            # The other connection sees the world as it was.
            found = snapshots.rows_of(self.line, statement)
            self.rows[table] = {row for (row,) in found}
        with connection.cursor() as cursor:
            cursor.execute(statement)
            after = {row for (row,) in cursor}
        yield from self._lines(table, "-", self.rows[table] - after)
        yield from self._lines(table, "+", after - self.rows[table])

    def _lines(self, table: str, sign: str, rows: Iterable[str]) -> list[str]:
        lines = (self.normal.row(table, json.loads(row)) for row in rows)
        return sorted(f"{sign} {line}" for line in lines)


@contextmanager
def recorder(
    line: snapshots.Line, path: Any = snapshots.SNAPSHOT
) -> Iterator[Recorder]:
    """A world on this process's database, in a transaction that ends with it; the time is the world's."""
    world = snapshots.read(path)
    at = datetime.fromisoformat(world["at"])
    snapshots.load(line, world)
    snapshots.stop_clock(line, at)
    connection.close()
    with time_machine.travel(at, tick=False), rolled_back():
        entered = Recorder(line, world)
        entered.enter()
        yield entered


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction, or a part of one, of which nothing stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _client() -> Client:
    return Client(raise_request_exception=False)


def _written() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return dict(cursor.fetchall())
