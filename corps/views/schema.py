"""The document of the API."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from corps.access.parameters import KnownInput, Parameter, reads

CODES = [code for code, _name in settings.LANGUAGES]


class SchemaView(KnownInput, SpectacularAPIView):
    """The schema itself."""

    @extend_schema(
        summary=_("This document"),
        description=_(
            "In one language: `lang`, otherwise the first of `Accept-Language` that there is, or English."
        ),
        responses={200: OpenApiTypes.OBJECT},
    )
    @reads(Parameter("lang", CODES, description=_("The language of the descriptions")))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with translation.override(
            request.query_params.get("lang") or accepted(request)
        ):
            return super().get(request, *args, **kwargs)


def accepted(request: Request) -> str:
    """The language that a program prefers of those that there are; English where it does not say."""
    for asked, _weight in parse_accept_lang_header(
        request.headers.get("Accept-Language", "")
    ):
        for code in CODES:
            if asked == code or asked.split("-")[0] == code.split("-")[0]:
                return code
    return "en"
