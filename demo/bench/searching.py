"""A search for two Chinese characters over 1,000,000 listings.

Bounded: which listings an officer finds, with who may see them and counted to a hundred, beside the bare statement
that finds as many of the newest by whichever way is quickest; and the page that tells fifty of them over HTTP, beside
the page of a search for a single character, which looks through nothing. Shown beside it: the pages that look through
everything else that an officer searches as well.
"""

import time
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from corps.models import User
from corps.search import Query, kinds_of
from corps.search.asking import MOST_COUNTED, bounded
from demo.bench import listings
from demo.bench.environment import Environment
from demo.bench.measuring import Measured, by_turns
from demo.bench.web import Client, server, session_cookie

# What many titles hold, what none does, and what is too short to be searched for.
HIT, MISS, TOO_SHORT = "扫码", "狐狸", "扫"
WORDS = (("a hit", HIT), ("a miss", MISS))
# Name, limit, route and what else is asked: the listings alone, and beside them all that an officer searches.
PAGES: tuple[tuple[str, float | None, str, dict[str, str]], ...] = (
    ("page of a search of listings", 3.0, "search", {"kind": "listings"}),
    ("search of everything", None, "search", {}),
    ("suggestions of everything", None, "search_suggest", {}),
)
# Where many match, the newest are soonest found by walking back; where none does, by the index.
BARE = {
    HIT: """
SELECT id, canonical_id, title FROM listings_listing WHERE title LIKE %(pattern)s
ORDER BY id DESC LIMIT %(most)s""",
    MISS: """
WITH matches AS MATERIALIZED (
    SELECT id FROM listings_listingwords WHERE corps_search_grams(words) @> ARRAY[%(word)s])
SELECT id, canonical_id, title FROM listings_listing WHERE id IN (SELECT id FROM matches)
ORDER BY id DESC LIMIT %(most)s""",
}
TIMES = 200


def measure(environment: Environment) -> list[Measured]:
    """One worker for the server, one client, one request after the other."""
    listings.fill(environment)
    officer = environment.cast["officer"]
    lines = [
        by_turns(
            f"search of 1,000,000 listings, {name}",
            10.0,
            floor=partial(_each_of_many, partial(_bare, word)),
            app=partial(_each_of_many, partial(_found_by, officer, word)),
        )
        for name, word in WORDS
    ]
    with server("config.wsgi", "/healthz") as port:
        mine = Client(port, Cookie=session_cookie(officer))
        if HIT not in _page(mine, HIT) or 'class="list hits"' in _page(mine, MISS):
            raise RuntimeError("the search does not find what it should")
        floor = partial(_seconds, mine, _address("search", {"q": TOO_SHORT}))
        for name, word in WORDS:
            for page, limit, route, asked in PAGES:
                address = _address(route, {"q": word, **asked})
                app = partial(_seconds, mine, address)
                lines.append(by_turns(f"{page}, {name}", limit, floor=floor, app=app))
    return lines


def _bare(word: str) -> None:
    with connection.cursor() as cursor:
        most = MOST_COUNTED + 1
        cursor.execute(BARE[word], {"word": word, "pattern": f"%{word}%", "most": most})
        cursor.fetchall()


def _found_by(user: User, word: str) -> None:
    [kind] = [kind for kind in kinds_of(user) if kind.key == "listings"]
    with bounded():
        kind.newest(user, Query.read(word), None, MOST_COUNTED + 1)


def _each_of_many(act: Callable[[], None], _round: int) -> float:
    """How long one of many acts in this process takes, in seconds."""
    act()
    began = time.perf_counter()
    for _time in range(TIMES):
        act()
    return (time.perf_counter() - began) / TIMES


def _address(route: str, asked: dict[str, str]) -> str:
    return f"{reverse(route)}?{urlencode(asked)}"


def _page(client: Client, word: str) -> str:
    return client.get(_address("search", {"q": word})).decode()


def _seconds(client: Client, path: str, _round: int) -> float:
    return client.seconds(path)
