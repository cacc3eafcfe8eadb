"""A search for two Chinese characters over 1,000,000 listings. Floor: the bare statement that finds the newest of them,
by whichever way is quickest.

Bounded: what an officer finds among listings, with who may see them, counted and told in full. Shown beside it: the
page over HTTP, which looks through everything else that an officer searches as well.
"""

import time
from functools import partial
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from corps.models import User
from corps.search.asking import page_of_kind
from corps.search.kinds import kinds
from corps.search.query import Query
from demo.bench import listings
from demo.bench.environment import House
from demo.bench.measuring import Measured, by_turns
from demo.bench.raw_search import INDEX, WALK
from demo.bench.web import Client, server, session_cookie

# What many titles hold, and what none does.
HIT, MISS = "扫码", "狐狸"


def measure(environment: House) -> list[Measured]:
    """One worker for each server, one client, one request after the other."""
    listings.fill(environment)
    lines = []
    with (
        server("demo.bench.raw_search", "/") as raw_port,
        server("config.wsgi", "/healthz") as port,
    ):
        raw = Client(raw_port)
        mine = Client(port, Cookie=session_cookie(environment.cast["officer"]))
        if HIT not in _page(mine, "search", HIT) or 'class="list hits"' in _page(
            mine, "search", MISS
        ):
            raise RuntimeError("the search does not find what it should")
        for name, word, by in (("a hit", HIT, "walk"), ("a miss", MISS, "index")):
            lines.append(
                by_turns(
                    f"search of 1,000,000 listings, {name}",
                    10.0,
                    floor=partial(_bare_seconds, WALK if by == "walk" else INDEX, word),
                    app=partial(_search_seconds, environment.cast["officer"], word),
                )
            )
            floor = f"/?{urlencode({'word': word, 'by': by})}"
            for page, route in (
                ("the whole page", "search"),
                ("suggestions", "search_suggest"),
            ):
                address = f"{reverse(route)}?{urlencode({'q': word})}"
                lines.append(
                    by_turns(
                        f"search of everything, {name}: {page}",
                        None,
                        floor=partial(_seconds, raw, floor),
                        app=partial(_seconds, mine, address),
                    )
                )
    return lines


def _bare_seconds(statement: str, word: str, _round: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0; SET jit = off")
        began = time.perf_counter()
        cursor.execute(statement, {"word": word, "pattern": f"%{word}%"})
        cursor.fetchall()
        return time.perf_counter() - began


def _search_seconds(user: User, word: str, _round: int) -> float:
    began = time.perf_counter()
    page_of_kind(user, Query.read(word), kinds["listings"], None)
    return time.perf_counter() - began


def _page(client: Client, route: str, word: str) -> str:
    return client.get(f"{reverse(route)}?{urlencode({'q': word})}").decode()


def _seconds(client: Client, path: str, _round: int) -> float:
    return client.seconds(path)
