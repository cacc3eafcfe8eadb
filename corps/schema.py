"""What the API's document says beyond what its views show: parameters, and the ways to sign in."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from corps.parameters import Parameter


class Schema(AutoSchema):
    """What the schema says of a handler: the parameters that it declares (`reads`), as they are asked for."""

    def get_override_parameters(self) -> list[Any]:
        handler = getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)
        declared = getattr(handler, "parameters", {}).values()
        return [*super().get_override_parameters(), *(_in_schema(parameter) for parameter in declared)]


def _in_schema(parameter: Parameter) -> OpenApiParameter:
    enum = None if callable(parameter.choices) else list(parameter.choices) or None
    return OpenApiParameter(parameter.name, parameter.kind, enum=enum, description=str(parameter.description))


class KeyScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer KEY`, with a key of `./manage.py apikey LOGIN`."""

    target_class = "corps.api.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class BrowserScheme(OpenApiAuthenticationExtension):
    """The browser's session; what changes something needs the CSRF token too."""

    target_class = "corps.api.BrowserAuthentication"
    name = "browser"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
