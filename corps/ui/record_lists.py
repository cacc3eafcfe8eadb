"""A list, declared once: its rows, its columns, what it may be narrowed by, and its order.

    class CaseList(RecordList):
        table = Table("cases", Column("number", _("Number"), fixed=True), ...)
        filterset = CaseFilter

        def records(self): return Case.objects.visible_to(self.user)

The page, its chips and its form come from that. `docs/howto/add-a-list.md` tells how one is added.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet

from corps.access.decorators import SignedIn
from corps.access.parameters import reads
from corps.ui.filters import ListFilterSet
from corps.ui.lists import Page, capped_count, page_of
from corps.ui.tables import Table


class RecordList:
    """A list as one person asks for it. order: columns that are never null, as `page_of` takes them."""

    table: ClassVar[Table]
    filterset: ClassVar[type[ListFilterSet]]
    order: ClassVar[Sequence[str]] = ("-id",)
    size: ClassVar[int] = 50

    def __init__(self, request: SignedIn, *, is_counted: bool = True) -> None:
        """is_counted: whether the page says how many match."""
        self.request, self.user, self.asked = request, request.user, request.GET
        self.is_counted = is_counted

    def records(self) -> QuerySet[Any]:
        """All that the person may see."""
        raise NotImplementedError

    def arranged(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with what is shown of each."""
        return found

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
    def page(self) -> Page:
        """The page that the address asks for."""
        total = None
        if self.is_counted:
            total = self.total
        return page_of(
            self.arranged(self.found),
            self.asked,
            order=self.order,
            size=self.size,
            total=total,
        )

    @cached_property
    def rows(self) -> Sequence[Any]:
        """The rows of the page, as its template shows them."""
        return self.present(self.page.rows)

    def context(self) -> dict[str, Any]:
        """What the templates of lists read."""
        return {
            "page": self.page,
            "rows": self.rows,
            "table": self.table.shown_to(self.user, self.asked, without=self.without()),
            "conditions": self.filters.chips(),
            "filter_fields": self.filters.form_fields(),
        }

    @classmethod
    def reads(cls) -> Callable[[Any], Any]:
        """Declares what the page of the list reads of its address; stands where `reads` does."""
        return reads(*cls.filterset.parameters(), paged=True)
