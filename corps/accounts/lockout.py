"""Who guesses waits, and nobody else: how attempts to sign in are told apart.

A wrong password counts against one account from one address, and against the address. A browser that signed in before
counts by itself, so that its owner gets in although others guess. Names that nobody has are treated as all others.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from corps.access.limits import limit, wait_in_words
from corps.access.networks import network
from corps.audit.origin import current
from corps.audit.recording import record
from corps.models import KnownDevice, User
from corps.workflow.attempts import (
    CODES,
    DEVICE,
    PASSWORDS,
    STRANGERS,
    Place,
    TooManyAttempts,
    count_attempt,
    forget_attempts,
    take_back_attempt,
)
from corps.workflow.sessions import DEVICE_FOR, digest_of

DEVICE_COOKIE = "device"
# Of a browser that several people share, the last of them are known.
TOKENS_KEPT = 5


class PasswordAttempt:
    """One attempt with a password: counted when it is made, judged by the caller, then told how it ended."""

    def __init__(self, request: HttpRequest, name: str) -> None:
        """Count it. name: as typed, of an account or not. Raises ValidationError while one must wait."""
        self.request = request
        self.user = User.objects.filter(username__iexact=name[:60]).first()
        device = known_device(request, self.user)
        self.strangers: Place | None = None
        self.stranger_count = self.stranger_waits = 0
        if device:
            self.place = Place(DEVICE, str(device.pk), current().address, self.user)
        else:
            self.place = Place(
                PASSWORDS, _key(name.upper(), network()), current().address, self.user
            )
        self.count = _counted(request, self.place)
        if not device:
            self._count_stranger()

    def succeeded(self, *, has_factor: bool) -> None:
        """The password was right. has_factor: whether a second factor is asked for next.

        Raises ValidationError where too many wrong ones came from this address and nothing else is asked for.
        """
        if self.stranger_waits and not has_factor:
            raise refusal(self.request, self.stranger_waits)
        forget_attempts(self.place)
        if self.strangers:
            take_back_attempt(self.strangers)

    def failed(self) -> None:
        """The password was wrong. Raises ValidationError where too many came from this address."""
        at = timezone.now()
        if self.stranger_waits:
            raise refusal(self.request, self.stranger_waits)
        record(None, "sign_in.failed", self.user, at=at, known=self.user is not None)
        if self.count == limit(self.place.code).most:
            record(None, "sign_in.locked", self.user, at=at)
        if self.stranger_count == limit(STRANGERS).most:
            record(None, "sign_in.address_locked", None, at=at)

    def _count_stranger(self) -> None:
        """Count against the address. The password is judged all the same: a second factor may stand behind it."""
        strangers = Place(STRANGERS, _key("", network()), current().address)
        try:
            self.stranger_count = count_attempt(strangers, at=timezone.now())
        except TooManyAttempts as many:
            self.stranger_waits = many.wait
        else:
            self.strangers = strangers


class CodeAttempt:
    """One attempt with a code of the second factor, counted for the account and the address or known browser."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        """Count it. Raises ValidationError while one must wait."""
        self.user = user
        device = known_device(request, user)
        source = f"device {device.pk}" if device else network()
        self.place = Place(CODES, _key(str(user.pk), source), current().address, user)
        self.count = _counted(request, self.place)

    def succeeded(self) -> None:
        """The code was right."""
        forget_attempts(self.place)

    def failed(self) -> None:
        """The code was wrong."""
        if self.count == limit(CODES).most:
            record(None, "second_factor.locked", self.user, at=timezone.now())


def refusal(request: HttpRequest, wait: int) -> ValidationError:
    """What to raise for an attempt that is not judged; the answer becomes a 429. wait: in seconds."""
    request.retry_after = wait  # type: ignore[attr-defined]
    words = _(
        "Too many wrong attempts came from here. Try again in %(wait)s; what you type before is not looked at."
    )
    return ValidationError(
        words % {"wait": wait_in_words(wait)}, code="too_many_attempts"
    )


def known_device(request: HttpRequest, user: User | None) -> KnownDevice | None:
    """The browser, if this account signed in with it before; asked in the same way for names that nobody has."""
    digests = [digest_of(token) for token in tokens_of(request)]
    if not digests:
        return None
    devices = KnownDevice.objects.filter(
        digest__in=digests, user_id=user.pk if user else 0
    )
    return devices.filter(expires_at__gt=timezone.now()).first()


def tokens_of(request: HttpRequest) -> list[str]:
    """The tokens by which this browser is known, the newest last."""
    sent = request.COOKIES.get(DEVICE_COOKIE, "")
    return [token for token in sent.split(".") if token][-TOKENS_KEPT:]


def keep_device(request: HttpRequest, response: HttpResponse, token: str) -> None:
    """Have the browser keep its new token, beside those of the other people who use it."""
    tokens = [*tokens_of(request), token][-TOKENS_KEPT:]
    response.set_cookie(
        DEVICE_COOKIE,
        ".".join(tokens),
        max_age=DEVICE_FOR,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _counted(request: HttpRequest, place: Place) -> int:
    try:
        return count_attempt(place, at=timezone.now())
    except TooManyAttempts as many:
        raise refusal(request, many.wait) from many


def _key(*parts: Any) -> str:
    """A name for a place that does not tell what was typed."""
    return salted_hmac(
        "corps.lockout", "\n".join(parts), algorithm="sha256"
    ).hexdigest()
