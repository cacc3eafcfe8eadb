"""One address taken apart, strictly: what browsers would repair is refused."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_plus

from .reasons import Unusable

_PORTS = {"http": "80", "https": "443"}
_SLASHES = re.compile(r"/{2,}")


@dataclass
class Parts:
    """An address without scheme, port and fragment.

    host: in lower case, without a final dot. path: '' or '/…', as written but for doubled and final slashes.
    query: as written.
    """

    host: str
    path: str
    query: str

    @cached_property
    def parameters(self) -> dict[str, set[str]]:
        """Every value that each name of the query has, both decoded once."""
        found: dict[str, set[str]] = {}
        for pair in self.query.split("&"):
            name, _equals, value = pair.partition("=")
            if "%" in pair or "+" in pair:
                name, value = unquote_plus(name), unquote_plus(value)
            found.setdefault(name, set()).add(value)
        return found

    def parameter(self, names: Iterable[str]) -> str | None:
        """The value of the first of these names that is present, even if empty; None if none is.

        Raises Unusable "two-ids" if that name has two different values.
        """
        for name in names:
            values = self.parameters.get(name)
            if values is not None:
                if len(values) > 1:
                    raise Unusable("two-ids")
                return next(iter(values))
        return None


def parse(address: str) -> Parts:
    """Take apart an address as `find_addresses` gives it. Whether its host is known is not looked at.

    Raises Unusable "userinfo", "ip-literal" or "bad-port".
    """
    scheme, _, rest = address.partition("://")
    rest, _, _fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    authority, _, path = rest.partition("/")
    if "@" in authority:
        raise Unusable("userinfo")
    if "[" in authority:
        raise Unusable("ip-literal")
    host, colon, port = authority.partition(":")
    if colon and port != _PORTS[scheme.lower()]:
        raise Unusable("bad-port")
    path = _SLASHES.sub("/", "/" + path).removesuffix("/")
    return Parts(host.lower().removesuffix("."), path, query)
