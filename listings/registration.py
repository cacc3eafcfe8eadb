"""The registry while rows are being registered: what is known of the things they name, and what they add to it.

Rows are judged one after the other, so each sees what the rows before it brought. The registry reads what it needs by
the hundred and writes what came new by the hundred; only the order of the rows is sequential, not the statements.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from corps.bulk import NULL, copied, copy_lines, take_ids
from listings.models import Belonging, Listing
from stores.locks import lock_official_accounts
from stores.models import Platform, Store

REGISTRATION_LOCK = 0x726567

# A listing or a store: its platform's primary key and its canonical id, in which the address rules let nothing stand
# that COPY would have to be told about.
Key = tuple[int, str]


class Account(NamedTuple):
    """An official account. name: of the store. firm: the code of the firm it belongs to."""

    id: int
    name: str
    firm: str


def listing_words(site: str, url: str, title: str = "", brand: str = "") -> str:
    """What is kept of a listing beside its key, as COPY takes it: the words of the first row that names it."""
    return f"{site}\t{copied(url)}\t{copied(title[:300])}\t{copied(brand[:60])}"


def store_words(site: str, url: str, name: str = "") -> str:
    """What is kept of a store beside its key, as COPY takes it: the words of the first row that names it."""
    return f"{site}\t{copied(url)}\t{copied(name[:200])}"


def lock_registry() -> None:
    """Let nobody else register, and no official account be added, until the present transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRATION_LOCK])
    lock_official_accounts()


def registered_platforms() -> dict[str, int]:
    """Slug → primary key of the platforms that take part."""
    return dict(Platform.objects.values_list("slug", "pk"))


LISTINGS = """
SELECT known.platform_id, known.canonical_id, known.id FROM listings_listing known
JOIN unnest(%s::bigint[], %s::text[]) AS wanted (platform, id)
  ON known.platform_id = wanted.platform AND known.canonical_id = wanted.id"""
STORES = LISTINGS.replace("listings_listing", "stores_store")
BELONGINGS = """
SELECT known.platform_id, known.listing_id, known.store_id FROM listings_belonging known
JOIN unnest(%s::bigint[], %s::text[]) AS wanted (platform, id)
  ON known.platform_id = wanted.platform AND known.listing_id = wanted.id"""
ACCOUNTS = """
SELECT known.platform_id, known.canonical_id, known.id, known.name, firm.code FROM stores_officialaccount known
JOIN firms_firm firm ON firm.id = known.firm_id
JOIN unnest(%s::bigint[], %s::text[]) AS wanted (platform, id)
  ON known.platform_id = wanted.platform AND known.canonical_id = wanted.id"""
PUT_IN_STORES = """
UPDATE listings_listing SET store_id = found.store
FROM unnest(%s::bigint[], %s::bigint[]) AS found (listing, store)
WHERE listings_listing.id = found.listing AND listings_listing.store_id IS NULL"""


@dataclass(slots=True)
class Registry:
    """What is known of listings, stores, which is in which, and official accounts: read with `look_up`, then added to.

    listings, stores: key → primary key, 0 for what came new and is not written yet. belongings: key of a listing → the
    canonical id of its store. new_listings, new_stores: key → its words. Under `lock_registry` it is true until the
    transaction ends; without, it is a forecast.
    """

    listings: dict[Key, int] = field(default_factory=dict)
    stores: dict[Key, int] = field(default_factory=dict)
    belongings: dict[Key, str] = field(default_factory=dict)
    accounts: dict[Key, Account] = field(default_factory=dict)
    new_listings: dict[Key, str] = field(default_factory=dict)
    new_stores: dict[Key, str] = field(default_factory=dict)
    new_belongings: dict[Key, str] = field(default_factory=dict)

    def look_up(self, listings: Iterable[Key], stores: Iterable[Key]) -> None:
        """Read what the database knows of these; what this registry knows already stands. Four statements."""
        listings, stores = set(listings), set(stores)
        for key, pk in _rows(LISTINGS, listings - self.listings.keys()):
            self.listings[key] = pk[0]
        for key, store in _rows(BELONGINGS, listings - self.belongings.keys()):
            self.belongings[key] = store[0]
        stores |= {(key[0], self.belongings[key]) for key in listings if key in self.belongings}
        for key, pk in _rows(STORES, stores - self.stores.keys()):
            self.stores[key] = pk[0]
        for key, account in _rows(ACCOUNTS, stores - self.accounts.keys()):
            self.accounts[key] = Account(*account)

    def account_of(self, listing: Key | None, store: Key | None) -> Account | None:
        """The official account that the named store is, or the store in which the named listing is known to be."""
        if store is not None and store in self.accounts:
            return self.accounts[store]
        if listing is not None and listing in self.belongings:
            return self.accounts.get((listing[0], self.belongings[listing]))
        return None

    def learn(self, listing: Key, store: Key) -> bool:
        """Note that a row names the two together; the first row that does decides. Whether this one did."""
        if listing in self.belongings:
            return False
        self.belongings[listing] = self.new_belongings[listing] = store[1]
        return True

    def add_listing(self, key: Key, words: str) -> None:
        """Take a listing in, unless it is there. words: as `listing_words` makes them."""
        if key not in self.listings:
            self.listings[key], self.new_listings[key] = 0, words

    def add_store(self, key: Key, words: str) -> None:
        """Take a store in, unless it is there. words: as `store_words` makes them."""
        if key not in self.stores:
            self.stores[key], self.new_stores[key] = 0, words

    def write(self) -> None:
        """Write what came new. At most eight statements; needs `lock_registry`."""
        self._write_stores()
        put = self._write_listings()
        lines = [f"{platform}\t{listing}\t{store}" for (platform, listing), store in self.new_belongings.items()]
        copy_lines(Belonging, ["platform_id", "listing_id", "store_id"], lines)
        if put:
            with connection.cursor() as cursor:
                cursor.execute(PUT_IN_STORES, [list(put), list(put.values())])
        self.new_listings, self.new_stores, self.new_belongings = {}, {}, {}

    def _write_stores(self) -> None:
        ids = take_ids(Store, len(self.new_stores))
        lines = []
        for pk, (key, words) in zip(ids, self.new_stores.items(), strict=True):
            self.stores[key] = pk
            lines.append(f"{pk}\t{key[0]}\t{key[1]}\t{words}")
        copy_lines(Store, ["id", "platform_id", "canonical_id", "site", "url", "name"], lines)

    def _write_listings(self) -> dict[int, int]:
        """Write the new listings, each in its store; for known ones whose store is new knowledge, which that is."""
        ids = take_ids(Listing, len(self.new_listings))
        lines = []
        for pk, (key, words) in zip(ids, self.new_listings.items(), strict=True):
            self.listings[key] = pk
            store = self.stores.get((key[0], self.belongings[key])) if key in self.belongings else None
            lines.append(f"{pk}\t{key[0]}\t{key[1]}\t{words}\t{store or NULL}")
        columns = ["id", "platform_id", "canonical_id", "site", "url", "title", "brand", "store_id"]
        copy_lines(Listing, columns, lines)
        known = self.new_belongings.keys() & (self.listings.keys() - self.new_listings.keys())
        stores = {key: self.stores.get((key[0], self.new_belongings[key])) for key in known}
        return {self.listings[key]: store for key, store in stores.items() if store}


def _rows(statement: str, wanted: set[Key]) -> list[tuple[Key, tuple]]:
    """Rows of a look-up by platform and id, as (key, what else it gives)."""
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [[key[0] for key in wanted], [key[1] for key in wanted]])
        return [((row[0], row[1]), row[2:]) for row in cursor.fetchall()]
