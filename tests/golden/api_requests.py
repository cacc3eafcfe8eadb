"""Requests of a plan that no page offers: programs at the API, other languages, pieces for HTMX, and odd questions."""

from collections.abc import Iterator

from django.db import connection

from tests.golden.requests import Request

ASKED = (
    "/api/v1/notices/",
    "/api/v1/notices/?state=issued",
    "/api/v1/notices/?state=nothing",
    "/api/v1/notices/{notice}/",
    "/api/v1/notices/{notice}/items/",
    "/api/v1/notices/{notice}/items/?state=open",
    "/api/v1/complaints/",
    "/api/v1/imports/{read}/",
    "/api/v1/imports/{read}/rows/",
    "/api/v1/statistics/",
    "/api/v1/statistics/?group=platform",
    "/api/v1/schema/",
)
PROGRAMS = ("officer", "liaison", "other liaison", "representative", "auditor")
IN_ENGLISH = (
    ("officer", "/"),
    ("officer", "/cases/"),
    ("officer", "/cases/C2026-000001/"),
    ("officer", "/notices/{notice}/"),
    ("officer", "/notices/checks/"),
    ("officer", "/search/?q=C2026-000001"),
    ("officer", "/listings/"),
    ("officer", "/stores/"),
    ("supervisor", "/notices/approvals/"),
    ("supervisor", "/dashboards/"),
    ("supervisor", "/dashboards/statistics/"),
    ("liaison", "/"),
    ("liaison", "/notices/{notice}/"),
    ("representative", "/"),
    ("representative", "/cases/complaints/"),
    ("administrator", "/"),
    ("administrator", "/users/"),
    ("administrator", "/calendar/"),
    ("auditor", "/audit/"),
    ("anonymous", "/accounts/login/"),
)
FRAGMENTS = (
    ("officer", "/search/suggest/?q=C2026"),
    ("officer", "/pulse/"),
    ("liaison", "/pulse/"),
    ("anonymous", "/pulse/"),
    ("officer", "/cases/imports/{read}/sheet/"),
    ("officer", "/cases/C2026-000001/"),
    ("officer", "/cases/"),
)
ODD = (
    ("anonymous", "/nothing/"),
    ("officer", "/nothing/"),
    ("officer", "/cases/?foo_unknown=1"),
    ("officer", "/cases/?state=no%20such"),
    ("officer", "/cases/C2026-999999/"),
    ("officer", "/search/?q=691046522817"),
    ("officer", "/search/?q=https://item.taobao.com/item.htm?id=865129513113"),
    ("officer", "/search/?q=%E6%BE%84%E6%BA%AA"),
    ("anonymous", "/healthz"),
)
VALUES = {
    "notice": "SELECT 'N2026-000022'",
    "read": "SELECT id::text FROM cases_sheetimport WHERE state = 'review' ORDER BY id",
    "item": (
        "SELECT i.id::text FROM notices_noticeitem i JOIN notices_notice n"
        " ON n.id = i.notice_id WHERE n.number = 'N2026-000022' ORDER BY i.id"
    ),
}


def api_requests() -> Iterator[Request]:
    """All of them, for the world that is there."""
    values = {name: _value(statement) for name, statement in VALUES.items()}
    for path in ASKED:
        for role in PROGRAMS:
            yield Request(role, "GET", path.format(**values))
        if "?" not in path:
            yield Request("anonymous", "GET", path.format(**values))
    for role, path in IN_ENGLISH:
        yield Request(role, "GET", path.format(**values), language="en")
    for role, path in FRAGMENTS:
        yield Request(role, "GET", path.format(**values), htmx=True)
    for role, path in ODD:
        yield Request(role, "GET", path.format(**values))
    yield from _answers(values)


def _answers(values: dict[str, str]) -> Iterator[Request]:
    path = "/api/v1/notices/{notice}/replies/".format(**values)
    item = int(values["item"])
    for answer in ("removed", "refused", "needs_information", "nothing"):
        data = [{"item": item, "outcome": answer}]
        yield Request("liaison", "POST", path, data, json=True)
    for role in ("other liaison", "officer", "anonymous"):
        data = [{"item": item, "outcome": "removed"}]
        yield Request(role, "POST", path, data, json=True)
    yield Request("liaison", "POST", path, {}, json=True)
    yield Request("liaison", "POST", path, [], json=True)
    for role in ("liaison", "other liaison"):
        yield Request(role, "DELETE", f"{path}{item}/")
    yield Request("representative", "POST", "/api/v1/complaints/", {}, json=True)


def _value(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]
