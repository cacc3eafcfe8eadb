"""What an address may ask for: declared beside the view, page or API alike, and refused by name where it is not."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings

from corps.deadlines.clock import parse_day

Handler = TypeVar("Handler", bound=Callable[..., Any])
# The parameters that say where in a list of a page it begins.
MARKS = ("after", "before")
# What the sign-in and HTMX add to the address of a page by themselves.
ANYWHERE = frozenset({"next", "org.htmx.cache-buster"})
LONGEST_VALUE, MOST_NAMED = 40, 20
NUMBER = r"[0-9]{1,18}"


class UnknownInput(Exception):
    """An address asks for what is not known there. faults: a sentence for each parameter."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an address. choices: the only values it may have besides none, or a function that gives them
    for a person; empty where any is read. pattern: what a value has to match as a whole.

    many: it may be given more than once. kind (str, int, date) and description are for the schema.
    """

    name: str
    choices: Sequence[str] | Callable[[Any], Collection[str]] = ()
    many: bool = False
    kind: type = str
    description: Any = ""
    pattern: str = ""

    def fault(self, values: Sequence[str], user: Any = None) -> str:
        """Why these values cannot be taken, or "". user: whose choices there are."""
        if len(values) > 1 and not self.many:
            return _("“%(name)s” may be given once.") % {"name": self.name}
        for value in filter(None, values):
            if fault := self._fault_of(value, user):
                return fault
        return ""

    def _fault_of(self, value: str, user: Any) -> str:
        names = {"name": self.name, "value": value[:LONGEST_VALUE]}
        if self.kind is date and parse_day(value) is None:
            return _("“%(name)s”: give a date as 2026-11-05.") % names
        if self.pattern and not re.fullmatch(self.pattern, value):
            return _("“%(name)s” has no value “%(value)s”.") % names
        choices = self.choices(user) if callable(self.choices) else self.choices
        if not self.choices or value in choices:
            return ""
        if callable(self.choices) or len(choices) > MOST_NAMED:
            return _("“%(name)s” has no value “%(value)s”.") % names
        said = _("“%(name)s” has no value “%(value)s”. There are: %(choices)s.")
        return said % (names | {"choices": ", ".join(choices)})


def number(name: str, **more: Any) -> Parameter:
    """A parameter whose value is a whole number, such as an id."""
    return Parameter(name, pattern=NUMBER, **more)


def day(name: str, **more: Any) -> Parameter:
    """A parameter whose value is a Shanghai date."""
    return Parameter(name, kind=date, **more)


SEARCH = Parameter("q", description=gettext_lazy("What is searched for"))


def reads(
    *parameters: Parameter | str, paged: bool = False, has_body: bool = False
) -> Callable[[Handler], Handler]:
    """Declare all that a view reads: the parameters of its address, and whether a handler of the API takes a body.

    A name alone stands for a parameter with any value. paged: it answers a page of a list, so that it also reads where
    the page begins. What declares nothing reads nothing. A page stands beneath `open_to`, which asks.
    """
    stated = [
        Parameter(parameter) if isinstance(parameter, str) else parameter
        for parameter in parameters
    ]

    def declare(handler: Handler) -> Handler:
        described: Any = handler
        described.parameters = {parameter.name: parameter for parameter in stated}
        described.is_paged, described.has_body = paged, has_body
        return handler

    return declare


def passes_on(view: Handler) -> Handler:
    """Declare that a page answers with another view, which it asks `refuse_unknown` about itself."""
    view.parameters = None  # type: ignore[attr-defined]
    return view


def refuse_unknown(request: HttpRequest, view: Any) -> None:
    """Raises UnknownInput for what the address of a page asks for and the view does not read."""
    known = getattr(view, "parameters", {})
    if known is None or request.method not in ("GET", "HEAD"):
        return
    if getattr(view, "is_paged", False):
        known = known | {name: Parameter(name) for name in MARKS}
    given = [
        name
        for name in request.GET
        if name not in ANYWHERE and not name.startswith("utm_")
    ]
    if faults := faults_of(request.GET, given, known, request.user):
        raise UnknownInput(faults)


def faults_of(
    values: QueryDict, given: Iterable[str], known: Mapping[str, Parameter], user: Any
) -> dict[str, str]:
    """A sentence for each name that is given and not known, and for each that has a value that is not."""
    faults = {
        name: _("There is no parameter “%(name)s” here.") % {"name": name}
        for name in given
        if name not in known
    }
    for name, parameter in known.items():
        if name in values and (fault := parameter.fault(values.getlist(name), user)):
            faults[name] = fault
    return faults


class KnownInput:
    """A view of the API that refuses what its handlers do not declare (`reads`), before anything is done."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        handler = getattr(self, (request.method or "").lower(), None)
        if handler is None:
            return
        known = {
            api_settings.URL_FORMAT_OVERRIDE: Parameter(
                api_settings.URL_FORMAT_OVERRIDE
            )
        }
        known |= getattr(handler, "parameters", {})
        if getattr(handler, "is_paged", False):
            paginator = self.paginator  # type: ignore[attr-defined]
            for name in (paginator.cursor_query_param, paginator.page_size_query_param):
                known[name] = Parameter(name)
        if faults := faults_of(
            request.query_params, request.query_params, known, request.user
        ):
            raise ValidationError(
                {
                    name: ValidationError(said, "unknown")
                    for name, said in faults.items()
                }
            )
        if not getattr(handler, "has_body", False):
            refuse_body(request)


class KnownFields(Serializer):
    """A serializer that refuses fields it does not have."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            refuse_unknown_fields([("", data)], self.fields)
        return super().to_internal_value(data)


def refuse_unknown_fields(
    bodies: Iterable[tuple[str, Mapping[str, Any]]], known: Iterable[str]
) -> None:
    """Raises ValidationError for fields that are not known. bodies: where each stands, such as "[2].", and its fields.

    What a browser's form carries to show that it is ours is no field.
    """
    names = {*known, "csrfmiddlewaretoken"}
    unknown = [
        (f"{place}{name}", name)
        for place, body in bodies
        for name in body
        if name not in names
    ]
    if unknown:
        said = _("There is no field “%(name)s” here.")
        raise ValidationError(
            {
                path: ValidationError(said % {"name": name}, "unknown")
                for path, name in unknown
            }
        )


def refuse_body(request: Request) -> None:
    """Raises ValidationError for a body where none is read."""
    if request.method in ("GET", "HEAD", "OPTIONS") or not request.data:
        return
    if isinstance(request.data, Mapping):
        refuse_unknown_fields([("", request.data)], ())
    else:
        raise ValidationError(_("No body is taken here."), "unknown")
