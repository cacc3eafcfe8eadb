"""The frame's sections. Corps has few of its own; each app above registers its links in `AppConfig.ready()`.

from corps import navigation
navigation.register("cases", _("Cases"), "cases:list", section="casework", order=20,
                    roles=("officer", "supervisor"), count=lambda user: Case.objects.visible_to(user).open().count())
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

# In the order in which they stand; the first has no head.
SECTIONS: dict[str, Any] = {
    "desk": "",
    "casework": _("Casework"),
    "exchange": _("Correspondence"),
    "registers": _("Registers"),
    "oversight": _("Oversight"),
    "house": _("Administration"),
}

Count = Callable[[Any], int | None]


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the sidebar. roles: who has it; allowed: a further condition on the person. count: what waits there.

    counted: the query with which the page lists just what is counted, if that is not all it lists.
    """

    key: str
    label: Any
    url_name: str
    section: str
    order: int
    roles: frozenset[str]
    count: Count | None = None
    allowed: Callable[[Any], bool] | None = None
    counted: str = ""

    def open_to(self, user: Any) -> bool:
        return user.role in self.roles and (self.allowed is None or self.allowed(user))


@dataclass(slots=True)
class _Registry:
    links: dict[str, Link] = field(default_factory=dict)
    places: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    bell: tuple[str, Count] | None = None


_registry = _Registry()
_counted: dict[tuple[int, str], tuple[float, int | None]] = {}


def register(
    key: str,
    label: Any,
    url_name: str,
    *,
    section: str,
    order: int,
    roles: Iterable[str],
    count: Count | None = None,
    allowed: Callable[[Any], bool] | None = None,
    counted: str = "",
) -> None:
    """Add a line to the sidebar. It is the current one where the address begins with its own, or the view sets
    `request.sidebar_key = key`.

    count: called with the user when a whole page is rendered, never for a fragment; keep it to one cheap query.
    counted: the query with which the page lists just what is counted, such as "state=open".
    """
    if section not in SECTIONS:
        raise ValueError(f"no section {section!r}")
    _registry.links[key] = Link(
        key, label, url_name, section, order, frozenset(roles), count, allowed, counted
    )


def register_bell(url_name: str, count: Count) -> None:
    """What the notifications link opens, and how many are unread."""
    _registry.bell = (url_name, count)


def register_place(role: str, place: Callable[[Any], Any]) -> None:
    """How people of this role are introduced beside their name: a liaison by the platform, say."""
    _registry.places[role] = place


def place_of(user: Any) -> str:
    """`执法一支队`, `淘宝天猫`; the role where nothing nearer is known."""
    place = _registry.places.get(user.role)
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
        (link for link in _registry.links.values() if link.open_to(user)),
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


def bell_for(user: Any) -> tuple[str, int] | None:
    """(address, unread) of the notifications, if the system has them."""
    if not _registry.bell or not (url := address_of(_registry.bell[0])):
        return None
    return url, count_of("bell", user, _registry.bell[1]) or 0
