"""What a list may be narrowed by, declared once: its rows, the parameters of its address, its chips, and its form.

A list's `FilterSet` stands in `filters.py` of its app. What has a value that a filter does not know never comes here:
the parameters that the filters declare are judged before (`corps.access.parameters`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.fields import RangeField
from django_filters.widgets import SuffixedMultiWidget

from corps.access.parameters import MARKS, Parameter
from corps.deadlines.clock import midnight
from corps.models import User
from corps.search import LONGEST
from corps.ui.lists import Condition

# More words than these narrow nothing further.
MOST_WORDS = 10
Choices = Iterable[tuple[Any, Any]] | Callable[[User], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FilterField:
    """One field of a list's form. kind: choice, text, search, flag or days. options: (value, label) of a choice.

    values: what is set, by the name of the parameter.
    """

    kind: str
    label: Any
    values: dict[str, str]
    options: list[tuple[Any, Any]]

    @property
    def name(self) -> str:
        return next(iter(self.values))

    @property
    def value(self) -> str:
        return self.values[self.name]


class ListFilter(django_filters.Filter):
    """A filter with a chip. label: what its chip is called. field_label: what its field is, where that differs.

    is_offered: whether the form has a field for it; otherwise links alone ask for it. pattern: what a value has to
    match as a whole; another one leaves nothing. description: what the API's document says of it.
    """

    field_class = forms.CharField
    kind = "text"

    def __init__(
        self,
        field_name: str | None = None,
        lookup_expr: str | None = None,
        *,
        label: Any,
        field_label: Any = "",
        is_offered: bool = True,
        pattern: str = "",
        description: Any = "",
        **more: Any,
    ) -> None:
        super().__init__(field_name, lookup_expr, label=label, **more)
        self.description = description
        self.field_label = field_label or label
        self.is_offered, self.pattern = is_offered, pattern
        self.offered: Mapping[str, Any] | None = None

    def __deepcopy__(self, _memo: Any) -> "ListFilter":
        """A copy for one filter set, which shares with this one what is declared."""
        copied = copy(self)
        copied.method = self.method
        return copied

    def parameters(self, name: str) -> list[Parameter]:
        """What it reads of an address."""
        return [Parameter(name, pattern=self.pattern, description=self.description)]

    def filter(self, queryset: QuerySet, value: Any) -> QuerySet:
        if value and self.pattern and not re.fullmatch(self.pattern, value):
            return queryset.none()
        return super().filter(queryset, value)

    def words(self, value: str) -> Any:
        """What the chip says of a value; None of one that is unknown."""
        return value

    @property
    def known(self) -> Mapping[str, Any]:
        """What its field offers to choose from: label by value."""
        return self.offered or {}

    def chips(self, name: str, asked: QueryDict) -> Iterator[Condition]:
        """A chip for each value that is set."""
        for value in filter(None, asked.getlist(name)):
            words = self.words(value)
            if words is not None:
                without = _without(asked, name)
                yield Condition(str(self.label), str(words), without, name, value)

    def form_field(self, name: str, asked: QueryDict) -> FilterField:
        values = {each.name: asked.get(each.name, "") for each in self.parameters(name)}
        options = list(self.known.items())
        return FilterField(self.kind, self.field_label, values, options)


class TextFilter(ListFilter):
    """A word that has to be met as it is. wording: what the chip says of it, of the word and the filter set, where
    that is another word; None of one that is unknown.

    is_suggested: whether the form offers words to choose from, which the page knows (`ListFilterSet.offer`).
    """

    def __init__(
        self,
        *given: Any,
        wording: Callable[[str, Any], Any] | None = None,
        is_suggested: bool = False,
        **more: Any,
    ) -> None:
        more.setdefault("strip", False)
        super().__init__(*given, **more)
        self.wording = wording
        if is_suggested:
            self.kind = "choice"

    def words(self, value: str) -> Any:
        if self.wording is None:
            return value
        return self.wording(value, self.parent)


class SearchFilter(ListFilter):
    """Text that is searched for.

    within: the fields that hold it: each of its words stands in one of them, in capitals or not. Without them the
    filter set's method `search` narrows the rows to a text.
    """

    kind = "search"

    def __init__(self, *, within: Sequence[str] = (), **more: Any) -> None:
        more.setdefault("label", gettext_lazy("Search"))
        super().__init__(strip=False, **more)
        self.within = within

    def parameters(self, name: str) -> list[Parameter]:
        return [Parameter(name, description=gettext_lazy("What is searched for"))]

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        text = value.strip()[:LONGEST]
        if not text:
            return queryset
        if not self.within:
            return self.parent.search(queryset, text)
        for word in text.split()[:MOST_WORDS]:
            fields = (Q(**{f"{field}__icontains": word}) for field in self.within)
            queryset = queryset.filter(reduce(or_, fields))
        return queryset


class FlagFilter(ListFilter):
    """A condition that is set with 1. words: what the chip says of it, or a function of the person who asks."""

    kind = "flag"

    def __init__(self, *given: Any, words: Any, value: str = "1", **more: Any) -> None:
        super().__init__(*given, **more)
        self.said, self.set_by = words, value

    def parameters(self, name: str) -> list[Parameter]:
        return [Parameter(name, (self.set_by,))]

    def words(self, value: str) -> Any:
        if callable(self.said):
            return self.said(self.parent.request.user)
        return self.said


class ChoiceFilter(ListFilter):
    """One of several values. choices: (value, label), or a function that gives them by value for a person.

    unlisted: values with their words that links alone ask for, which the form does not offer.
    """

    kind = "choice"

    def __init__(
        self,
        *given: Any,
        choices: Choices,
        unlisted: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.choices, self.unlisted = choices, unlisted or {}
        if not callable(choices):
            self.choices = tuple(choices)

    def parameters(self, name: str) -> list[Parameter]:
        if callable(self.choices):
            return [Parameter(name, self.choices, pattern=self.pattern)]
        values = [str(value) for value, _label in self.choices]
        return [Parameter(name, (*self.unlisted, *values))]

    @property
    def known(self) -> Mapping[str, Any]:
        """Label by value, as the person who asks may choose them."""
        if self.offered is None:
            choices: Any = self.choices
            if callable(choices):
                choices = choices(self.parent.request.user)
            self.offered = dict(choices)
        return self.offered

    def words(self, value: str) -> Any:
        return self.known.get(value, self.unlisted.get(value))


class _DayRange(SuffixedMultiWidget):
    """Both ends of a range. ends: their names, where they are not made of the field's own."""

    suffixes = ["from", "to"]

    def __init__(self, ends: tuple[str, str] | None = None) -> None:
        super().__init__((forms.DateInput, forms.DateInput))
        self.ends = ends

    def suffixed(self, name: str, suffix: str) -> str:
        if self.ends is None:
            return super().suffixed(name, suffix)
        return self.ends[self.suffixes.index(suffix)]


