"""The one form in which an address is kept and shown."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from .added import in_force
from .pages import Page
from .table import PAGES

_FORMS: dict[tuple[str, str], list[Page]] = defaultdict(list)
for _page in PAGES:
    if _page.kind in ("listing", "store") and not _page.is_overlay:
        _FORMS[_page.site, _page.kind].append(_page)


def canonical_url(site: str, kind: str, canonical_id: str) -> str:
    """The https address that holds only what identifies, and that reads as this site, kind and id again.

    '' for other kinds than listing and store, and where the site has no page with such an id.
    """
    return _of_the_table(site, kind, canonical_id) or _first_of(
        in_force().forms.get((site, kind), ()), canonical_id
    )


# An address is read, then written down with its listing and with its row.
@lru_cache(maxsize=16_384)
def _of_the_table(site: str, kind: str, canonical_id: str) -> str:
    return _first_of(_FORMS.get((site, kind), ()), canonical_id)


def _first_of(pages: Iterable[Page], canonical_id: str) -> str:
    """The address of the first page that an id fits."""
    for page in pages:
        bare = canonical_id.removeprefix(page.prefix)
        if (
            page.prefix + bare == canonical_id
            and bare not in page.but
            and page.id_pattern.fullmatch(bare)
        ):
            url = _fill(page, bare)
            if url:
                return url
    return ""


def _fill(page: Page, bare: str) -> str:
    """The address of a page with this id; '' if its host has a place for another number.

    Whoever reads an address cuts a full stop from its end, so a code that ends in one is written in a way that keeps
    it.
    """
    if page.names:
        if "{" in page.host:
            return ""
        value = bare[:-1] + "%2E" if bare.endswith(".") else bare
        return f"https://{page.host}{page.path or '/'}?{page.names[0]}={value}"
    place = "{" + page.takes + "}"
    if place in page.path:
        path = page.path.replace(place, bare)
        return f"https://{page.host}{path}{'/' if path.endswith('.') else ''}"
    return f"https://{page.host.replace(place, bare)}/"
