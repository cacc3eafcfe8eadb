"""What a person's home page lists, read off the page itself."""

from django.test import Client
from django.urls import reverse

from corps.models import User
from corps.ui.stream import Entry, Need, Stream


def stream_of(user: User, query: str = "") -> Stream:
    """The stream that a person's home page shows."""
    client = Client()
    client.force_login(user)
    page = client.get(reverse("home") + query)
    assert page.status_code == 200
    return page.context["stream"]


def entries_of(user: User) -> dict[str, list[Entry]]:
    """The rows of a home page, by group."""
    return {group.key: group.entries for group in stream_of(user).groups}


def needs_of(user: User) -> list[Need]:
    """All that a home page says is needed."""
    return [
        need
        for lot in entries_of(user).values()
        for entry in lot
        for need in entry.needs
    ]
