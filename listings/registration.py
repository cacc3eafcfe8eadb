"""The registry while rows are being registered: what is known of the things they name, and what they add to it.

Rows are judged one after the other, so each sees what the rows before it brought. The registry reads what it needs by
the hundred and writes what came new by the hundred; only the order of the rows is sequential, not the statements.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from corps.bulk import NULL, copied, copy_lines, take_ids
from listings.models import Belonging, Listing
from stores.locks import lock_official_accounts
from stores.models import Platform, Store

REGISTRATION_LOCK = 0x726567

# A listing or a store: its platform's primary key and its canonical id. By the address rules an id holds nothing that
# COPY would have to be told about, and no comma.
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


# Thousands of keys are one text for the driver, which would take its time over each; no id holds a comma.
WANTED = "unnest(string_to_array(%s, ',')::bigint[], string_to_array(%s, ',')) AS wanted (platform, id)"
# LATERAL … LIMIT 1: each is found by its index, whatever the planner has heard of tables that an import fills.
LISTINGS = f"""
SELECT wanted.platform, wanted.id, listing.id, coalesce(belonging.store_id, store.canonical_id) FROM {WANTED}
LEFT JOIN LATERAL (SELECT id, store_id FROM listings_listing
                   WHERE platform_id = wanted.platform AND canonical_id = wanted.id LIMIT 1) listing ON true
LEFT JOIN LATERAL (SELECT id, store_id FROM listings_belonging
                   WHERE platform_id = wanted.platform AND listing_id = wanted.id LIMIT 1) belonging ON true
LEFT JOIN LATERAL (SELECT canonical_id FROM stores_store WHERE id = listing.store_id LIMIT 1) store ON true
WHERE listing.id IS NOT NULL OR belonging.id IS NOT NULL"""
STORES = f"""
SELECT wanted.platform, wanted.id, store.id FROM {WANTED}
JOIN LATERAL (SELECT id FROM stores_store
              WHERE platform_id = wanted.platform AND canonical_id = wanted.id LIMIT 1) store ON true"""
ACCOUNTS = f"""
SELECT wanted.platform, wanted.id, account.id, account.name, firm.code FROM {WANTED}
JOIN LATERAL (SELECT id, name, firm_id FROM stores_officialaccount
              WHERE platform_id = wanted.platform AND canonical_id = wanted.id
                AND confirmed_at IS NOT NULL AND struck_at IS NULL LIMIT 1) account
              ON true
JOIN firms_firm firm ON firm.id = account.firm_id"""
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
        """Read what the database knows of these; what this registry knows already stands. Three statements."""
        listings, stores = set(listings), set(stores)
        for platform, name, pk, store in _rows(
            LISTINGS, listings - self.listings.keys() | listings - self.belongings.keys()
        ):
            if pk is not None:
                self.listings.setdefault((platform, name), pk)
            if store is not None:
                self.belongings.setdefault((platform, name), store)
        stores |= {(key[0], self.belongings[key]) for key in listings if key in self.belongings}
        for platform, name, pk in _rows(STORES, stores - self.stores.keys()):
            self.stores[platform, name] = pk
        for platform, name, *account in _rows(ACCOUNTS, stores - self.accounts.keys()):
            self.accounts[platform, name] = Account(*account)

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

    def number(self) -> None:
        """Give what came new its primary keys, before anything is written. Two statements."""
        self.stores.update(zip(self.new_stores, take_ids(Store, len(self.new_stores)), strict=True))
        self.listings.update(zip(self.new_listings, take_ids(Listing, len(self.new_listings)), strict=True))

    def write(self) -> None:
        """Write what came new and is numbered. Four statements; needs `lock_registry`."""
        stores = [f"{self.stores[key]}\t{key[0]}\t{key[1]}\t{words}" for key, words in self.new_stores.items()]
        copy_lines(Store, ["id", "platform_id", "canonical_id", "site", "url", "name"], stores)
        listings = [
            f"{self.listings[key]}\t{key[0]}\t{key[1]}\t{words}\t{self._store_of(key) or NULL}"
            for key, words in self.new_listings.items()
        ]
        columns = ["id", "platform_id", "canonical_id", "site", "url", "title", "brand", "store_id"]
        copy_lines(Listing, columns, listings)
        belongings = [
            f"{key[0]}\t{key[1]}\t{store}"
            for key, store in self.new_belongings.items()
            if key not in self.listings or (key[0], store) not in self.stores
        ]
        copy_lines(Belonging, ["platform_id", "listing_id", "store_id"], belongings)

        known = self.new_belongings.keys() & (self.listings.keys() - self.new_listings.keys())
        put = {self.listings[key]: store for key in known if (store := self._store_of(key))}
        if put:
            with connection.cursor() as cursor:
                cursor.execute(PUT_IN_STORES, [list(put), list(put.values())])
        self.new_listings, self.new_stores, self.new_belongings = {}, {}, {}

    def _store_of(self, listing: Key) -> int | None:
        """The registered store in which a listing is known to be."""
        store = self.belongings.get(listing)
        return None if store is None else self.stores.get((listing[0], store))


def _rows(statement: str, wanted: set[Key]) -> list[tuple[Any, ...]]:
    """Rows of a look-up: platform, id, and what else it gives."""
    if not wanted:
        return []
    platforms, ids = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(statement, [",".join(map(str, platforms)), ",".join(ids)])
        return cursor.fetchall()
