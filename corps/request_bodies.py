"""How large the body of a request may be: by its address and by who sends it, judged before anything is read.

The web server asks `body_limit`, with what it can tell from the head alone; `BodyLimitMiddleware` asks again once it is
known who is signed in. Neither keeps a byte of what is refused.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy

from corps.access.limits import LimitExceeded, limit, megabytes
from corps.views.site import limit_exceeded
from runtime.connections import BODY_REFUSED

# Beside its file a form has other fields, and marks between them.
FIELDS_BESIDE_A_FILE = 2**18
ANONYMOUS = "body.anonymous"
WORDS = {
    ANONYMOUS: gettext_lazy(
        "What was sent is larger than %(most)d MB. Sign in first. Nothing was kept."
    ),
    "body.form": gettext_lazy(
        "What was sent is larger than the %(most)d MB that this page takes. Nothing was kept."
    ),
    "body.api": gettext_lazy(
        "The body is larger than %(most)d MB. Send it in parts. Nothing was kept."
    ),
    "body.sheet": gettext_lazy(
        "The sheet is larger than %(most)d MB. Split it into smaller sheets and hand them in one by one. "
        "Nothing was kept."
    ),
    "body.paper": gettext_lazy(
        "The paper is larger than %(most)d MB. Scan it with a lower resolution, or hand it in in parts. "
        "Nothing was kept."
    ),
}
View = TypeVar("View", bound=Callable[..., Any])
Handler = Callable[[HttpRequest], HttpResponse]


def takes(kind: str) -> Callable[[View], View]:
    """Say of a view what it takes: "body.sheet" or "body.paper". A viewset says it as `body_kind`."""

    def mark(view: View) -> View:
        view.body_kind = kind  # type: ignore[attr-defined]
        return view

    return mark


def kind_of(path: str) -> str:
    """The limit that holds for what is sent to an address."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return "body.form"
    common = "body.api" if path.startswith("/api/") else "body.form"
    return str(getattr(getattr(view, "cls", view), "body_kind", common))


def most_bytes(kind: str) -> int:
    """How long a body of this kind may be in all."""
    return limit(kind).most + (
        FIELDS_BESIDE_A_FILE if kind in ("body.sheet", "body.paper") else 0
    )


def body_limit(path: str, headers: Mapping[str, str]) -> int:
    """The limit by the head alone. path: as WSGI has it. headers: their names in upper case, with `_`.

    Who shows no session and no key is nobody; whether a session or key shown is true is asked later.
    """
    if not _claims_to_be_somebody(headers):
        return most_bytes(ANONYMOUS)
    return most_bytes(kind_of(path.encode("latin-1").decode(errors="replace")))


class BodyLimitMiddleware:
    """413 in words for a body that is larger than its address takes. Looks at who asks only for what is large."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if kind := _exceeded(request):
            message = WORDS[kind] % {"most": megabytes(kind)}
            return limit_exceeded(request, LimitExceeded(limit(kind), 0, message))
        return self.get_response(request)


def _exceeded(request: HttpRequest) -> str:
    """The code of the limit that the body exceeds, or ""."""
    refused = BODY_REFUSED in request.META
    length = _length(request)
    if not refused and length <= most_bytes(ANONYMOUS):
        return ""
    # A wrong key is refused by the API before it reads the body.
    known = "Authorization" in request.headers or request.user.is_authenticated
    kind = kind_of(request.path_info) if known else ANONYMOUS
    return kind if refused or length > most_bytes(kind) else ""


def _length(request: HttpRequest) -> int:
    """What the request says of its length; 0 for what is no number, of which Django reads nothing."""
    stated = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def _claims_to_be_somebody(headers: Mapping[str, str]) -> bool:
    return "AUTHORIZATION" in headers or settings.SESSION_COOKIE_NAME in parse_cookie(
        headers.get("COOKIE", "")
    )
