"""The second factor: whom the system asks for one, who has one, and what the audit keeps of it.

Outside demonstration mode a person of `SECOND_FACTOR_ROLES` sets one up before anything else. A session is asked until
it is settled, and no longer: the answer costs later requests nothing.
"""

from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.mfa import signals
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from corps import workflow
from corps.accounts.lockout import CodeAttempt
from corps.api.problems import is_api, problem_page
from corps.audit.recording import record
from corps.models import Installation, User

SETTLED = "second_factor_settled"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What is needed to set one up, to leave, and to read the page in one's own language.
OPEN_BEFORE = ("account_", "mfa_", "set_language")


class SecondFactorMiddleware:
    """Leads whoever still owes a second factor to setting one up; nothing else is reached before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """None lets the view answer."""
        if not is_owed(request):
            return None
        request.second_factor_owed = True  # type: ignore[attr-defined]
        match = request.resolver_match
        if (
            match
            and not match.namespaces
            and (match.url_name or "").startswith(OPEN_BEFORE)
        ):
            return None
        if is_api(request):
            return problem_page(
                request,
                403,
                _("Set up the second factor first."),
                "second_factor_missing",
            )
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return redirect("mfa_index")


def is_owed(request: HttpRequest) -> bool:
    """Whether the person of this session must still set up a second factor. API keys are asked for none."""
    user = request.user
    if not isinstance(user, User) and not user.is_authenticated:
        return False
    if user.role not in settings.SECOND_FACTOR_ROLES or request.session.get(SETTLED):
        return False
    if has_factor(user) or Installation.objects.demonstrations().exists():
        request.session[SETTLED] = True
        return False
    return True


def has_factor(user: User) -> bool:
    """Whether an authenticator app or a security key is set up; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


class _Counted:
    """A form for a code of which only so many may be wrong."""

    user: User

    def clean_code(self) -> str:
        """The code. Raises ValidationError if it is wrong, or too many were."""
        attempt = CodeAttempt(context.request, self.user)
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            attempt.failed()
            raise
        attempt.succeeded()
        return code


class CodeForm(_Counted, AuthenticateForm):
    """The code after the password."""


class CodeAgainForm(_Counted, ReauthenticateForm):
    """The code before something delicate."""


def _added(
    request: HttpRequest, user: User, authenticator: Authenticator, **more: Any
) -> None:
    record(
        user,
        "second_factor.added",
        user,
        at=timezone.now(),
        kind=str(authenticator.type),
    )


def _removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **more: Any
) -> None:
    """Other browsers may have signed in without a second factor that whoever removed it still had."""
    request.session.pop(SETTLED, None)
    ended = workflow.end_other_sessions(user, keep=request.session.session_key or "")
    record(
        user,
        "second_factor.removed",
        user,
        at=timezone.now(),
        kind=str(authenticator.type),
        sessions=ended,
    )


def _renewed(
    request: HttpRequest, user: User, authenticator: Authenticator, **more: Any
) -> None:
    record(
        user,
        "second_factor.renewed",
        user,
        at=timezone.now(),
        kind=str(authenticator.type),
    )


def _failed(
    request: HttpRequest, user: User, authenticator: Authenticator, **more: Any
) -> None:
    """Who typed a wrong code is not known to be the owner of the account."""
    record(
        None,
        "second_factor.failed",
        user,
        at=timezone.now(),
        kind=str(authenticator.type),
    )


def listen() -> None:
    """allauth tells by signals what happens to second factors; called once, from `AppConfig.ready()`."""
    for signal, noted in (
        (signals.authenticator_added, _added),
        (signals.authenticator_removed, _removed),
        (signals.authenticator_reset, _renewed),
        (signals.authentication_failed, _failed),
    ):
        signal.connect(noted, dispatch_uid=noted.__name__)
