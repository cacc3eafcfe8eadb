"""A list of 50 out of 1,000,000 listings, signed in, over HTTP. Floor: the same rows as raw JSON over HTTP."""

from django.http import QueryDict
from django.urls import reverse

from corps.ui.lists import page_of
from demo.bench import listings
from demo.bench.environment import Environment
from demo.bench.measuring import Measured, by_turns
from demo.bench.web import Client, server, session_cookie
from listings.models import Listing

DEEP = 1000


def measure(environment: Environment) -> list[Measured]:
    """One worker for each server, one client, one request after the other."""
    listings.fill(environment)
    path = reverse("listings:list")
    deep = (
        path
        + page_of(
            Listing.objects.all(), QueryDict(), order=("-id",), size=50 * (DEEP - 1)
        ).next
    )
    with (
        server("demo.bench.raw", "/") as raw_port,
        server("config.wsgi", "/healthz") as port,
    ):
        raw = Client(raw_port)
        mine = Client(port, Cookie=session_cookie(environment.cast["officer"]))
        first = mine.get(path, HX_Request="true")
        if first.count(b"<tr") != 50 or first == mine.get(deep, HX_Request="true"):
            raise RuntimeError("the list does not show what it should")
        return [
            by_turns(
                "list of 50 of 1,000,000 listings: the fragment",
                4.0,
                floor=lambda _number: raw.seconds("/"),
                app=lambda _number: mine.seconds(path, HX_Request="true"),
            ),
            by_turns(
                "list of 50 of 1,000,000 listings: the whole page",
                8.0,
                floor=lambda _number: raw.seconds("/"),
                app=lambda _number: mine.seconds(path),
            ),
            by_turns(
                "its page 1,000 beside its page 1",
                1.2,
                floor=lambda _number: mine.seconds(path),
                app=lambda _number: mine.seconds(deep),
            ),
        ]
