"""A list, declared once: its rows, its columns, what it may be narrowed by, its orders, and what is exported of it.

    class CaseList(RecordList):
        title = _("Cases")
        table = Table("cases", Column("number", _("Number"), order="number", value="number"), ...)
        filterset = CaseFilter

        def records(self): return Case.objects.visible_to(self.user)

The page, its chips and its form come from that, and the files of `corps.ui.list_export`. `docs/howto/add-a-list.md`
tells how one is added.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar, Self

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corps.access.decorators import SignedIn
from corps.access.parameters import MARKS, Parameter, reads
from corps.ui.filters import ListFilterSet
from corps.ui.lists import CAP, Page, capped_count, page_of
from corps.ui.tables import Table

# As many rows are sorted by a column that no index carries.
MOST_SORTED = CAP
ROWS_AT_ONCE = 500
SORT = "sort"


@dataclass(frozen=True, slots=True)
class Order:
    """In which order the rows stand. sort: the column that was asked for, falling with "-" before it, or "".

    columns: as `page_of` takes them. annotation: what the first of them is made of, if that is no field.
    """

    sort: str
    columns: Sequence[str]
    annotation: dict[str, Any]


class RecordList:
    """A list as one person asks for it.

    order: the order unless another one is asked for: columns that are never null, as `page_of` takes them, and
    order_words, which say it. export_route: the name of the address of its files; without one there are none.
    """

    title: ClassVar[str | Promise]
    table: ClassVar[Table]
    filterset: ClassVar[type[ListFilterSet]]
    order: ClassVar[Sequence[str]] = ("-id",)
    order_words: ClassVar[str | Promise] = gettext_lazy("Newest first")
    size: int = 50
    export_route: ClassVar[str] = ""

    def __init__(self, request: SignedIn, *, is_counted: bool = True) -> None:
        """is_counted: whether the page says how many match."""
        self.request, self.user, self.asked = request, request.user, request.GET
        self.is_counted = is_counted

    @classmethod
    def opened(cls, request: SignedIn) -> Self:
        """The list behind an address; what the address names is given by name. Raises Http404."""
        return cls(request)

    @property
    def address(self) -> dict[str, Any]:
        """What the address names, besides the list itself."""
        return {}

    @property
    def heading(self) -> str:
        """What its files are called, and what their cover says that they hold."""
        return str(self.title)

    @property
    def about(self) -> str:
        """The number of the thing whose list it is, if it is of one."""
        return ""

    def records(self) -> QuerySet[Any]:
        """All that the person may see."""
        raise NotImplementedError

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with what is shown of each."""
        return found

    def as_exported(self, ordered: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that an export presents."""
        return ordered

    def present(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Rows as the page and the export show them; a fixed number of statements for all of them."""
        return rows

    def total(self) -> tuple[int, bool]:
        """How many match, and whether there are more than that."""
        return capped_count(self.found)

    def without(self) -> set[str]:
        """The columns that this page lacks."""
        return set()

    @cached_property
    def filters(self) -> ListFilterSet:
        return self.filterset(self.asked, self.records(), request=self.request)

    @cached_property
    def found(self) -> QuerySet[Any]:
        """What the filters of the address leave."""
        return self.filters.qs

    @cached_property
    def counted(self) -> tuple[int, bool]:
        """`total`, asked once."""
        return self.total()

    @cached_property
    def is_sortable(self) -> bool:
        """Whether few enough rows match to be sorted by any column."""
        count, is_capped = self.counted
        return count <= MOST_SORTED and not is_capped

    @cached_property
    def ordering(self) -> Order:
        """The order that is in force."""
        return self.order_asked()

    def order_asked(self) -> Order:
        """The order that the address asks for, or the first one where that would sort too many rows."""
        asked = self.asked.get(SORT, "")
        column = self.table.sortable.get(asked.lstrip("-"))
        if column is None or not (column.is_indexed or self.is_sortable):
            return Order("", self.order, {})
        sign = "-" if asked.startswith("-") else ""
        name, annotation = column.order, {}
        if not isinstance(name, str):
            name = f"sort_{column.key}"
            annotation = {name: column.order}
        columns = [f"{sign}{name}"]
        if name != "id":
            columns.append(f"{sign}id")
        return Order(asked, columns, annotation)

    @cached_property
    def ordered(self) -> QuerySet[Any]:
        """What was found, with what is shown of it and what it is to be sorted by."""
        found = self.found
        if self.ordering.annotation:
            found = found.annotate(**self.ordering.annotation)
        return self.arranged(found)

    @cached_property
    def page(self) -> Page:
        """The page that the address asks for."""
        total = None
        if self.is_counted:
            total = self._counted
        return page_of(
            self.ordered,
            self.asked,
            order=self.ordering.columns,
            size=self.size,
            total=total,
        )

    def _counted(self) -> tuple[int, bool]:
        return self.counted

    @cached_property
    def rows(self) -> Sequence[Any]:
        """The rows of the page, as its template shows them."""
        return self.present(self.page.rows)

    def every_row(self) -> Iterator[Any]:
        """All rows that match, in order, some hundred at a time."""
        rows = self.as_exported(self.ordered.order_by(*self.ordering.columns))
        for some in _batches(rows.iterator(chunk_size=ROWS_AT_ONCE)):
            yield from self.present(some)

    def sorts(self) -> dict[str, str]:
        """Where the heads lead, by column: rising first, then falling."""
        return {
            column.key: self.changed(sort=_turned(column.key, self.ordering.sort))
            for column in self.table.sortable.values()
            if column.is_indexed or self.is_sortable
        }

    def sort_words(self) -> Any:
        """How the order is said below the list."""
        words = self.order_words
        if self.ordering.sort:
            column = self.table.sortable[self.ordering.sort.lstrip("-")]
            words = _("By %(column)s") % {"column": column.label}
            if self.ordering.sort.startswith("-"):
                words = _("By %(column)s, falling") % {"column": column.label}
        if self.table.sortable and not self.is_sortable:
            words = _(
                "%(order)s; sorted otherwise once filters leave 10,000 at most"
            ) % {"order": words}
        return words

    def changed(self, **changes: str) -> str:
        """The address's query with something changed, from the first page on; an empty value takes it away."""
        return changed(self.asked, **changes)

    def export_urls(self) -> dict[str, str]:
        """The addresses of the files of what is shown, by kind."""
        if not self.export_route:
            return {}
        query = QueryDict(mutable=True)
        for parameter in self.parameters():
            if values := list(filter(None, self.asked.getlist(parameter.name))):
                query.setlist(parameter.name, values)
        asked = f"?{query.urlencode()}" if query else ""
        return {
            kind: reverse(self.export_route, kwargs=self.address | {"kind": kind})
            + asked
            for kind in ("xlsx", "csv")
        }

    def context(self) -> dict[str, Any]:
        """What the templates of lists read."""
        table = self.table.shown_to(
            self.user, self.asked, without=self.without(), sorts=self.sorts()
        )
        return {
            "page": self.page,
            "rows": self.rows,
            "table": table,
            "sort": self.ordering.sort,
            "order_words": self.sort_words(),
            "conditions": self.filters.chips(),
            "filter_fields": self.filters.form_fields(),
            "export_urls": self.export_urls(),
        }

    @classmethod
    def parameters(cls) -> list[Parameter]:
        """What narrows and sorts the list, on its page and in its files."""
        declared = cls.filterset.parameters()
        if sortable := list(cls.table.sortable):
            falling = [f"-{key}" for key in sortable]
            declared.append(Parameter(SORT, [*sortable, *falling]))
        return declared

    @classmethod
    def reads(cls) -> Callable[[Any], Any]:
        """Declares what the page of the list reads of its address; stands where `reads` does."""
        return reads(*cls.parameters(), paged=True)


def changed(asked: QueryDict, **changes: str) -> str:
    """A query with something changed, from the first page on; an empty value takes it away."""
    query = asked.copy()
    for name in (*MARKS, *changes):
        query.pop(name, None)
    query.update({name: value for name, value in changes.items() if value})
    return f"?{query.urlencode()}"


def _turned(key: str, sort: str) -> str:
    if sort == key:
        return f"-{key}"
    return key


def _batches(rows: Iterator[Any]) -> Iterator[Sequence[Any]]:
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield some
