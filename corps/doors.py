"""Doors of pages: who has business there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from corps.models import User

View = Callable[..., HttpResponseBase]


class SignedIn(HttpRequest):
    """What a view behind `open_to` gets: a request of somebody who is signed in."""

    user: User
    # A view may name the line of the rail it stands under, where its address does not tell.
    rail_key: str


def open_to(*roles: str) -> Callable[[View], View]:
    """A page for these roles, or for everybody who is signed in if none is named.

    The anonymous are sent to sign in; for other roles there is nothing there (404). A fragment asked for by HTMX sends
    the whole page to sign in.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            if roles and request.user.role not in roles:
                raise Http404
            return view(request, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return guard


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page, and back here afterwards."""
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return redirect_to_login(request.get_full_path())


def safe_goal(request: HttpRequest) -> str:
    """Where a form's `next` leads, if that is a page of this site; else home."""
    goal = request.POST.get("next", "/")
    own = url_has_allowed_host_and_scheme(goal, {request.get_host()}, require_https=request.is_secure())
    return goal if own else "/"
