"""Which passwords are taken, and who must choose one before anything else."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from corps.api.problems import is_api, problem_page
from corps.models import User

WORDS = Path(__file__).with_name("password_words.txt")
# So many different characters a password has, and so many beside the words that everybody would try.
DIFFERENT = 5
DIFFERENT_BESIDE_WORDS = 6
# A piece of at most so many characters, again and again, is no password.
LONGEST_PIECE = 6
# Shorter parts of a name or unit are too common to be looked for.
SHORTEST_LATIN, SHORTEST_CHINESE = 3, 2
# What is needed to change a password, to leave, and to read the page in one's own language.
OPEN_BEFORE = (
    "account_change_password",
    "account_logout",
    "account_login",
    "set_language",
)


class RepetitionValidator:
    """Refuses `aaaaaaaaaaaa` and `abcabcabcabc`: few different characters, or a short piece again and again."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError "password_repeats"."""
        again = re.fullmatch(rf"(.{{1,{LONGEST_PIECE}}}?)\1+", password, re.DOTALL)
        if again or len(set(password)) < DIFFERENT:
            raise ValidationError(self.get_help_text(), code="password_repeats")

    def get_help_text(self) -> str:
        return _(
            "A password has at least five different characters and does not repeat a short piece."
        )


class KnownWordsValidator:
    """Refuses what is made of words of this field, of the place, or of the account itself, and a few digits."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError "password_of_known_words", which names the words."""
        rest, found = password.casefold(), []
        for word in sorted({*field_words(), *own_words(user)}, key=len, reverse=True):
            if word in rest:
                rest = rest.replace(word, "")
                found.append(word)
        if found and len(set(rest)) < DIFFERENT_BESIDE_WORDS:
            words = _(
                "This password is made of words that everybody would try here: %(words)s. Choose others."
            )
            raise ValidationError(
                words % {"words": ", ".join(found)}, code="password_of_known_words"
            )

    def get_help_text(self) -> str:
        return _(
            "Words of the field, the place and your own name are not enough by themselves."
        )


class PasswordChangeMiddleware:
    """Leads whoever was handed a password to changing it; nothing else is reached before. API keys are not asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """None lets the view answer."""
        match = request.resolver_match
        if match and not match.namespaces and match.url_name in ("healthz", "readyz"):
            return None
        user = request.user
        if (
            not isinstance(user, User) and not user.is_authenticated
        ) or not user.must_change_password:
            return None
        request.password_owed = True  # type: ignore[attr-defined]
        if match and not match.namespaces and match.url_name in OPEN_BEFORE:
            return None
        if is_api(request):
            return problem_page(
                request,
                403,
                _("Change the password that you were handed first."),
                "password_handed_out",
            )
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return redirect("account_change_password")


@cache
def field_words() -> frozenset[str]:
    """The words of `corps/accounts/password_words.txt`, in small letters."""
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(
        line.strip().casefold()
        for line in lines
        if line.strip() and not line.startswith("#")
    )


def own_words(user: Any) -> set[str]:
    """What belongs to an account and is known to others: its names, e-mail, telephone and unit, and their parts."""
    if not isinstance(user, User):
        return set()
    unit = user.unit.name if user.unit else ""
    return {
        word
        for text in (user.username, user.name, user.email, user.phone, unit)
        for word in _parts(text)
    }


def _parts(text: str) -> Iterator[str]:
    """A text and its pieces between signs and spaces, as far as they are long enough to tell something."""
    text = text.casefold()
    for part in {text, *re.split(r"[\W_]+", text)}:
        shortest = SHORTEST_LATIN if part.isascii() else SHORTEST_CHINESE
        if len(part) >= shortest:
            yield part
