"""What an address may ask for: declared beside the view, and refused by name where it is not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings

Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an address. choices: the only values it may have besides none; empty where any is read.

    many: it may be given more than once. kind and description are for the schema.
    """

    name: str
    choices: Sequence[str] = ()
    many: bool = False
    kind: type = str
    description: Any = ""

    @property
    def in_schema(self) -> OpenApiParameter:
        return OpenApiParameter(self.name, self.kind, enum=self.choices or None, description=self.description)

    def fault(self, values: Sequence[str]) -> str:
        """Why these values cannot be taken, or ""."""
        if len(values) > 1 and not self.many:
            return _("“%(name)s” may be given once.") % {"name": self.name}
        for value in values:
            if value and self.choices and value not in self.choices:
                said = _("“%(name)s” has no value “%(value)s”. There are: %(choices)s.")
                return said % {"name": self.name, "value": value[:40], "choices": ", ".join(self.choices)}
        return ""


def reads(*parameters: Parameter, paged: bool = False, has_body: bool = False) -> Callable[[Handler], Handler]:
    """Declare what a handler of the API reads: the parameters of its address, and whether it takes a body.

    paged: it answers a page of a list, with what its paginator reads. A handler that declares nothing takes nothing.
    """

    def declare(handler: Handler) -> Handler:
        described: Any = extend_schema(parameters=[parameter.in_schema for parameter in parameters])(handler)
        described.parameters = {parameter.name: parameter for parameter in parameters}
        described.is_paged, described.has_body = paged, has_body
        return described

    return declare


class KnownInput:
    """A view of the API that refuses what its handlers do not declare (`reads`), before anything is done."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        handler = getattr(self, (request.method or "").lower(), None)
        if handler is None:
            return
        known = {api_settings.URL_FORMAT_OVERRIDE: Parameter(api_settings.URL_FORMAT_OVERRIDE)}
        known |= getattr(handler, "parameters", {})
        if getattr(handler, "is_paged", False):
            paginator = self.paginator  # type: ignore[attr-defined]
            for name in (paginator.cursor_query_param, paginator.page_size_query_param):
                known[name] = Parameter(name)
        refuse_unknown_parameters(request.query_params, known)
        if not getattr(handler, "has_body", False):
            refuse_body(request)


class KnownFields(Serializer):
    """A serializer that refuses fields it does not have."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            refuse_unknown_fields([("", data)], self.fields)
        return super().to_internal_value(data)


def refuse_unknown_parameters(given: QueryDict, known: Mapping[str, Parameter]) -> None:
    """Raises ValidationError by parameter, for those that are not known or have a value that is not."""
    faults = {name: _("There is no parameter “%(name)s” here.") % {"name": name} for name in given if name not in known}
    for name, parameter in known.items():
        if fault := parameter.fault(given.getlist(name)):
            faults[name] = fault
    if faults:
        raise ValidationError({name: ValidationError(said, "unknown") for name, said in faults.items()})


def refuse_unknown_fields(bodies: Iterable[tuple[str, Mapping[str, Any]]], known: Iterable[str]) -> None:
    """Raises ValidationError for fields that are not known. bodies: where each stands, such as "[2].", and its fields.

    What a browser's form carries to show that it is ours is no field.
    """
    names = {*known, "csrfmiddlewaretoken"}
    unknown = [(f"{place}{name}", name) for place, body in bodies for name in body if name not in names]
    if unknown:
        said = _("There is no field “%(name)s” here.")
        raise ValidationError({path: ValidationError(said % {"name": name}, "unknown") for path, name in unknown})


def refuse_body(request: Request) -> None:
    """Raises ValidationError for a body where none is read."""
    if request.method in ("GET", "HEAD", "OPTIONS") or not request.data:
        return
    if isinstance(request.data, Mapping):
        refuse_unknown_fields([("", request.data)], ())
    else:
        raise ValidationError(_("No body is taken here."), "unknown")
