"""What an account of one role needs beside its own fields: the platform of a liaison, the firm of a representative.

Corps knows neither; the app that does registers a part in `AppConfig.ready()`:

    account_parts.parts["liaison"] = LiaisonPart()
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django import forms

from corps.models import User


class AccountPart(Protocol):
    """The further fields of one role's accounts.

    form: its fields, shown below the account's own with the prefix "part". `initial` gives their values for an account
    that exists. `save` is called with the form's cleaned data in the transaction that makes or changes the account, and
    may raise TransitionRefused or ValidationError. required: the account's own fields that this role needs. `offered`:
    from the query of the page, what the account's own fields and its own begin with.
    """

    @property
    def required(self) -> tuple[str, ...]: ...

    def offered(
        self, asked: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, Any]]: ...

    @property
    def form(self) -> type[forms.Form]: ...

    def initial(self, user: User) -> dict[str, Any]: ...

    def save(
        self, user: User, data: dict[str, Any], *, actor: User, at: datetime
    ) -> None: ...


# Role → its part.
parts: dict[str, AccountPart] = {}


def required_of(role: str) -> tuple[str, ...]:
    """The account's own fields that a role cannot do without."""
    return parts[role].required if role in parts else ()


def initial_of(user: User) -> dict[str, Any]:
    """The values of the further fields of an account that exists."""
    return parts[user.role].initial(user) if user.role in parts else {}
