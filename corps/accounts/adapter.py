"""Signing in and out, as allauth asks for it: who may, what is remembered, and what the audit keeps of it."""

import time
from typing import Any

from allauth.account import app_settings, auth_backends
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps import workflow
from corps.accounts.lockout import PasswordAttempt, keep_device, tokens_of
from corps.accounts.second_factor import has_factor
from corps.accounts.session_store import person_of
from corps.audit.origin import current
from corps.audit.recording import record
from corps.models import AuditEntry, User

# Of the addresses from which others tried, so many are named.
ADDRESSES_SHOWN = 5


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Whoever is signed in comes with their unit, which the frame of every page names and most querysets ask for."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, unless deactivated."""
        user = person_of(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators. What was typed as login or password is never kept."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person, or None. Raises ValidationError while the browser or address has to wait."""
        attempt = PasswordAttempt(request, str(credentials.get("username", "")))
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            attempt.failed()
        else:
            attempt.succeeded(has_factor=has_factor(user))
        return user

    def clean_password(self, password: str, user: User | None = None) -> str:
        """A new password. Raises ValidationError if it is easily guessed, or the present one."""
        password = super().clean_password(password, user)
        if (
            user is not None
            and user.has_usable_password()
            and user.check_password(password)
        ):
            raise ValidationError(
                _("This is the present password. Choose another one."),
                code="same_password",
            )
        return password

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and say what others tried since the last time."""
        super().login(request, user)
        if request.session.session_key is None:
            request.session.create()
        at = timezone.now()
        request.device_token = workflow.begin_session(  # type: ignore[attr-defined]
            user=user,
            session_key=str(request.session.session_key),
            address=current().address,
            agent=request.headers.get("User-Agent", ""),
            known_tokens=tokens_of(request),
            at=at,
        )
        if failed := failed_since_last_time(user):
            messages.warning(request, failed)
        record(user, "sign_in.done", user, at=at)

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Go on in the language that the person chose, in a browser that is known from now on."""
        response = super().post_login(request, user, **how)
        if token := getattr(request, "device_token", ""):
            keep_device(request, response, token)
        if user.language:
            remember_language(response, user.language)
        return response

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever has signed in within the last minutes is not asked to prove it once more."""
        records = get_authentication_records(self.request, self.request.user)
        if (
            records
            and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        ):
            return False
        return super().is_reauthentication_required(app=app)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            record(user, "sign_out", user, at=timezone.now())

    def set_password(self, user: User, password: str) -> None:
        """The owner's own new password: whoever knew the old one is signed out elsewhere."""
        workflow.change_own_password(
            user=user,
            password=password,
            keep=self.request.session.session_key or "",
            at=timezone.now(),
        )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def get_client_ip(self, request: HttpRequest) -> str:
        return current().address or super().get_client_ip(request)


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep the chosen language in the browser, where it is known before anybody has signed in."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def failed_since_last_time(user: User) -> str:
    """What others tried since this person last signed in, as a sentence; "" if nothing."""
    entries = AuditEntry.objects.about(user)
    last = (
        entries.filter(verb="sign_in.done")
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
        or 0
    )
    wrong = entries.filter(
        pk__gt=last, verb__in=("sign_in.failed", "second_factor.failed")
    )
    by_address = dict(
        wrong.values_list("address").annotate(count=Count("pk")).order_by("-count")
    )
    if not by_address:
        return ""
    count, shown = (
        sum(by_address.values()),
        ", ".join(filter(None, list(by_address)[:ADDRESSES_SHOWN])),
    )
    words = ngettext(
        "Since you last signed in there was %(count)d wrong attempt, from %(addresses)s.",
        "Since you last signed in there were %(count)d wrong attempts, from %(addresses)s.",
        count,
    )
    said = words % {"count": count, "addresses": shown or "?"}
    return said + " " + _("If that was not you, tell an administrator.")
