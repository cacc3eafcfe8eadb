"""How a refused verb comes back to the form that asked for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.forms import BaseForm

from corps.errors import TransitionRefused


@contextmanager
def refusals_go_to(form: BaseForm) -> Iterator[None]:
    """Put a TransitionRefused on top of the form, and each message of a ValidationError beside its field.

    What belongs to a field that the form has not goes on top. The caller asks `form.is_valid()` again afterwards.
    """
    try:
        yield
    except TransitionRefused as refused:
        form.add_error(None, str(refused.message))
    except ValidationError as invalid:
        fields = invalid.message_dict if hasattr(invalid, "error_dict") else {"": invalid.messages}
        for field, messages in fields.items():
            for message in messages:
                form.add_error(field if field in form.fields else None, message)
