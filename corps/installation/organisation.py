"""The authority whose installation this is: how it is called and reached, wherever that is said."""

import time
from dataclasses import dataclass

from django.conf import settings

from corps.models import Organisation

FIELDS = ("name", "letter_head", "document_prefix", "address", "telephone")
# How long a page may show a name that was changed in another process.
SECONDS = 5


@dataclass(frozen=True, slots=True)
class Details:
    """What is in force. letter_head: the name unless another was stated. address, telephone: empty if nobody stated it.

    missing: fields for which only what is shipped stands, or nothing: neither stated on the page nor in the settings.
    """

    name: str
    letter_head: str
    document_prefix: str
    address: str
    telephone: str
    missing: frozenset[str]

    def __str__(self) -> str:
        return self.name


def stated() -> Organisation:
    """What the administrator stated; all of it empty as long as nobody did. One statement."""
    return Organisation.objects.filter(pk=1).first() or Organisation()


def current() -> Details:
    """What is in force now: what the administrator stated, otherwise the settings. One statement."""
    own = stated()
    name = own.name or settings.ORGANISATION
    prefix = own.document_prefix or settings.DOCUMENT_PREFIX
    shipped = {
        "name": settings.SHIPPED_ORGANISATION,
        "document_prefix": settings.SHIPPED_DOCUMENT_PREFIX,
    }
    found = {
        "name": name,
        "document_prefix": prefix,
        "address": own.address,
        "telephone": own.telephone,
    }
    missing = {
        field for field, value in found.items() if value == shipped.get(field, "")
    }
    return Details(
        letter_head=own.letter_head or name, missing=frozenset(missing), **found
    )


_shown: dict[str, tuple[float, str]] = {}


def shown_name() -> str:
    """The name for the frame of pages, at most five seconds old: no page needs a statement for it."""
    now = time.monotonic()
    known = _shown.get("name")
    if known is None or now - known[0] >= SECONDS:
        known = _shown["name"] = now, current().name
    return known[1]


def forget_shown() -> None:
    """Read the name anew: it was changed in this process."""
    _shown.clear()
