"""The columns of long lists, declared once: head and widths come from here, and what a person chose to hide.

A body's cells are hidden by style alone (`hide-3` hides the third), so that hot rows stay flat.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from corps.access.parameters import MARKS
from corps.models import User


@dataclass(frozen=True, slots=True)
class Column:
    """One column. key: its name in addresses and in what is kept. width: class of its `<col>`; without one it takes the
    rest. look: classes of its head. fixed: cannot be hidden.

    order: what the list is sorted by, never null: the path of a field, or an expression; without one the column does
    not sort. is_indexed: whether that costs little however long the list is. value: what an export says: the path of
    an attribute of a row, or a function of the row; without one the column is not exported. is_exported_only: it
    stands in exports alone. hot_key: the key that ticks all rows, of the column of boxes.
    """

    key: str
    label: str | Promise
    width: str = ""
    look: str = ""
    fixed: bool = False
    order: Any = ""
    is_indexed: bool = False
    value: str | Callable[[Any], Any] = ""
    is_exported_only: bool = False
    hot_key: str = ""

    def value_of(self, row: Any) -> Any:
        """What an export says of a row; "" where there is nothing."""
        if callable(self.value):
            return self.value(row)
        for part in self.value.split("."):
            row = row.get(part) if isinstance(row, dict) else getattr(row, part, None)
            if callable(row):
                row = row()
            if row is None:
                return ""
        return row


SELECT = Column("select", _("Select"), "w40", "sel", fixed=True)
SELECT_BY_KEY = replace(SELECT, hot_key="a")


class Table:
    """A long list and its columns. key: its name in addresses and in what a person keeps; one list has one."""

    def __init__(self, key: str, *columns: Column) -> None:
        self.key = key
        self.columns = [each for each in columns if not each.is_exported_only]
        self.exported = [each for each in columns if each.value]
        self.sortable = {each.key: each for each in columns if each.order}
        tables[key] = self

    def shown_to(
        self,
        user: User,
        params: QueryDict,
        *,
        without: Collection[str] = (),
        sorts: dict[str, str] | None = None,
    ) -> "ShownTable":
        """The list as this person sees it. without: columns that this page lacks. sorts: addresses by column."""
        columns = [column for column in self.columns if column.key not in without]
        kept = user.lists.get(self.key, {})
        return ShownTable(
            self.key,
            columns,
            frozenset(kept.get("hidden", ())),
            kept.get("filters", {}),
            params,
            sorts,
        )

    def hidden_without(self, shown: Iterable[str]) -> list[str]:
        """The columns to hide, where these alone are asked for; fixed ones stay."""
        wanted = set(shown)
        return [
            column.key
            for column in self.columns
            if not column.fixed and column.key not in wanted
        ]


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """A filter that somebody gave a name. current: the page shows just that."""

    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table for one page and one person, as `{% table_head %}` and `filter_chips.html` read it."""

    key: str
    all_columns: list[Column]
    hidden: frozenset[str]
    kept: dict[str, str]
    params: QueryDict
    sorts: dict[str, str] | None = None

    def _is_hidden(self, column: Column) -> bool:
        return column.key in self.hidden and not column.fixed

    @property
    def columns(self) -> list[Column]:
        """What is shown."""
        return [column for column in self.all_columns if not self._is_hidden(column)]

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """The columns that may be hidden, each with whether it is shown."""
        return [
            (column, not self._is_hidden(column))
            for column in self.all_columns
            if not column.fixed
        ]

    @property
    def sort_choices(self) -> list[tuple[str, str]]:
        """The orders to choose from, rising and falling, where there are no heads to press."""
        chosen = [each for each in self.all_columns if each.key in (self.sorts or {})]
        return [
            (f"{sign}{column.key}", f"{column.label} {arrow}")
            for column in chosen
            for sign, arrow in (("", "↑"), ("-", "↓"))
        ]

    @property
    def hidden_count(self) -> int:
        return len(self.all_columns) - len(self.columns)

    @property
    def classes(self) -> str:
        """Classes of `<table>` that hide the cells of hidden columns."""
        return " ".join(
            f"hide-{at}"
            for at, column in enumerate(self.all_columns, 1)
            if self._is_hidden(column)
        )

    @property
    def query(self) -> str:
        """The page's own filter and order, without its place in the list."""
        return plain_query(self.params)

    @property
    def filters(self) -> list[KeptFilter]:
        now = sorted(parse_qsl(self.query))
        return [
            KeptFilter(name, f"?{query}", sorted(parse_qsl(query)) == now)
            for name, query in self.kept.items()
        ]


def plain_query(params: QueryDict) -> str:
    """What an address asks for, without empty fields and without the place in the list."""
    query = QueryDict(mutable=True)
    for name, values in params.lists():
        if name not in MARKS and (said := [value for value in values if value]):
            query.setlist(name, said)
    return query.urlencode()


tables: dict[str, Table] = {}
