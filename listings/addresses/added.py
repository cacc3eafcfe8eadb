"""Forms of addresses beside the shipped table: what an administrator added, as this process knows it.

They are asked only where the table knows nothing: no form takes an address that the table reads. Added labels of
services are the one exception; they take hosts of stores away. No database: `listings.address_forms` loads them.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property

from .pages import Page


@dataclass(frozen=True, eq=False)
class Added:
    """Equal to itself alone, so that what was read by one is kept under it.

    pages: each with what tells its form apart, in the order in which they were added. labels: site → first labels
    of hosts that are services of it."""

    pages: tuple[tuple[int, Page], ...] = ()
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.pages or self.labels)

    @cached_property
    def hosts(self) -> dict[str, list[Page]]:
        """Pages of literal hosts."""
        found: dict[str, list[Page]] = {}
        for _form, page in self.pages:
            if not page.family:
                found.setdefault(page.host, []).append(page)
        return found

    @cached_property
    def families(self) -> dict[str, list[Page]]:
        """Pages of hosts whose first label is a pattern, by the rest of the host."""
        found: dict[str, list[Page]] = {}
        for _form, page in self.pages:
            if page.family:
                found.setdefault(page.family, []).append(page)
        return found

    @cached_property
    def forms(self) -> dict[tuple[str, str], list[Page]]:
        """Pages of listings and stores, by site and kind."""
        found: dict[tuple[str, str], list[Page]] = {}
        for _form, page in self.pages:
            if page.kind in ("listing", "store"):
                found.setdefault((page.site, page.kind), []).append(page)
        return found

    def form_among(self, pages: Iterable[Page]) -> int | None:
        """What tells the form apart that one of these pages is; None where all are of the shipped table."""
        wanted = {id(page) for page in pages}
        return next((form for form, known in self.pages if id(known) in wanted), None)

    def is_service(self, site: str, label: str) -> bool:
        """Whether a first label was added as a service of a site."""
        return label in self.labels.get(site, ())


class _Rules:
    """What this process goes by."""

    in_force = Added()


_tried: ContextVar[Added | None] = ContextVar("tried", default=None)


def in_force() -> Added:
    """What is added to the table now, or is being tried."""
    return _tried.get() or _Rules.in_force


def put_in_force(added: Added) -> None:
    """Go by these from now on, in this process."""
    _Rules.in_force = added


@contextmanager
def tried(added: Added) -> Iterator[None]:
    """Read by these for a moment, in this thread alone."""
    token = _tried.set(added)
    try:
        yield
    finally:
        _tried.reset(token)
