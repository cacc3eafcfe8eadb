"""The pages of the numbers refuse what they do not know, by name, and know everything that their own links ask for."""

import re
from html import unescape
from urllib.parse import urljoin

import pytest
from django.test import Client

from notices.models import LedgerEntry
from tests.dashboards.entries import moment, open_book
from tests.notices.world import make_world

PAGES = (
    "",
    "wall/",
    "statistics/",
    "statistics.csv",
    "deadlines/",
    "ledger/",
    "ledger.csv",
)


@pytest.fixture
def reader(db, client: Client) -> Client:
    """Who reads numbers of two firms and two platforms."""
    book = open_book(make_world())
    LedgerEntry.objects.bulk_create(
        book.entry(which, moment(1)) for which in (0, 1, 2, 4)
    )
    client.force_login(book.world.supervisor)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_parameter_is_named_with_a_way_to_the_page_without_it(
    reader: Client, page: str
):
    answer = reader.get(f"/dashboards/{page}?foo_unknown=1")
    assert answer.status_code == 400
    said = answer.content.decode()
    assert "foo_unknown" in said
    assert f'href="/dashboards/{page}"' in said
    assert reader.get(f"/dashboards/{page}?utm_source=x&next=/").status_code == 200


def test_every_link_of_these_pages_asks_for_what_is_known(reader: Client):
    waiting, seen = [f"/dashboards/{page}" for page in PAGES], set()
    while waiting and len(seen) < 150:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = reader.get(address)
        # Exports have a limit, which is asked after the address.
        assert answer.status_code in (200, 429), address
        if answer.streaming or answer.status_code == 429:
            continue
        links = re.findall(r'(?:href|hx-get)="([^"]+)"', answer.content.decode())
        found = [urljoin(address, unescape(link)).partition("#")[0] for link in links]
        waiting += [link for link in found if link.startswith("/dashboards/")]
    assert len(seen) > 20
