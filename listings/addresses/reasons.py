"""Why a cell names no listing, store or short link: a code for programs, a sentence for people."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "": "",
    "empty": _("The cell is empty."),
    "no-address": _("There is no web address in the cell."),
    "not-http": _("The address does not begin with http:// or https://."),
    "userinfo": _("The address holds an @ before its host, which hides where it leads."),
    "bad-port": _("The address names an unusual port."),
    "ip-literal": _("The address names a machine by its number, not a platform."),
    "punycode": _("The host of the address is written in another alphabet and may imitate a platform's."),
    "lookalike-host": _("The host of the address only looks like a platform's."),
    "unlisted-host": _("The host belongs to a platform, but shows neither listings nor stores."),
    "unknown-host": _("The host of the address belongs to no known platform."),
    "unknown-page": _("This page of the platform is neither a listing nor a store."),
    "no-id": _("The address lacks the number of the listing or store."),
    "bad-id": _("The number or code of the listing or store in the address is malformed."),
    "rounded-id": _("The number was rounded by the spreadsheet program. Ask the firm for the full address."),
    "two-ids": _("The address holds two different numbers for one thing."),
    "two-addresses": _("The cell holds two different addresses. Give each its own row."),
    "wrapper-empty": _("The address is a sign-in or forwarding page that leads to no address."),
    "wrapper-too-deep": _("The address leads through more than three sign-in or forwarding pages."),
}


class Unusable(Exception):
    """One address, or what it wraps, names nothing that can be acted on. code: a key of REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
