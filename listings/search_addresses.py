"""What a query of the search asks for by address or id, and where records of that id are."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _

from corps.search import Described, Query
from corps.search.query import literal
from corps.search.words import BEYOND, MOST_MATCHES, NEWEST
from listings.addresses import Address, canonical_url, platform_of, read_cell
from listings.addresses.added import Added, in_force
from listings.sites import LABELS

_SLUG = re.compile(r"([a-z0-9]{1,20})/(listing|store)/(\S{1,100})")
# Reasons for which a text is no address at all, but words or a number.
_NO_ADDRESS = frozenset({"empty", "words-only", "bare-number"})
# Up to any id that begins so, whatever the collation: letters come last in an id.
_LAST = "z" * 12
BY_PREFIX = """
WITH newest AS MATERIALIZED (
    SELECT id FROM (SELECT id, canonical_id FROM {table} WHERE id < %(before)s ORDER BY id DESC LIMIT %(newest)s) record
    WHERE canonical_id LIKE %(pattern)s ORDER BY id DESC LIMIT %(enough)s)
SELECT 'newest', id FROM newest
UNION ALL (
    SELECT 'all', id FROM {table}
    WHERE (SELECT count(*) FROM newest) < %(enough)s
      AND platform_id = ANY (ARRAY(SELECT id FROM stores_platform))
      AND canonical_id >= %(first)s AND canonical_id <= %(last)s AND canonical_id LIKE %(pattern)s AND id < %(before)s
    LIMIT %(most)s)"""


@dataclass(frozen=True, slots=True)
class Place:
    """A listing or a store as an address names it."""

    platform: str
    kind: str
    canonical_id: str


@lru_cache(64)
def _read(text: str, _added: Added) -> Address:
    return read_cell(text)


def place_of(query: Query) -> Place | None:
    """The listing or store that the address in a query names, or `platform/listing/id`; None where there is none."""
    if found := _SLUG.fullmatch(query.plain):
        return Place(*found.groups())
    if not query.is_address:
        return None
    address = _read(query.text, in_force())
    if address.kind not in ("listing", "store"):
        return None
    return Place(platform_of(address.site), address.kind, address.canonical_id)


def describe(query: Query) -> Described | None:
    """What the address in a query is: which listing or store of which site, or why it names none."""
    if found := _SLUG.fullmatch(query.plain):
        site, kind, canonical_id = found.groups()
        if site not in LABELS:
            return None
        return _named(site, kind, canonical_id, canonical_url(site, kind, canonical_id))
    if not query.is_address:
        return None
    address = _read(query.text, in_force())
    if address.kind in ("listing", "store"):
        return _named(
            address.site, address.kind, address.canonical_id, address.canonical_url
        )
    site = LABELS.get(address.site, address.site)
    if address.kind == "short":
        said = _(
            "A short link of %(site)s: only the platform knows where it leads. Open it and paste the address."
        )
        return Described(said % {"site": site})
    if address.kind == "search":
        said = _(
            "A search page or list of %(site)s: it names no single listing or store."
        )
        return Described(said % {"site": site})
    return None if address.reason in _NO_ADDRESS else Described(address.message)


def _named(site: str, kind: str, canonical_id: str, url: str) -> Described:
    said = {
        "listing": _("A listing on %(site)s, id %(id)s."),
        "store": _("A store on %(site)s, id %(id)s."),
    }[kind]
    return Described(
        said % {"site": LABELS.get(site, site), "id": canonical_id},
        url or f"{site}/{kind}/{canonical_id}",
    )


@dataclass(frozen=True, slots=True)
class ByAddress:
    """Records of the very listing or store that an address names. visible: of `visible_to`."""

    visible: models.QuerySet
    place: Place

    def newest(self, before: int | None, limit: int) -> list[int]:
        place = self.place
        rows = self.visible.filter(
            platform__slug=place.platform, canonical_id=place.canonical_id
        )
        return list(
            rows.filter(pk__lt=before or BEYOND)
            .order_by("-pk")
            .values_list("pk", flat=True)[:limit]
        )


@dataclass(frozen=True, slots=True)
class ByPrefix:
    """Records of which the id begins so, by the unique index of platform and id. visible: of `visible_to`."""

    visible: models.QuerySet
    prefix: str

    def newest(self, before: int | None, limit: int) -> list[int]:
        newest, matches = self._matches(before or BEYOND, limit)
        found = (
            self._visible(self.visible.filter(pk__in=newest), limit) if newest else []
        )
        if len(found) >= limit:
            return found
        if len(newest) < limit and len(matches) <= MOST_MATCHES:
            return (
                self._visible(self.visible.filter(pk__in=newest | matches), limit)
                if newest | matches
                else []
            )
        begins = self.visible.filter(
            canonical_id__startswith=self.prefix, pk__lt=before or BEYOND
        )
        return self._visible(begins, limit)

    @staticmethod
    def _visible(rows: models.QuerySet, limit: int) -> list[int]:
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:limit])

    def _matches(self, before: int, limit: int) -> tuple[set[int], set[int]]:
        """Keys of records whose id begins so: of the newest; and where these are too few, MOST_MATCHES + 1 of all."""
        statement = BY_PREFIX.format(table=self.visible.model._meta.db_table)
        asked: dict[str, Any] = {
            "before": before,
            "newest": NEWEST,
            "enough": limit,
            "most": MOST_MATCHES + 1,
        }
        asked |= {
            "pattern": literal(self.prefix) + "%",
            "first": self.prefix,
            "last": self.prefix + _LAST,
        }
        found: dict[str, set[int]] = {"newest": set(), "all": set()}
        with connection.cursor() as cursor:
            cursor.execute(statement, asked)
            for part, pk in cursor.fetchall():
                found[part].add(pk)
        return found["newest"], found["all"]


def by_id(
    query: Query, kind: str, visible: models.QuerySet
) -> list[ByAddress | ByPrefix]:
    """Where a listing or store is looked for that a query names by its address or by how its id begins."""
    if place := place_of(query):
        return [ByAddress(visible, place)] if place.kind == kind else []
    return [ByPrefix(visible, query.id_prefix)] if query.id_prefix else []


def is_whole_id(query: Query, kind: str, canonical_id: str) -> bool:
    """Whether a query is the whole address or id of this one."""
    place = place_of(query)
    return (
        place == Place(place.platform, kind, canonical_id)
        if place
        else query.plain == canonical_id
    )
