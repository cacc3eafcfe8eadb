"""Why a cell names no listing, store or short link: a code for programs, a sentence for people."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "": "",
    "empty": _("The cell is empty."),
    "words-only": _("The cell holds words, but no web address."),
    "bare-number": _(
        "The cell holds a number alone. Which platform it belongs to cannot be told from it."
    ),
    "share-code": _(
        "The cell holds a share code, which only the app can open. Ask the firm for the web address."
    ),
    "mini-program": _(
        "The cell names a mini program, which has no web address. Ask the firm where it is sold."
    ),
    "app-link": _("The link opens only the app. Ask the firm for the web address."),
    "not-http": _("The address does not begin with http:// or https://."),
    "userinfo": _(
        "The address holds an @ before its host, which hides where it leads."
    ),
    "bad-port": _("The address names an unusual port."),
    "ip-literal": _("The address names a machine by its number, not a platform."),
    "punycode": _(
        "The host of the address is written in another alphabet and may imitate a platform's."
    ),
    "lookalike-host": _(
        "The host of the address looks like a platform's, but is another."
    ),
    "unlisted-host": _(
        "The host belongs to a platform, but the system knows no listings or stores under it."
    ),
    "unknown-host": _("The host of the address is not known to the system."),
    "unknown-page": _(
        "The system does not know this page of the platform as a listing or a store."
    ),
    "unknown-listing-page": _(
        "The address shows a listing in a form that the system does not know."
    ),
    "no-id": _("The address lacks the number of the listing or store."),
    "bad-id": _(
        "The number or code of the listing or store in the address is malformed."
    ),
    "rounded-id": _(
        "The number was rounded by the spreadsheet program. Ask the firm for the full address."
    ),
    "two-ids": _("The address holds two different numbers for one thing."),
    "two-addresses": _(
        "The cell holds two different addresses. Give each its own row."
    ),
    "wrapper-empty": _(
        "The address is a sign-in or forwarding page that leads to no address."
    ),
    "wrapper-too-deep": _(
        "The address leads through more than three sign-in or forwarding pages."
    ),
}
# The same with the host that they are about.
WITH_HOST: dict[str, Any] = {
    "lookalike-host": _("The host %(host)s looks like a platform's, but is another."),
    "unlisted-host": _(
        "The host %(host)s belongs to a platform, but the system knows no listings or stores under it."
    ),
    "unknown-host": _("The host %(host)s is not known to the system."),
}
MENDINGS: dict[str, Any] = {
    "app-form": _("The app's form of the address is read as its web form."),
    "line-break": _("A line break inside the address is taken out."),
    "double-scheme": _("http:// stood there twice and is read once."),
    "slashes": _("Too many slashes after http: are read as two."),
    "blank-after-scheme": _("A blank after http:// is taken out."),
    "blank-at-end": _("A blank at the end of the address is taken off."),
    "slash-at-end": _("A slash at the end of the address is taken off."),
    "after-colon": _("The address begins after the colon; https:// is put before it."),
    "capitals": _("The address in capitals is read in small letters."),
}


class Unusable(Exception):
    """One address, or what it wraps, names nothing that can be acted on. code: a key of REASONS. host: if it is about
    a host, which."""

    def __init__(self, code: str, host: str = "") -> None:
        super().__init__(code)
        self.code, self.host = code, host