class DayRangeFilter(ListFilter):
    """From a day to a day, both of them within. of_moments: the column holds moments and not days.

    ends: the names of both parameters, where they are not made of the filter's own.
    """

    kind = "days"
    field_class = RangeField

    def __init__(
        self,
        *given: Any,
        of_moments: bool = False,
        ends: tuple[str, str] | None = None,
        **more: Any,
    ) -> None:
        days = [forms.DateField(input_formats=["%Y-%m-%d"]) for _end in range(2)]
        super().__init__(*given, fields=days, **more)
        self.extra["widget"] = _DayRange(ends)
        self.of_moments, self.ends = of_moments, ends

    def names(self, name: str) -> tuple[str, str]:
        """The parameters of both ends."""
        return self.ends or (f"{name}_from", f"{name}_to")

    def parameters(self, name: str) -> list[Parameter]:
        return [Parameter(end, kind=date) for end in self.names(name)]

    def filter(self, queryset: QuerySet, value: slice | None) -> QuerySet:
        if value is None:
            return queryset
        first, last = value.start, value.stop
        if first and self.of_moments:
            queryset = queryset.filter(**{f"{self.field_name}__gte": midnight(first)})
        elif first:
            queryset = queryset.filter(**{f"{self.field_name}__gte": first})
        if last and self.of_moments:
            after = midnight(last + timedelta(days=1))
            queryset = queryset.filter(**{f"{self.field_name}__lt": after})
        elif last:
            queryset = queryset.filter(**{f"{self.field_name}__lte": last})
        return queryset

    def chips(self, name: str, asked: QueryDict) -> Iterator[Condition]:
        """One chip for both ends."""
        names = self.names(name)
        first, last = (str(asked.get(end, "")) for end in names)
        if not (first or last):
            return
        words = _("%(first)s to %(last)s") % {"first": first, "last": last}
        if not last:
            words = _("from %(first)s") % {"first": first}
        elif not first:
            words = _("until %(last)s") % {"last": last}
        without = _without(asked, *names)
        end = names[0] if first else names[1]
        yield Condition(str(self.label), words, without, end, first or last)


class ListFilterSet(django_filters.FilterSet):
    """The filters of a list, in the order of its form and its chips."""

    @classmethod
    def parameters(cls) -> list[Parameter]:
        """What the address of the list may narrow it by."""
        declared = cls.base_filters.items()
        return [each for name, one in declared for each in one.parameters(name)]

    @property
    def qs(self) -> QuerySet:
        """The rows that are asked for. Where nothing is set, no form is made to judge it."""
        if not self.data:
            return self.queryset.all()
        return super().qs

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """The rows that all filters leave; none where a value is not even of its kind."""
        if self.form.errors:
            return queryset.none()
        return super().filter_queryset(queryset)

    def chips(self) -> list[Condition]:
        """What is set, in words."""
        filters = self.filters.items()
        return [chip for name, one in filters for chip in one.chips(name, self.data)]

    def offer(self, name: str, choices: Mapping[str, Any]) -> None:
        """Have a field offer these choices, label by value, which the page has at hand."""
        self.filters[name].offered = choices

    def form_fields(self) -> list[FilterField]:
        """The fields of the form; a choice without anything to choose from has none."""
        fields = [
            one.form_field(name, self.data)
            for name, one in self.filters.items()
            if one.is_offered
        ]
        return [field for field in fields if field.options or field.kind != "choice"]


def _without(asked: QueryDict, *names: str) -> str:
    """The query without some parameters, from the first page on."""
    query = asked.copy()
    for name in (*MARKS, *names):
        query.pop(name, None)
    return f"?{query.urlencode()}"
