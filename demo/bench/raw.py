"""The floor of a list: the same rows as raw JSON. A WSGI application for the web server, `demo.bench.raw`."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg2

ROWS = """
SELECT listing.id, listing.canonical_id, listing.title, listing.brand, store.name, platform.name, target.id,
       target.state, to_char(listing.created_at, 'YYYY-MM-DD')
FROM listings_listing listing
JOIN stores_platform platform ON platform.id = listing.platform_id
LEFT JOIN stores_store store ON store.id = listing.store_id
LEFT JOIN cases_target target ON target.listing_id = listing.id
WHERE listing.id < %s ORDER BY listing.id DESC LIMIT 51"""
FIRST_PAGE = 2**62

_own = threading.local()


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """`/?before=ID`: fifty listings older than that one, and whether there are more."""
    if not hasattr(_own, "line"):
        _own.line = psycopg2.connect(os.environ["DATABASE_URL"])
        _own.line.autocommit = True
    before = environ["QUERY_STRING"].partition("before=")[2] or FIRST_PAGE
    with _own.line.cursor() as cursor:
        cursor.execute(ROWS, [before])
        rows = cursor.fetchall()
    body = json.dumps(
        {"rows": rows[:50], "more": len(rows) > 50}, ensure_ascii=False
    ).encode()
    start_response(
        "200 OK",
        [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
    )
    return [body]
