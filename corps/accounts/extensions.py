"""What `corps.accounts` asks of the apps: what an account needs beside its own fields, by its scope.

That is the platform of a liaison, the firm of a representative; corps knows neither.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django import forms

from corps.extensions import KeyedExtensionPoint
from corps.models import User


class AccountPart(Protocol):
    """The further fields of the accounts of one scope.

    form: its fields, shown below the account's own with the prefix "part". `initial` gives their values for an account
    that exists. `save` is called with the form's cleaned data in the transaction that makes or changes the account, and
    may raise TransitionRefused or ValidationError. required: the account's own fields that these need. `offered`:
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


account_parts = KeyedExtensionPoint[str, AccountPart](
    "corps.accounts.account_parts",
    "The further fields of accounts, by the scope of their role.",
)
