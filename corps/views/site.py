"""Pages of the whole system: home, language, notifications, and what is not there."""

import sys
from http import HTTPStatus

import structlog
from django.conf import settings
from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template import Engine
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from django.views.decorators.http import require_GET, require_POST

from corps import workflow
from corps.access.decorators import SignedIn, open_to, safe_goal
from corps.access.limits import LIMIT_CODES, LimitExceeded
from corps.access.parameters import passes_on, reads, refuse_unknown
from corps.accounts.adapter import remember_language
from corps.api.problems import is_api, problem_page
from corps.forms import NoActChosen
from corps.mail.events import line_of
from corps.models import Notification
from corps.ui import navigation
from corps.ui.extensions import home_pages
from corps.ui.lists import page_of
from corps.unavailable import Unavailable, translated, unavailable

log = structlog.get_logger(__name__)
LIMIT_TITLES = {
    HTTPStatus.TOO_MANY_REQUESTS: gettext_lazy("Too many tries"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext_lazy("This is too much at once"),
    HTTPStatus.INSUFFICIENT_STORAGE: gettext_lazy("There is no room for this"),
}


@open_to()
@passes_on
def home(request: SignedIn) -> HttpResponseBase:
    """What do I do now? Each scope has its own answer."""
    view = home_pages[request.user.scope]
    refuse_unknown(request, view)
    return view(request)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Read in the other language from now on; the browser remembers it, and so does the account."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(safe_goal(request))
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            workflow.choose_language(request.user, language)
        remember_language(response, language)
    return response


@open_to()
@reads(paged=True)
@require_GET
def notifications(request: SignedIn) -> HttpResponse:
    """A person's own lines, newest first."""
    navigation.forget_counts(
        request.user
    )  # the bell on this page counts what its list shows
    lines = Notification.objects.filter(user=request.user)
    page = page_of(lines, request.GET, order=("-created_at", "-id"))
    for line in page:
        line.said = line_of(line)
    return render(request, "corps/notifications.html", {"page": page})


@open_to()
@require_POST
def read_notifications(request: SignedIn) -> HttpResponse:
    """Mark all of a person's lines as read, and what happened until now as known; or the one line that is named."""
    named = request.POST.get("line", "")
    if named.isascii() and named.isdigit() and len(named) < 19:
        workflow.read_notifications(request.user, [int(named)])
    else:
        workflow.catch_up(request.user, at=timezone.now())
    return redirect(safe_goal(request) if "next" in request.POST else "notifications")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, as a problem document for programs."""
    if is_api(request):
        return problem_page(
            request, 404, _("There is nothing at this address."), "not-found"
        )
    return defaults.page_not_found(request, exception, "corps/404.html")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, as a problem document for programs."""
    if is_api(request):
        return problem_page(
            request,
            403,
            str(exception) or _("This is not allowed."),
            "permission-denied",
        )
    return render(request, "corps/403.html", {"reason": str(exception)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for what is too large, as a problem document for programs."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        if is_api(request):
            return problem_page(
                request, 413, _("The request is too large."), "too-large"
            )
        return render(
            request, "corps/413.html", {"back": _page_before(request)}, status=413
        )
    if is_api(request):
        return problem_page(
            request, 400, _("The request cannot be read."), "bad-request"
        )
    context = {
        "is_act_missing": isinstance(exception, NoActChosen),
        "back": _page_before(request),
    }
    return render(request, "corps/400.html", context, status=400)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: more tries than one address gets, as a problem document for programs."""
    if is_api(request):
        return problem_page(
            request, 429, _("Too many requests; wait a minute."), "throttled"
        )
    return render(
        request, "corps/429.html", {"back": _page_before(request)}, status=429
    )


def limit_exceeded(request: HttpRequest, exceeded: LimitExceeded) -> HttpResponse:
    """429, 413 or 507: more than a limit allows, said with how long to wait; for programs a problem document."""
    status = exceeded.limit.answer
    if is_api(request):
        response: HttpResponse = problem_page(
            request, status, str(exceeded.message), LIMIT_CODES[status]
        )
    else:
        context = {
            "title": LIMIT_TITLES[status],
            "message": exceeded.message,
            "status": status.value,
            "back": _page_before(request),
        }
        response = render(request, "corps/limit.html", context, status=status)
    if exceeded.retry_after:
        response.headers["Retry-After"] = str(exceeded.retry_after)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a defect. Or 503: the database, or the disk for files, cannot take it at this moment.

    The pages need neither database nor context processors.
    """
    if reason := unavailable(sys.exception()):
        return _unavailable(request, reason)
    if is_api(request):
        return problem_page(
            request, 500, _("Something is broken here; it was logged."), "error"
        )
    return defaults.server_error(request, "corps/500.html")


def _unavailable(request: HttpRequest, reason: Unavailable) -> HttpResponse:
    """503 or 507 with what is the matter and when to try again."""
    log.warning(
        "unavailable",
        code=reason.code,
        error=type(sys.exception()).__name__,
        path=request.path_info,
    )
    if is_api(request):
        response: HttpResponse = problem_page(
            request, reason.status, str(reason.message), reason.code
        )
    else:
        chinese, english = (
            translated(reason.message, language) for language in ("zh-hans", "en")
        )
        context = {
            "status": reason.status.value,
            "chinese": chinese,
            "english": english,
        }
        response = HttpResponse(
            Engine.get_default().render_to_string("corps/503.html", context),
            status=reason.status,
        )
    response.headers["Retry-After"] = str(reason.retry_after)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or another site sent it."""
    return render(
        request, "corps/403_stale.html", {"back": _page_before(request)}, status=403
    )


def _page_before(request: HttpRequest) -> str:
    """The page of this site from which somebody came, or ""."""
    came_from = request.headers.get("Referer", "")
    try:
        own = url_has_allowed_host_and_scheme(
            came_from, {request.get_host()}, require_https=request.is_secure()
        )
    except DisallowedHost:
        return ""
    return came_from if own else ""
