"""What an installation still has as it was shipped: for `check --deploy` and for the administrator's first page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from corps.installation.organisation import current
from corps.models import Installation

LOOPBACK = ("localhost", "127.", "[::1]", "::1", "testserver")
# RFC 2606 and 6761: names that nobody has.
NOBODYS = (
    ".example",
    ".invalid",
    ".test",
    ".localhost",
    "example.com",
    "example.org",
    "example.net",
)
SET = _(
    "Set %(name)s in the environment or in the file env of DATA_DIR, and start the services again."
)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One of them. code: of the system check. name: of the setting; what: its value. url_name: of the page where it is
    stated, where there is one."""

    code: str
    name: str
    text: Any
    url_name: str = ""

    @property
    def remedy(self) -> Any:
        """What to do about it, where it is a setting."""
        return SET % {"name": self.name} if self.name and not self.url_name else ""


def of_settings() -> Iterator[Placeholder]:
    """Those that the settings alone tell."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    if is_loopback(host) or is_nobodys(host):
        yield Placeholder(
            "W002",
            "SITE_URL",
            _("Links in mails lead to this machine or to nobody's address"),
        )
    if is_nobodys(settings.MAIL_FROM.rpartition("@")[2]):
        yield Placeholder(
            "W003", "MAIL_FROM", _("Mails bear a sender's address that nobody has")
        )
    if is_nobodys(settings.MESSAGE_ID_DOMAIN):
        yield Placeholder(
            "W004", "MESSAGE_ID_DOMAIN", _("Message-IDs bear a domain that nobody has")
        )
    if settings.DATABASE_IS_OWN and not settings.SECRET_KEY_IS_GIVEN:
        text = _(
            "Each host made a SECRET_KEY of its own beside one database: sessions of one host end on the next"
        )
        yield Placeholder("W005", "SECRET_KEY", text)
    if not settings.HAS_MAIL_SERVER:
        yield Placeholder(
            "W006",
            "EMAIL_URL",
            _("There is no mail server: outside a demonstration letters are held"),
        )
    if all(is_loopback(name) for name in settings.ALLOWED_HOSTS):
        yield Placeholder(
            "W007",
            "ALLOWED_HOSTS",
            _("Pages are served under names of this machine alone"),
        )


def of_database() -> Iterator[Placeholder]:
    """Those that stand in the database. Two statements."""
    missing = current().missing
    if "name" in missing:
        yield Placeholder(
            "W008",
            "ORGANISATION",
            _("The organisation bears the name that was shipped"),
            "organisation",
        )
    if "document_prefix" in missing:
        text = _("Official numbers begin as they were shipped")
        yield Placeholder("W009", "DOCUMENT_PREFIX", text, "organisation")
    if Installation.objects.demonstrations().exists():
        text = _(
            "This database is a demonstration: everybody may know its passwords. Real work needs a new one"
        )
        yield Placeholder("W010", "", text)


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's alone."""
    return not host or host.startswith(LOOPBACK)


def is_nobodys(domain: str) -> bool:
    """Whether a domain is one that is kept for examples."""
    return f".{domain}".endswith(tuple(f".{name.lstrip('.')}" for name in NOBODYS))
