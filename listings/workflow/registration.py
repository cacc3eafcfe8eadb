"""The registry while rows are being registered: what is known of the things they name, and what they add to it.

Rows are judged one after the other, so each sees what the rows before it brought. The registry reads what it needs by
the hundred and writes what came new by the hundred; only the order of the rows is sequential, not the statements.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from corps.database.copy import NULL, copied, copy_lines, take_ids
from listings.models import Belonging, Listing
from stores.models import Platform, Store
from stores.official_account_lock import lock_official_accounts

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


def lock_registry(*, to_change: bool = False) -> None:
    """Let nobody else register, and no official account be added, until the present transaction ends.

    to_change: what belongs to an official account may change, so nobody may name targets meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRATION_LOCK])
    lock_official_accounts(to_change=to_change)


def registered_platforms() -> dict[str, int]:
    """Slug → primary key of every platform, retired ones too: what names them was read before."""
    return dict(Platform.objects.values_list("slug", "pk"))


def platforms_taking_part() -> dict[str, int]:
    """The same of the platforms whose addresses are taken in; rows that name another one are held."""
    return dict(Platform.objects.taking_part().values_list("slug", "pk"))


# Thousands of keys are one text for the driver, which would take its time over each; no id holds a comma.
WANTED = "unnest(string_to_array(%s, ',')::bigint[], string_to_array(%s, ',')) AS wanted (platform, id)"
# LATERAL … LIMIT 1: each is found by its index, whatever the planner has heard of tables that an import fills.
LISTINGS = f"""
SELECT wanted.platform, wanted.id, listing.id, listing.claimed_store_id IS NOT NULL, store.canonical_id FROM {WANTED}
JOIN LATERAL (SELECT id, store_id, claimed_store_id FROM listings_listing
              WHERE platform_id = wanted.platform AND canonical_id = wanted.id LIMIT 1) listing ON true
LEFT JOIN LATERAL (SELECT canonical_id FROM stores_store WHERE id = listing.store_id LIMIT 1) store ON true"""
BELONGINGS = f"""
SELECT wanted.platform, wanted.id, belonging.store_id, belonging.state, belonging.in_effect FROM {WANTED}
JOIN listings_belonging belonging
  ON belonging.platform_id = wanted.platform AND belonging.listing_id = wanted.id
ORDER BY belonging.id"""
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
CLAIM_STORES = """
UPDATE listings_listing SET claimed_store_id = found.store
FROM unnest(%s::bigint[], %s::bigint[]) AS found (listing, store)
WHERE listings_listing.id = found.listing AND listings_listing.claimed_store_id IS NULL"""
KNOW_STORES = """
UPDATE listings_listing SET store_id = found.store
FROM unnest(%s::bigint[], %s::bigint[]) AS found (listing, store)
WHERE listings_listing.id = found.listing AND listings_listing.store_id IS NULL"""
RAISE_CLAIMS = """
UPDATE listings_belonging SET in_effect = true, firm_id = %s, complaint = %s, row = raised.row
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[]) AS raised (platform, listing, store, row)
WHERE platform_id = raised.platform AND listing_id = raised.listing AND store_id = raised.store"""
BELONGING_COLUMNS = [
    "platform_id", "listing_id", "store_id", "state", "in_effect", "firm_id", "complaint", "row", "judged_by_id",
    "judged_at",
]  # fmt: skip


class Source(NamedTuple):
    """Whose rows are being registered. firm, complaint: primary keys.

    confirmed_by: primary key of the person who confirms as they are read what the rows say of stores, as in a replay;
    None where a person judges that later. at: when, as ISO 8601.
    """

    firm: int | None = None
    complaint: int | None = None
    confirmed_by: int | None = None
    at: str = ""


class Claim(NamedTuple):
    """What is known of a claim that a listing is in a store. in_effect: whether it holds rows that name the listing."""

    state: str
    in_effect: bool


# A listing and the canonical id of the store that it is said to be in.
Pair = tuple[Key, str]


