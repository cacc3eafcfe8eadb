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
        fields = invalid.message_dict if hasattr(invalid, "error_dict") else {"": invalid.messages}
        for field, messages in fields.items():
            for message in messages:
                form.add_error(field if field in form.fields else None, message)


def say_of_lines(form: BaseForm, field: str, judged: Iterable[tuple[str, Result]]) -> None:
    """Say beside a field of many lines why each of them was refused. judged: (line, result), the first few are said."""
    refused = [(line, result) for line, result in judged if not result.ok]
    for line, result in refused[:MOST_LINES]:
        said = {"line": line[:LONGEST_LINE], "why": result.message or result.code}
        form.add_error(field, _("“%(line)s”: %(why)s") % said)
    if (more := len(refused) - MOST_LINES) > 0:
        form.add_error(field, ngettext("and %(count)d more line", "and %(count)d more lines", more) % {"count": more})
