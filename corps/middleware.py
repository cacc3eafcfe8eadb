"""What every request passes: the language of its reader, and the origin of its acts."""

import ipaddress
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django_structlog.middlewares import RequestMiddleware

from corps import workflow
from corps.access.decorators import DRAFTS_DONE
from corps.access.limits import LimitExceeded
from corps.accounts.session_store import SessionStore
from corps.audit.origin import audit_origin
from corps.ui.navigation import forget_counts
from corps.views.site import bad_request, limit_exceeded
from corps.views.status import VIEWS

Handler = Callable[[HttpRequest], HttpResponse]
MOST_DRAFTS = 20
NOT_LOGGED = frozenset({"/pulse/"})


class StatusMiddleware:
    """Answers /healthz, /readyz and /statusz itself, before host names and sessions are looked at."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path_info)
        if view is None:
            return self.get_response(request)
        response = view(request)
        # The middleware that states it for everything else is not reached; without it the server sends in pieces.
        response.headers["Content-Length"] = str(len(response.content))
        return response


class RequestLogMiddleware(RequestMiddleware):
    """One log line for each request, but for what open pages ask by themselves all day."""

    def __call__(self, request: HttpRequest) -> Any:
        return (
            self.get_response(request)
            if request.path_info in NOT_LOGGED
            else super().__call__(request)
        )


class PersonLocaleMiddleware:
    """Simplified Chinese, unless the person chose English.

    What the browser says it accepts is not asked: it tells what the machine was bought with, not what its user reads.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = (
            chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        )
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie",))
        return response


class ActMiddleware:
    """Whatever a request does, the audit can name its channel, address and request id."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        channel = "api" if request.path_info.startswith("/api/") else "page"
        request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
        address = client_address(request)
        structlog.contextvars.bind_contextvars(ip=address)
        with audit_origin(channel=channel, address=address, request_id=request_id):
            return self.get_response(request)


class NoNullMiddleware:
    """400 for an address or a form with a null character in it.

    No browser sends one, and no text in the database can hold it. A form with files is left to its fields.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = (
            request.body
            if request.content_type == "application/x-www-form-urlencoded"
            else b""
        )
        if (
            "\x00" in request.path_info
            or "%00" in request.META.get("QUERY_STRING", "")
            or b"%00" in sent
        ):
            return self._refused(request)
        return self.get_response(request)

    @staticmethod
    def _refused(request: HttpRequest) -> HttpResponse:
        """Answered here and not raised: the request's own line in the log says all that there is to say."""
        response = bad_request(
            request, BadRequest("A null character in what was sent.")
        )
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response


class LimitMiddleware:
    """A page, or a problem document, for whoever did something more often than a limit allows."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, LimitExceeded):
            return limit_exceeded(request, exception)
        return None


class DraftMiddleware:
    """A form whose text the browser keeps sends the key of the text as `draft`. What was sent is accepted once the
    answer leads on to another page (a refused form is shown again); the next page then says: forget the text."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or not 300 <= response.status_code < 400:
            return response
        owed = getattr(request, "second_factor_owed", False) or getattr(
            request, "password_owed", False
        )
        if (
            (key := request.POST.get("draft", "")[:100])
            and request.user.is_authenticated
            and not owed
        ):
            request.session[DRAFTS_DONE] = [*request.session.get(DRAFTS_DONE, ()), key][
                -MOST_DRAFTS:
            ]
        return response


class FreshCountsMiddleware:
    """What a person sends changes the counts beside the links: the page that answers it counts anew, and so does the
    next, for what was counted while the view was at work may be too early."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self.get_response(request)
        self._forget(request)
        response = self.get_response(request)
        self._forget(request)
        return response

    @staticmethod
    def _forget(request: HttpRequest) -> None:
        if request.user.is_authenticated:
            forget_counts(request.user)


class PrivateCacheMiddleware:
    """Nothing that was answered stays in a browser or proxy, unless the view says that it is `public`.

    What carries an ETag may be kept by the browser alone, and is asked about each time. Static files are answered
    before this is reached.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        stated = response.headers.get("Cache-Control", "")
        if "public" not in stated and "no-store" not in stated:
            response.headers["Cache-Control"] = (
                "private, no-cache" if response.has_header("ETag") else "no-store"
            )
        return response


class RetryAfterMiddleware:
    """429 for a form that was refused because of too many attempts; `corps.accounts.lockout.refusal` notes how
    long to wait."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if wait := getattr(request, "retry_after", 0):
            response.status_code = 429
            response.headers["Retry-After"] = str(wait)
        return response


class SessionUseMiddleware:
    """Notes once a minute that a session is in use, except by what a page asks for by itself (`extends_no_session`)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "extends_no_session", False) or not isinstance(
            request.session, SessionStore
        ):
            return response
        now = timezone.now()
        if request.session.session_key and request.session.is_due_to_be_seen(now):
            workflow.note_session_use(request.session.session_key, at=now)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> None:
        request.extends_no_session = getattr(view, "extends_no_session", False)  # type: ignore[attr-defined]


class NotAllowedMiddleware:
    """A page for whoever opens an address that takes only what a button sends; Django answers with an empty one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code != 405
            or response.streaming
            or response.content
            or request.method == "HEAD"
        ):
            return response
        page = render(request, "corps/405.html", status=405)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page


def client_address(request: HttpRequest) -> str:
    """The caller's IP address, or "".

    Of X-Forwarded-For only the entries that one's own proxies wrote count (TRUSTED_PROXIES of them, from the right).
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        passed = [
            part.strip()
            for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            if part.strip()
        ]
        if len(passed) >= settings.TRUSTED_PROXIES:
            address = passed[-settings.TRUSTED_PROXIES]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""
