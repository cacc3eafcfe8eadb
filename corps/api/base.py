"""What every API of the site shares: who is calling, pages of a list, and how an error is told (RFC 9457)."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import IO, Any

from django.conf import settings
from django.core import exceptions as django_exceptions
from django.db.models import Subquery
from django.http import Http404, UnreadablePostError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error

from corps import workflow
from corps.access.limits import LIMIT_CODES, LimitExceeded, count, count_often
from corps.access.networks import network
from corps.access.permissions import may
from corps.api.problems import PROBLEM_TYPE, document
from corps.errors import TransitionRefused
from corps.installation.reference_data import see
from corps.models import ApiKey, Installation, User

READS = ("GET", "HEAD", "OPTIONS")


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. Only the key's SHA-256 is looked up; its day of last use is noted once a day."""

    keyword = "bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The key's account, or None if there is no such header.

        Raises AuthenticationFailed for a key unknown, LimitExceeded for too many of them from one address.
        """
        words = request.headers.get("Authorization", "").split()
        if not words or words[0].lower() != self.keyword:
            return None
        if len(words) != 2:
            raise exceptions.AuthenticationFailed(
                _("The header reads: Authorization: Bearer KEY.")
            )
        digest = hashlib.sha256(words[1].encode()).hexdigest()
        changed = Subquery(Installation.objects.values("reference_changed_at")[:1])
        keys = ApiKey.objects.select_related("user").annotate(
            reference_changed_at=changed
        )
        key = keys.filter(digest=digest, revoked_at=None, user__is_active=True).first()
        if key is None:
            count("api.wrong_keys", network())
            raise exceptions.AuthenticationFailed(
                _("This key is unknown or was revoked.")
            )
        see(key.reference_changed_at)
        if request.method in READS:
            count_often("api.reads", key.pk)
        else:
            count("api.writes", key.pk)
        workflow.note_key_use(key, timezone.localdate())
        if key.user.language:
            translation.activate(key.user.language)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class BrowserAuthentication(SessionAuthentication):
    """The browser's session, with CSRF on everything that changes something."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class JsonBody(JSONParser):
    """JSON that can be worked with and kept: not nested without end, and no half of a surrogate pair in its texts."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body as Python values. Raises ParseError."""
        try:
            body = super().parse(stream, media_type, parser_context)
            json.dumps(body, ensure_ascii=False).encode()
        except RecursionError as deep:
            raise exceptions.ParseError(_("The body is nested too deeply.")) from deep
        except UnicodeEncodeError as halves:
            raise exceptions.ParseError(
                _("The body holds text that is not Unicode.")
            ) from halves
        return body


class MayDoVerb(BasePermission):
    """Only who may do the `verb` that the view names; for the others there is nothing here (404)."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        if not may(request.user, view.verb):
            raise Http404
        return True


# Every list of the API is ordered by whole numbers.
PLACE = re.compile(r"[0-9]{1,18}")


class CursorPages(CursorPagination):
    """`next, previous, results` by cursor, newest first unless the view states its `ordering`."""

    page_size_query_param = "page_size"
    max_page_size = 1000
    ordering = "-id"

    def get_ordering(
        self, request: Request, queryset: Any, view: Any
    ) -> tuple[str, ...]:
        stated = getattr(view, "ordering", None) or self.ordering
        return (stated,) if isinstance(stated, str) else tuple(stated)

    def decode_cursor(self, request: Request) -> Any:
        """As DRF reads it; a place that is no number, which nobody was given, is 404 as every cursor that is none."""
        cursor = super().decode_cursor(request)
        if (
            cursor is not None
            and cursor.position is not None
            and not PLACE.fullmatch(str(cursor.position))
        ):
            raise exceptions.NotFound(self.invalid_cursor_message)
        return cursor


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error as a problem document. None for a defect, which becomes a 500."""
    if isinstance(exc, TransitionRefused):
        details = _plain(exc.details)
        first = {name: details[name] for name in ("by", "at") if details.get(name)}
        return _answer(
            HTTPStatus.CONFLICT, str(exc.message), exc.code, details=details, **first
        )
    exc = _as_api_exception(exc)
    if not isinstance(exc, exceptions.APIException):
        return None
    headers = {}
    if header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if isinstance(exc, exceptions.ValidationError):
        errors = list(_field_errors(exc.detail))
        said = (
            _("Some of what was sent is not right.")
            if any(e["field"] for e in errors)
            else errors[0]["detail"]
        )
        return _answer(exc.status_code, said, "invalid", headers, errors=errors)
    codes = exc.get_codes()
    code = code_of(codes) if isinstance(codes, str) else "error"
    return _answer(exc.status_code, str(exc.detail), code, headers)


class Exceeded(exceptions.APIException):
    """More than one of the limits allows."""

    def __init__(self, exceeded: LimitExceeded) -> None:
        self.status_code = exceeded.limit.answer
        self.wait = exceeded.retry_after
        super().__init__(str(exceeded.message), LIMIT_CODES[exceeded.limit.answer])


class TooLarge(exceptions.APIException):
    """More was sent than is taken in."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too-large"
    default_detail = gettext_lazy("More was sent than is taken.")

    def __init__(self, detail: Any = None) -> None:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
        super().__init__(
            detail or _("The body is larger than %(limit)d MB.") % {"limit": limit}
        )


OWN_PROBLEMS: list[type[exceptions.APIException]] = [TooLarge]


def code_of(code: Any) -> str:
    """A code as the API spells it, whoever gave it."""
    return str(code).replace("_", "-")


def _as_api_exception(exc: Exception) -> Exception:
    match exc:
        case LimitExceeded():
            return Exceeded(exc)
        case django_exceptions.RequestDataTooBig():
            return TooLarge()
        case django_exceptions.SuspiciousOperation() | UnreadablePostError():
            return exceptions.ParseError()
        case django_exceptions.ValidationError():
            return exceptions.ValidationError(as_serializer_error(exc))
        case Http404():
            return exceptions.NotFound()
        case django_exceptions.PermissionDenied():
            return exceptions.PermissionDenied(*exc.args)
    return exc


def _field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested error detail as a flat list: field (dotted path, empty for the whole), code, detail."""
    if isinstance(detail, dict):
        for name, below in detail.items():
            yield from _field_errors(
                below,
                path if name == "non_field_errors" else f"{path}.{name}".lstrip("."),
            )
    elif isinstance(detail, list):
        for number, below in enumerate(detail):
            nested = isinstance(below, dict | list)
            yield from _field_errors(
                below, f"{path}.{number}".lstrip(".") if nested else path
            )
    else:
        yield {
            "field": path,
            "code": getattr(detail, "code", "invalid"),
            "detail": str(detail),
        }


def _plain(details: dict[str, Any]) -> dict[str, Any]:
    simple = str | int | float | bool | list | tuple | dict | None
    return {
        name: value if isinstance(value, simple) else str(value)
        for name, value in details.items()
    }


def _answer(
    status: int,
    detail: str,
    code: str,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    return Response(
        document(status, detail, code, **more),
        status=status,
        headers=headers,
        content_type=PROBLEM_TYPE,
    )
