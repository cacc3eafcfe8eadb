"""Signing in and out, as allauth asks for it: who may, what is remembered, and what the audit keeps of it."""

import time
from typing import Any

from allauth.account import app_settings, auth_backends
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from corps.acting import current
from corps.audit import record
from corps.models import User
from corps.sessions import person_of


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
        """The person, or None. Raises ValidationError while too many tries have failed."""
        try:
            return super().authenticate(request, **credentials)
        except ValidationError:
            record(None, "sign_in.locked", _account(credentials), at=timezone.now())
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        account = _account(credentials)
        record(None, "sign_in.failed", account, at=timezone.now(), known=account is not None)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        record(user, "sign_in.done", user, at=timezone.now())

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Go on in the language that the person chose."""
        response = super().post_login(request, user, **how)
        if user.language:
            remember_language(response, user.language)
        return response

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever has signed in within the last minutes is not asked to prove it once more."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return super().is_reauthentication_required(app=app)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            record(user, "sign_out", user, at=timezone.now())

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        record(user, "account.password_changed", user, at=timezone.now())

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


def _account(credentials: dict[str, Any]) -> User | None:
    return User.objects.filter(username__iexact=str(credentials.get("username", ""))[:60]).first()