@dataclass(slots=True)
class Registry:
    """What is known of listings, stores, which is in which, and official accounts: read with `look_up`, then added to.

    listings, stores: key → primary key, 0 for what came new and is not written yet. known: key of a listing → the
    canonical id of the store that it is known to be in. claimed: listings beside which somebody named a store. claims:
    key of a listing → canonical id of a store → what became of that claim. new_listings, new_stores: key → its words.
    new_known, new_claimed: key of a listing → canonical id. new_claims: pair → (row, whether it takes effect); raised:
    pairs claimed before without effect → row. allowance: how many claims may still take effect, None until counted.
    Under `lock_registry` it is true until the transaction ends; without, it is a forecast.
    """

    source: Source = field(default_factory=Source)
    allowance: int | None = None
    listings: dict[Key, int] = field(default_factory=dict)
    stores: dict[Key, int] = field(default_factory=dict)
    known: dict[Key, str] = field(default_factory=dict)
    claimed: set[Key] = field(default_factory=set)
    claims: dict[Key, dict[str, Claim]] = field(default_factory=dict)
    accounts: dict[Key, Account] = field(default_factory=dict)
    new_listings: dict[Key, str] = field(default_factory=dict)
    new_stores: dict[Key, str] = field(default_factory=dict)
    new_known: dict[Key, str] = field(default_factory=dict)
    new_claimed: dict[Key, str] = field(default_factory=dict)
    new_claims: dict[Pair, tuple[int, bool]] = field(default_factory=dict)
    raised: dict[Pair, int] = field(default_factory=dict)

    def look_up(self, listings: Iterable[Key], stores: Iterable[Key]) -> None:
        """Read what the database knows of these; what this registry knows already stands. Four statements."""
        listings, stores = set(listings), set(stores)
        self._look_up_listings(listings - self.listings.keys())
        for key in listings & (self.known.keys() | self.claims.keys()):
            stores |= {(key[0], store) for store in self._stores_of(key)}
        for platform, name, pk in _rows(STORES, stores - self.stores.keys()):
            self.stores[platform, name] = pk
        for platform, name, *account in _rows(ACCOUNTS, stores - self.accounts.keys()):
            self.accounts[platform, name] = Account(*account)

    def _look_up_listings(self, listings: set[Key]) -> None:
        """Read which of these are registered, and what is known or claimed of their stores. Two statements."""
        claims: dict[Key, dict[str, Claim]] = {}
        for platform, name, store, state, in_effect in _rows(BELONGINGS, listings):
            claims.setdefault((platform, name), {})[store] = Claim(state, in_effect)
            if state == Belonging.State.CONFIRMED:
                self.known.setdefault((platform, name), store)
        for key, of_listing in claims.items():
            self.claims.setdefault(key, of_listing)
        for platform, name, pk, is_claimed, store in _rows(LISTINGS, listings):
            key = (platform, name)
            self.listings.setdefault(key, pk)
            if is_claimed:
                self.claimed.add(key)
            if store is not None:
                self.known.setdefault(key, store)

    def _stores_of(self, listing: Key) -> Iterable[str]:
        """Canonical ids of the stores that a listing may be in: the one that is known, or all that are claimed."""
        if listing in self.known:
            return [self.known[listing]]
        return self.claims.get(listing, {})

    def account_of(self, listing: Key | None, store: Key | None) -> Account | None:
        """The official account that the named store is, or the store in which the named listing is known to be."""
        if store is not None and store in self.accounts:
            return self.accounts[store]
        if listing is not None and listing in self.known:
            return self.accounts.get((listing[0], self.known[listing]))
        return None

    def claimed_account(self, listing: Key) -> Account | None:
        """The official account in whose store somebody claims a listing to be, while nobody has judged that."""
        if listing in self.known:
            return None
        for store, claim in self.claims.get(listing, {}).items():
            account = self.accounts.get((listing[0], store))
            if account and claim.in_effect and claim.state == Belonging.State.UNJUDGED:
                return account
        return None

    def learn(self, listing: Key, store: Key, row: int) -> bool:
        """Note that a row names the two together; whether it is known by that from now on.

        Where rows are confirmed as they are read, the first that names the two decides. Otherwise it is a claim.
        """
        if listing in self.known:
            return False
        if self.source.confirmed_by is not None:
            self.known[listing] = self.new_known[listing] = store[1]
            return True
        if store in self.accounts:
            self._claim(listing, store[1], row)
        elif listing not in self.claimed:
            self.claimed.add(listing)
            self.new_claimed[listing] = store[1]
        return False

    def _claim(self, listing: Key, store: str, row: int) -> None:
        """Note the claim that a listing is in an official account's store, unless somebody claimed that already."""
        before = self.claims.setdefault(listing, {}).get(store)
        takes_effect = bool(self.allowance)
        if before is None:
            self.new_claims[listing, store] = row, takes_effect
        elif takes_effect and before == Claim(Belonging.State.UNJUDGED, False):
            self.raised[listing, store] = row
        else:
            return
        self.claims[listing][store] = Claim(
            Belonging.State.UNJUDGED.value, takes_effect
        )
        self.allowance = (self.allowance or 0) - takes_effect

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
        self.stores.update(
            zip(self.new_stores, take_ids(Store, len(self.new_stores)), strict=True)
        )
        self.listings.update(
            zip(
                self.new_listings,
                take_ids(Listing, len(self.new_listings)),
                strict=True,
            )
        )

    def write(self) -> None:
        """Write what came new and is numbered. Six statements at most; needs `lock_registry`."""
        stores = [
            f"{self.stores[key]}\t{key[0]}\t{key[1]}\t{words}"
            for key, words in self.new_stores.items()
        ]
        copy_lines(
            Store, ["id", "platform_id", "canonical_id", "site", "url", "name"], stores
        )
        listings = []
        for key, words in self.new_listings.items():
            known, claimed = (
                self._store_of(key, self.known),
                self._store_of(key, self.new_claimed),
            )
            stands_in = f"{known or NULL}\t{claimed or known or NULL}"
            listings.append(
                f"{self.listings[key]}\t{key[0]}\t{key[1]}\t{words}\t{stands_in}"
            )
        columns = [
            "id",
            "platform_id",
            "canonical_id",
            "site",
            "url",
            "title",
            "brand",
            "store_id",
            "claimed_store_id",
        ]
        copy_lines(Listing, columns, listings)
        copy_lines(
            Belonging,
            BELONGING_COLUMNS,
            [*self._confirmed_lines(), *self._claim_lines()],
        )
        self._put(KNOW_STORES, self.new_known)
        self._put(CLAIM_STORES, self.new_claimed)
        if self.raised:
            self._raise()
        self.new_listings, self.new_stores, self.new_known, self.new_claimed = (
            {},
            {},
            {},
            {},
        )
        self.new_claims, self.raised = {}, {}

    def _confirmed_lines(self) -> Iterator[str]:
        """What is known from now on and `Listing.store` cannot say, as COPY takes it."""
        source = self.source
        whose = f"{source.firm or NULL}\t{source.complaint or NULL}\t{NULL}\t{source.confirmed_by}\t{source.at}"
        for key, store in self.new_known.items():
            if key not in self.listings or (key[0], store) not in self.stores:
                yield f"{key[0]}\t{key[1]}\t{store}\tconfirmed\tt\t{whose}"

    def _claim_lines(self) -> Iterator[str]:
        source = self.source
        whose = f"{source.firm or NULL}\t{source.complaint or NULL}"
        for (key, store), (row, takes_effect) in self.new_claims.items():
            state = f"unjudged\t{'t' if takes_effect else 'f'}"
            yield f"{key[0]}\t{key[1]}\t{store}\t{state}\t{whose}\t{row}\t{NULL}\t{NULL}"

    def _put(self, statement: str, stores: dict[Key, str]) -> None:
        """Write down for listings that were there before in which store they are."""
        old = stores.keys() & (self.listings.keys() - self.new_listings.keys())
        put = {
            self.listings[key]: store
            for key in old
            if (store := self._store_of(key, stores))
        }
        if put:
            with connection.cursor() as cursor:
                cursor.execute(statement, [list(put), list(put.values())])

    def _raise(self) -> None:
        keys = [(*listing, store, row) for (listing, store), row in self.raised.items()]
        platforms, listings, stores, rows = map(list, zip(*keys, strict=True))
        with connection.cursor() as cursor:
            said = [
                self.source.firm,
                self.source.complaint,
                platforms,
                listings,
                stores,
                rows,
            ]
            cursor.execute(RAISE_CLAIMS, said)

    def _store_of(self, listing: Key, stores: dict[Key, str]) -> int | None:
        """The registered store that stands for a listing in `stores`."""
        store = stores.get(listing)
        return None if store is None else self.stores.get((listing[0], store))


def _rows(statement: str, wanted: set[Key]) -> list[tuple[Any, ...]]:
    """Rows of a look-up: platform, id, and what else it gives."""
    if not wanted:
        return []
    platforms, ids = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(statement, [",".join(map(str, platforms)), ",".join(ids)])
        return cursor.fetchall()
