"""A search for two Chinese characters over 1,000,000 listings, over HTTP. Floor: the bare statement that finds the
newest of them by whichever way is quickest, as raw JSON over HTTP.

Bounded: the page of what an officer finds among listings, with who may see them, counted and told in full. Shown beside
it: the pages that look through everything else that an officer searches as well.
"""

from functools import partial
from urllib.parse import urlencode

from django.urls import reverse

from demo.bench import listings
from demo.bench.environment import Environment
from demo.bench.measuring import Measured, by_turns
from demo.bench.web import Client, server, session_cookie

# What many titles hold, and what none does.
HIT, MISS = "扫码", "狐狸"
# Name, limit, route and what else is asked: the listings alone, and beside them all that an officer searches.
PAGES: tuple[tuple[str, float | None, str, dict[str, str]], ...] = (
    ("search of 1,000,000 listings", 10.0, "search", {"kind": "listings"}),
    ("search of everything", None, "search", {}),
    ("suggestions of everything", None, "search_suggest", {}),
)


def measure(environment: Environment) -> list[Measured]:
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
            floor = partial(_seconds, raw, f"/?{urlencode({'word': word, 'by': by})}")
            for page, limit, route, asked in PAGES:
                address = f"{reverse(route)}?{urlencode({'q': word, **asked})}"
                lines.append(
                    by_turns(
                        f"{page}, {name}",
                        limit,
                        floor=floor,
                        app=partial(_seconds, mine, address),
                    )
                )
    return lines


def _page(client: Client, route: str, word: str) -> str:
    return client.get(f"{reverse(route)}?{urlencode({'q': word})}").decode()


def _seconds(client: Client, path: str, _round: int) -> float:
    return client.seconds(path)
