"""What a row of the table of sites is made of, and how one is matched against an address."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["listing", "store", "short", "search", "wrapper", "launcher"]

ANY = "/*"
NONE = "-"

# Whoever opens such a page sees their own: it names nobody.
_NOT_ONESELF = r"(?!(?i:self|me|mine)(?![A-Za-z0-9_.=-]))"
PATTERNS = {
    "N": r"[1-9][0-9]{4,18}",
    "H": r"[0-9A-Fa-f]{24}",
    "C": rf"{_NOT_ONESELF}[A-Za-z0-9_.-]{{3,64}}",
    "X": rf"{_NOT_ONESELF}[A-Za-z0-9_.=-]{{3,64}}",
    "L": r"(?!xn--|[0-9]+(?![a-z0-9-]))[a-z0-9][a-z0-9-]{2,40}",
    # The same, but none that only lacks the right number of digits to be a shop's number.
    "S": r"(?!xn--|(?:shop)?[0-9]+(?![a-z0-9-]))[a-z0-9][a-z0-9-]{2,40}",
    "text": r"(?s:.+)",
}
# `{_H}` is a place as well, of which nothing is taken.
PLACE = re.compile(r"\{(_?\w+)\}")


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of page on one host.

    host: literal, or with a pattern in its first label, such as `shop{N}.taobao.com`. path: literal; with a pattern,
    such as `/i{N}.htm`; '' for none; `/*` for any; `/search/*` for anything below.
    names: query parameters, the first present decides. Without any of them the page does not match.
    takes: the pattern of the id, '' where there is none; it stands in the query, else in the path, else in the host.
    prefix: what the canonical id begins with. but: first labels, or paths, that are not meant.
    is_shop_front: a host of a store's own, whose address must not show one thing that is sold there.
    A `wrapper` leads to the address in its parameter; a `launcher` too, where it may be relative.
    """

    site: str
    kind: Kind
    host: str
    path: str
    names: tuple[str, ...]
    takes: str
    prefix: str
    but: frozenset[str]
    is_shop_front: bool
    label_pattern: re.Pattern[str] = field(repr=False)
    path_pattern: re.Pattern[str] = field(repr=False)
    id_pattern: re.Pattern[str] = field(repr=False)

    @property
    def family(self) -> str:
        """The host without its first label, where that holds a pattern; otherwise ''."""
        return self.host.partition(".")[2] if "{" in self.host else ""

    @property
    def is_overlay(self) -> bool:
        """Whether its parameter shows one thing above whatever page there is; without it the page decides."""
        return self.path == ANY and bool(self.names and self.takes)

    def label_id(self, label: str) -> str | None:
        """What the pattern of the host takes from a first label; None if it does not fit."""
        found = self.label_pattern.fullmatch(label)
        return found[1] if found and label not in self.but else None

    def path_id(self, path: str) -> str | None:
        """What the pattern of the path takes from a path, '' if it takes nothing; None if it does not fit."""
        found = self.path_pattern.fullmatch(path)
        if not found or path in self.but:
            return None
        return found[1] if self.path_pattern.groups else ""


def pages(
    site: str,
    kind: Kind,
    hosts: str,
    paths: str = ANY,
    query: str = "",
    takes: str = "",
    prefix: str = "",
    but: Iterable[str] = (),
    is_shop_front: bool = False,
) -> Iterator[Page]:
    """The pages of one row of the table: every path on every host. Lists are parted by spaces.

    paths: `-` stands for no path. takes: needed only where the id stands in the query.
    """
    for host in hosts.split():
        for path in paths.split():
            inline = [
                place
                for place in PLACE.findall(path) or PLACE.findall(host)
                if not place.startswith("_")
            ]
            taken = takes or ("" if query or not inline else inline[0])
            path = "" if path == NONE else path
            yield Page(
                site, kind, host, path, tuple(query.split()), taken, prefix, frozenset(but), is_shop_front,
                label_pattern=_pattern(host.partition(".")[0]),
                path_pattern=_pattern(path),
                id_pattern=re.compile(PATTERNS[taken or "text"]),
            )  # fmt: skip


def _pattern(template: str) -> re.Pattern[str]:
    """A label or path of the table as a pattern; `*` at the end of a path stands for anything."""
    if template == ANY:
        return re.compile(r".*")
    ended = template.removesuffix("*")
    parts = (
        _place(part) if number % 2 else re.escape(part)
        for number, part in enumerate(PLACE.split(ended))
    )
    return re.compile("".join(parts) + (".+" if ended != template else ""))


def _place(name: str) -> str:
    """What stands in a place of a template; of one whose name begins with `_` nothing is taken."""
    return (
        f"(?:{PATTERNS[name[1:]]})" if name.startswith("_") else f"({PATTERNS[name]})"
    )
