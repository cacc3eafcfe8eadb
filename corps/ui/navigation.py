"""The sidebar: the lines that a person has, what waits behind each, and which is the current one.

The apps contribute their lines to `sidebar_links`.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from corps.models import Notification
from corps.ui.extensions import SECTIONS, Count, Link, person_captions, sidebar_links

_counted: dict[tuple[int, str], tuple[float, int | None]] = {}


def place_of(user: Any) -> str:
    """`执法一支队`, `淘宝天猫`; the role where nothing nearer is known."""
    place = person_captions.get(user.scope)
    return str((place(user) if place else user.unit) or user.get_role_display())


@cache
def address_of(url_name: str) -> str:
    """The address, or "" while the app that has the page is not there."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def count_of(key: str, user: Any, count: Count) -> int | None:
    """The count, at most `SIDEBAR_COUNT_SECONDS` old: a sidebar of ten counts must not cost ten queries a page."""
    now, place = time.monotonic(), (user.pk, key)
    known = _counted.get(place)
    if known and now - known[0] < getattr(settings, "SIDEBAR_COUNT_SECONDS", 5):
        return known[1]
    if len(_counted) > 5_000:
        _counted.clear()
    number = count(user)
    _counted[place] = (now, number)
    return number


def forget_counts(user: Any) -> None:
    """Count anew: this person has just done something."""
    for place in [place for place in _counted if place[0] == user.pk]:
        del _counted[place]


def links_of(user: Any) -> list[Link]:
    """The lines that a person has, in order, as far as there are pages for them."""
    links = sorted(
        (link for link in sidebar_links if link.open_to(user)),
        key=lambda link: link.order,
    )
    return [link for link in links if address_of(link.url_name)]


@dataclass(frozen=True, slots=True)
class Line:
    """A link as one person sees it on one page."""

    key: str
    label: Any
    url: str
    current: bool
    count: int | None
    counted_url: str = ""


def lines_for(request: HttpRequest) -> Iterator[tuple[Any, list[Line]]]:
    """(section head, lines) for the person who asks, with counts; empty sections are left out."""
    links = links_of(request.user)
    current = _current_address(request, links)
    for section, head in SECTIONS.items():
        lines = [
            _line(link, request.user, current)
            for link in links
            if link.section == section
        ]
        if lines:
            yield head, lines


def _line(link: Link, user: Any, current: str | None) -> Line:
    address = address_of(link.url_name)
    count, counted_url = None, ""
    if link.count:
        count = count_of(link.key, user, link.count)
    if link.counted:
        counted_url = f"{address}?{link.counted}"
    return Line(link.key, link.label, address, address == current, count, counted_url)


def _current_address(request: HttpRequest, links: list[Link]) -> str | None:
    """The address of the line that the page belongs to: the one that the view names, or the longest that the page's own
    begins with."""
    addresses = {link.key: address_of(link.url_name) for link in links}
    named = addresses.get(getattr(request, "sidebar_key", ""))
    if named is not None:
        return named
    if request.path == "/":
        return _first_address(addresses, links)
    begun = [
        url for url in addresses.values() if url != "/" and request.path.startswith(url)
    ]
    return max(begun, key=len, default=None)


def _first_address(addresses: dict[str, str], links: list[Link]) -> str | None:
    """That of the home page; of the topmost line where a role has none, such as the inbox of liaisons."""
    if "/" in addresses.values():
        return "/"
    for section in SECTIONS:
        for link in links:
            if link.section == section:
                return addresses[link.key]
    return None


def bell_for(user: Any) -> tuple[str, int]:
    """(address, unread) of the notifications."""
    return address_of("notifications"), count_of("bell", user, _unread) or 0


def _unread(user: Any) -> int:
    return Notification.objects.filter(user=user, read_at=None).count()
