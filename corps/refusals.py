"""How a refused verb comes back to the form that asked for it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corps.errors import TransitionRefused
from corps.results import Result

MOST_LINES = 10
# Codes of a ValidationError for what must be unique.
TAKEN = ("unique", "unique_together")
LONGEST_LINE = 80


@contextmanager
def refusals_go_to(form: BaseForm, places: Mapping[str, str] | None = None) -> Iterator[None]:
    """Put a TransitionRefused on top of the form, and each message of a ValidationError beside its field.

    places: code of a refusal → the field beside which it is said.

    What belongs to a field that the form has not goes on top. The caller asks `form.is_valid()` again afterwards.
    """
    try:
        yield
    except TransitionRefused as refused:
        form.add_error((places or {}).get(refused.code), str(refused.message))
    except ValidationError as invalid:
        for field, errors in invalid.update_error_dict({}).items():
            for error in errors:
                if error.code in TAKEN:
                    _say_taken(form, field)
                else:
                    form.add_error(field if field in form.fields else None, error)


def _say_taken(form: BaseForm, field: str) -> None:
    """That something must be unique and is not, in the words of the form; a model's own would be half translated."""
    place = field if field in form.fields else next(iter(form.fields)) if len(form.fields) == 1 else None
    if place is None:
        form.add_error(None, _("There is one like this already."))
    else:
        said = {"field": form.fields[place].label}
        form.add_error(place, _("%(field)s: there is one like this already; change it or use that one.") % said)


def say_of_lines(form: BaseForm, field: str, judged: Iterable[tuple[str, Result]]) -> None:
    """Say beside a field of many lines why each of them was refused. judged: (line, result), the first few are said."""
    refused = [(line, result) for line, result in judged if not result.ok]
    for line, result in refused[:MOST_LINES]:
        said = {"line": line[:LONGEST_LINE], "why": result.message or result.code}
        form.add_error(field, _("“%(line)s”: %(why)s") % said)
    if (more := len(refused) - MOST_LINES) > 0:
        form.add_error(field, ngettext("and %(count)d more line", "and %(count)d more lines", more) % {"count": more})
