"""The floor of a search: its one statement as raw JSON. A WSGI application for the web server."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import psycopg2

# Where many match, the newest are soonest found by walking back; where none does, by the index.
WALK = """
SELECT id, canonical_id, title FROM listings_listing WHERE title LIKE %(pattern)s ORDER BY id DESC LIMIT 50"""
INDEX = """
WITH matches AS MATERIALIZED (
    SELECT id FROM listings_listingwords WHERE corps_search_grams(words) @> ARRAY[%(word)s])
SELECT id, canonical_id, title FROM listings_listing WHERE id IN (SELECT id FROM matches) ORDER BY id DESC LIMIT 50"""

_own = threading.local()


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """`/?word=WORD&by=walk`: the fifty newest listings whose titles hold a word of two characters."""
    if not hasattr(_own, "line"):
        _own.line = psycopg2.connect(os.environ["DATABASE_URL"])
        _own.line.autocommit = True
        _own.line.cursor().execute(
            "SET max_parallel_workers_per_gather = 0; SET jit = off"
        )
    asked = parse_qs(environ["QUERY_STRING"])
    word = asked.get("word", ["--"])[0]
    with _own.line.cursor() as cursor:
        cursor.execute(
            WALK if asked.get("by") == ["walk"] else INDEX,
            {"word": word, "pattern": f"%{word}%"},
        )
        rows = cursor.fetchall()
    body = json.dumps({"rows": rows}, ensure_ascii=False).encode()
    start_response(
        "200 OK",
        [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
    )
    return [body]
