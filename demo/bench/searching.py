"""A search for two Chinese characters over 1,000,000 listings, signed in, over HTTP: everything that an officer
searches. Floor: the bare statement that finds the listings alone, by whichever way is quickest, as raw JSON over HTTP.
"""

from functools import partial
from urllib.parse import urlencode

from django.urls import reverse

from demo.bench import market
from demo.bench.house import House
from demo.bench.measuring import Measured, by_turns
from demo.bench.web import Client, server, session_cookie

# What many titles hold, and what none does.
HIT, MISS = "扫码", "狐狸"


def measure(environment: House) -> list[Measured]:
    """One worker for each server, one client, one request after the other."""
    market.fill(environment)
    lines = []
    with server("demo.bench.raw_search", "/") as raw_port, server("corps.wsgi", "/healthz") as port:
        raw = Client(raw_port)
        mine = Client(port, Cookie=session_cookie(environment.cast["officer"]))
        if HIT not in _page(mine, "search", HIT) or 'class="list hits"' in _page(mine, "search", MISS):
            raise RuntimeError("the search does not find what it should")
        for name, word, by in (("a hit", HIT, "walk"), ("a miss", MISS, "index")):
            floor = f"/?{urlencode({'word': word, 'by': by})}"
            for page, route in (("the whole page", "search"), ("suggestions", "search_suggest")):
                address = f"{reverse(route)}?{urlencode({'q': word})}"
                lines.append(
                    by_turns(
                        f"search of 1,000,000 listings, {name}: {page}",
                        10.0,
                        floor=partial(_seconds, raw, floor),
                        app=partial(_seconds, mine, address),
                    )
                )
    return lines


def _page(client: Client, route: str, word: str) -> str:
    return client.get(f"{reverse(route)}?{urlencode({'q': word})}").decode()


def _seconds(client: Client, path: str, _round: int) -> float:
    return client.seconds(path)
