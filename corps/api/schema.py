"""What the API's document says beyond what its views show: parameters, refusals, and the ways to sign in."""

import csv
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from corps.access.parameters import Parameter
from corps.installation.organisation import current

# Made from the code by `python -m tests.refusals`.
REFUSALS = Path(__file__).with_name("refusals.tsv")
TAGS = {
    "complaints": gettext_lazy("Submit a complaint with its sheet"),
    "imports": gettext_lazy("Follow how a sheet is read and registered"),
    "notices": gettext_lazy("Read notices and their items, and answer them"),
    "statistics": gettext_lazy("The two numbers, and what stands beside them"),
    "schema": gettext_lazy("This document"),
}
ABOUT = gettext_lazy(
    "Complaints of firms, notices to platforms and their answers. Lists come in pages: follow `next`. An unknown "
    "parameter or field is refused with 400 and named, nothing is taken then. Every error is a problem document "
    "(RFC 9457) with a `code` of a closed list."
)
PROBLEMS = {
    HTTPStatus.BAD_REQUEST: gettext_lazy(
        "Something that was sent is not known or cannot be read; `errors` says what."
    ),
    HTTPStatus.UNAUTHORIZED: gettext_lazy(
        "No key and no session, or none that is valid."
    ),
    HTTPStatus.FORBIDDEN: gettext_lazy("You may see this, but not do that."),
    HTTPStatus.NOT_FOUND: gettext_lazy("It does not exist for you."),
    HTTPStatus.CONFLICT: gettext_lazy(
        "As things stand it cannot be done; `code` and `detail` say why."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext_lazy("More was sent than is taken."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: gettext_lazy(
        "The body is of another media type."
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: gettext_lazy(
        "The Idempotency-Key came before with another body."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: gettext_lazy(
        "Too often; `Retry-After` says how many seconds to wait."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_lazy(
        "Not at this moment; `Retry-After` says how many seconds to wait."
    ),
}
READING = (400, 401, 404, 429, 503)
WRITING = (*READING, 403, 409, 413, 415)


@cache
def refusal_codes(*kinds: str) -> list[str]:
    """The codes of the closed list, of some kinds: "act" (an act, or a row of many), "problem" (any other error)."""
    with REFUSALS.open(encoding="utf-8", newline="") as file:
        return sorted(
            {
                row["code"]
                for row in csv.DictReader(file, delimiter="\t")
                if row["kind"] in kinds
            }
        )


class CodeField(serializers.CharField):
    """One of some codes, of which `docs/refusals.md` says what they mean."""

    def __init__(self, codes: list[str], **stated: Any) -> None:
        super().__init__(**stated)
        self.codes = codes


class CodeFieldInSchema(OpenApiSerializerFieldExtension):
    """The codes without their sentences, which would be most of the document."""

    target_class = CodeField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "enum": self.target.codes}


class ErrorSerializer(serializers.Serializer):
    """What is wrong with one field."""

    field = serializers.CharField(
        help_text=gettext_lazy(
            "Where it stands, such as `[2].foo`; empty for the whole"
        )
    )
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """An error (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = CodeField(refusal_codes("act", "problem"))
    errors = ErrorSerializer(many=True, required=False)  # type: ignore[assignment]
    details = serializers.DictField(required=False)
    by = serializers.CharField(
        required=False, help_text=gettext_lazy("Who was first, where somebody was")
    )
    at = serializers.CharField(required=False, help_text=gettext_lazy("When they were"))


class Schema(AutoSchema):
    """What the schema says of a handler: the parameters that it declares (`reads`), as they are asked for, and the
    problems that it may answer with."""

    def get_override_parameters(self) -> list[Any]:
        handler = getattr(
            self.view, getattr(self.view, "action", None) or self.method.lower(), None
        )
        declared = getattr(handler, "parameters", {}).values()
        return [
            *super().get_override_parameters(),
            *(_in_schema(parameter) for parameter in declared),
        ]

    def _get_response_bodies(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(*args, **kwargs)
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        for status in sorted(READING if self.method == "GET" else WRITING):
            bodies.setdefault(
                str(status), {"description": PROBLEMS[HTTPStatus(status)]}
            )
        if "204" in bodies:
            bodies["204"]["description"] = _("It is done.")
        for code, body in bodies.items():
            if code[0] in "45":
                body["content"] = {"application/problem+json": {"schema": problem}}
        return bodies


def _in_schema(parameter: Parameter) -> OpenApiParameter:
    enum = None if callable(parameter.choices) else list(parameter.choices) or None
    return OpenApiParameter(
        parameter.name,
        parameter.kind,
        enum=enum,
        description=str(parameter.description),
    )


def finish(
    result: dict[str, Any], request: Any = None, **_kwargs: Any
) -> dict[str, Any]:
    """The document with who answers for it and where it holds, in the language that is active.

    request: None for a command, which needs no database and so does not know what the administrator stated.
    """
    name = current().name if request else settings.ORGANISATION
    result["info"] |= {
        "description": str(ABOUT),
        "contact": {"name": name, "url": settings.SITE_URL},
    }
    result["servers"] = [
        {"url": settings.SITE_URL, "description": _("This installation")}
    ]
    used = {
        tag
        for path in result["paths"].values()
        for operation in path.values()
        for tag in operation["tags"]
    }
    result["tags"] = [
        {"name": name, "description": said}
        for name, said in TAGS.items()
        if name in used
    ]
    for component in result["components"]["schemas"].values():
        if (
            component.get("type") == "object"
        ):  # the docstring, which is in English whatever is asked for
            component.pop("description", None)
    done: dict[str, Any] = _in_words(result)
    return done


def _in_words(part: Any) -> Any:
    """The same with every lazy text as text."""
    match part:
        case dict():
            return {name: _in_words(value) for name, value in part.items()}
        case list() | tuple():
            return [_in_words(value) for value in part]
        case Promise():
            return str(part)
    return part


class KeyScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer KEY`, with a key of `./manage.py apikey LOGIN`."""

    target_class = "corps.api.base.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class BrowserScheme(OpenApiAuthenticationExtension):
    """The browser's session; what changes something needs the CSRF token too."""

    target_class = "corps.api.base.BrowserAuthentication"
    name = "browser"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
