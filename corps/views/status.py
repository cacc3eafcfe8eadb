"""Whether the system is alive, ready and well: for load balancers, monitors and administrators.

`corps.middleware.StatusMiddleware` calls these views before host names, redirects and sessions are looked at, so that
they answer whatever name they are asked under, and without the database.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.http import require_safe

from corps.access.permissions import may
from corps.accounts.second_factor import is_owed
from corps.models import User
from corps.monitoring import readiness


@require_safe
@never_cache
@xframe_options_deny
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
@xframe_options_deny
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready to serve pages: 200, or 503. It says no more than that, to anybody."""
    is_ready = not readiness.ready().alarms
    return JsonResponse({"ready": is_ready}, status=200 if is_ready else 503)


@require_safe
@never_cache
@xframe_options_deny
def statusz(request: HttpRequest) -> HttpResponse:
    """Every part and what is wrong with it, for whoever runs the system; for others "ok" or "degraded".

    200 in both cases: the question was answered. What must be noticed by its status code alone is /readyz.
    """
    report = readiness.everything()
    if not report.parts["database"].is_ok or not _sees_everything(request):
        return HttpResponse(f"{report.word}\n", content_type="text/plain")
    parts = {
        name: {"ok": status.is_ok, "value": status.value}
        for name, status in report.parts.items()
    }
    return JsonResponse(
        {"status": report.word, "alarms": report.alarms, "parts": parts}
    )


def _sees_everything(request: HttpRequest) -> bool:
    """Whether the session's person may see how everything stands; nobody may while the database cannot say who asks."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    request.session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(key)
    try:
        request.user = get_user(request)
        return (
            isinstance(request.user, User)
            and may(request.user, "corps.view_status")
            and not is_owed(request)
        )
    except DatabaseError:
        return False


VIEWS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/statusz": statusz,
}
