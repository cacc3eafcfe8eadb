"""How the API's schema tells of the ways to sign in."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from corps.parameters import KnownInput, Parameter, reads


class SchemaView(KnownInput, SpectacularAPIView):
    """The schema itself, in the language asked for."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    @reads(Parameter("lang", [code for code, _name in settings.LANGUAGES]))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


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
