"""The document of the API."""

from typing import Any

from django.conf import settings
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
