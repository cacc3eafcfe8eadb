"""Decorators of pages: who may open them."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from corps.access.parameters import UnknownInput, refuse_unknown
from corps.access.permissions import may
from corps.models import User

View = Callable[..., HttpResponseBase]
# In the session: the keys of kept texts that were accepted and that the next page has the browser forget.
DRAFTS_DONE = "drafts_done"


class SignedIn(HttpRequest):
    """What a view behind `open_to` gets: a request of somebody who is signed in."""

    user: User
    # A view may name the line of the sidebar it stands under, where its address does not tell.
    sidebar_key: str


def open_to(verb: str = "") -> Callable[[View], View]:
    """A page for whoever may do this verb of the access table, or for everybody who is signed in if none is named.

    The anonymous are sent to sign in; for who may not there is nothing there (404). A fragment asked for by HTMX sends
    the whole page to sign in. What the address asks for and the view does not declare (`reads`) is refused by name.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                if getattr(view, "is_asked_while_typing", False):
                    return HttpResponse(status=401)
                return sign_in_first(request)
            if verb and not may(request.user, verb):
                raise Http404
            try:
                refuse_unknown(request, view)
                return view(request, *args, **kwargs)
            except UnknownInput as unknown:
                return unknown_input(request, unknown)

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return guard


def asked_while_typing(view: View) -> View:
    """What a page asks by itself while somebody types. Stands beneath `open_to`.

    At an ended session the page stays with what was typed; `/pulse/` has it say so.
    """
    view.is_asked_while_typing = True  # type: ignore[attr-defined]
    return view


def unknown_input(request: HttpRequest, unknown: UnknownInput) -> HttpResponse:
    """The page that says what an address asks for in vain, with the way to the same page without it."""
    query = request.GET.copy()
    for name in unknown.faults:
        query.pop(name, None)
    without = f"{request.path}?{query.urlencode()}" if query else request.path
    context = {"faults": unknown.faults.values(), "without": without}
    return render(request, "corps/unknown_parameter.html", context, status=400)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page, and afterwards back to the page that was open.

    A fragment asked for by HTMX gets 401 and leads the whole page there; `static/js/forms.js` keeps what was typed.
    """
    if not request.headers.get("HX-Request"):
        return redirect_to_login(way_back(request))
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    page = f"{shown.path}?{shown.query}" if shown.query else shown.path
    to_sign_in = redirect_to_login(page or way_back(request))
    return HttpResponse(
        status=401, headers={"HX-Redirect": to_sign_in.headers["Location"]}
    )


def way_back(request: HttpRequest) -> str:
    """The address under which what is shown can be opened: the request's own; where that takes only what a button
    sends, the nearest page above it, with the same filter."""
    path = request.path
    if request.method not in ("GET", "HEAD"):
        while path != "/" and not _can_be_opened(path):
            path = path.rstrip("/").rpartition("/")[0] + "/"
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _can_be_opened(path: str) -> bool:
    """Whether a view of ours stands there and no decorator of it wants another method than GET."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return False
    while inspect.isfunction(view):
        # Django's require_POST and its like keep their list under this name, and nowhere else.
        if "GET" not in inspect.getclosurevars(view).nonlocals.get(
            "request_method_list", ("GET",)
        ):
            return False
        view = getattr(view, "__wrapped__", None)
    return True


def safe_goal(request: HttpRequest) -> str:
    """Where a form's `next` leads, if that is a page of this site; else home."""
    goal = request.POST.get("next", "/")
    own = url_has_allowed_host_and_scheme(
        goal, {request.get_host()}, require_https=request.is_secure()
    )
    return goal if own else "/"
