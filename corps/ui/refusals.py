"""How a refused verb comes back to the form or the page that asked for it.

Whoever came second, and is told who was first and when, gets it as 409: the page that the form is on
(`SecondComerMiddleware`), or, where a button leads to another page, one that says so (`send_back`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.errors import TransitionRefused
from corps.results import Result

Handler = Callable[[HttpRequest], HttpResponse]
MOST_LINES = 10
# Codes of a ValidationError for what must be unique.
TAKEN = ("unique", "unique_together")
LONGEST_LINE = 80
# Whether a form of the present request was refused because somebody else was first.
_is_second: ContextVar[bool] = ContextVar("is_second", default=False)


class SecondComerMiddleware:
    """409 for a page that shows a form again because somebody else was first."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _is_second.set(False)
        try:
            response = self.get_response(request)
            if _is_second.get() and response.status_code == HTTPStatus.OK:
                response.status_code = HTTPStatus.CONFLICT
        finally:
            _is_second.reset(token)
        return response


def came_second(refused: TransitionRefused | Result) -> bool:
    """Whether a verb was refused because of somebody's act that came first, and says whose and when."""
    return bool(refused.details.get("by") and refused.details.get("at"))


def send_back(
    request: HttpRequest, refused: TransitionRefused | Result, to: Any, *args: Any
) -> HttpResponse:
    """Answer a refused verb of a button: for who came second 409 with who was first and when, otherwise the page `to`
    with the sentence on top. to, args: as `redirect` takes them."""
    if not came_second(refused):
        messages.error(request, str(refused.message))
        return redirect(to, *args)
    context = {"message": refused.message, "to": resolve_url(to, *args)}
    return render(request, "corps/refused.html", context, status=HTTPStatus.CONFLICT)


@contextmanager
def refusals_go_to(
    form: BaseForm, places: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Put a TransitionRefused on top of the form, and each message of a ValidationError beside its field.

    places: code of a refusal → the field beside which it is said.

    What belongs to a field that the form has not goes on top. The caller asks `form.is_valid()` again afterwards.
    """
    try:
        yield
    except TransitionRefused as refused:
        say_refused(form, refused, (places or {}).get(refused.code))
    except ValidationError as invalid:
        for field, errors in invalid.update_error_dict({}).items():
            _say_invalid(form, field, errors)


def _say_invalid(form: BaseForm, field: str, errors: Iterable[ValidationError]) -> None:
    """Put each error beside its field; on top if the form has no such field."""
    for error in errors:
        if error.code in TAKEN:
            _say_taken(form, field)
        else:
            form.add_error(field if field in form.fields else None, error)


def say_refused(
    form: BaseForm, refused: TransitionRefused, field: str | None = None
) -> None:
    """Put a refusal on top of the form, or beside a field; see `SecondComerMiddleware` for the page's status."""
    _is_second.set(_is_second.get() or came_second(refused))
    form.add_error(field, str(refused.message))


def status_of(results: Sequence[Result]) -> HTTPStatus:
    """Of a page that says what became of each: 409 where somebody else was first with all of them."""
    second = bool(results) and all(
        not result.ok and came_second(result) for result in results
    )
    return HTTPStatus.CONFLICT if second else HTTPStatus.OK


def _say_taken(form: BaseForm, field: str) -> None:
    """That something must be unique and is not, in the words of the form; a model's own would be half translated."""
    only = next(iter(form.fields)) if len(form.fields) == 1 else None
    place = field if field in form.fields else only
    if place is None:
        form.add_error(None, _("There is one like this already."))
        return
    said = _("%(field)s: there is one like this already; change it or use that one.")
    form.add_error(place, said % {"field": form.fields[place].label})


def say_of_lines(
    form: BaseForm, field: str, judged: Iterable[tuple[str, Result]]
) -> None:
    """Say beside a field of many lines why each of them was refused. judged: (line, result), the first few are said."""
    refused = [(line, result) for line, result in judged if not result.ok]
    for line, result in refused[:MOST_LINES]:
        said = {"line": line[:LONGEST_LINE], "why": result.message or result.code}
        form.add_error(field, _("“%(line)s”: %(why)s") % said)
    if (more := len(refused) - MOST_LINES) > 0:
        form.add_error(
            field,
            ngettext("and %(count)d more line", "and %(count)d more lines", more)
            % {"count": more},
        )
