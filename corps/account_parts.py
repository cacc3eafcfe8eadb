"""What an account of one role needs beside its own fields: the platform of a liaison, the firm of a representative.

The ground knows neither; the room that does registers a part in `AppConfig.ready()`:

    account_parts.parts["liaison"] = LiaisonPart()
"""

from datetime import datetime
from typing import Any, Protocol

from django import forms

from corps.models import User


class AccountPart(Protocol):
    """The further fields of one role's accounts.

    form: its fields, shown below the account's own with the prefix "part". `initial` gives their values for an account
    that exists. `save` is called with the form's cleaned data in the transaction that makes or changes the account, and
    may raise TransitionRefused or ValidationError.
    """

    @property
    def form(self) -> type[forms.Form]: ...

    def initial(self, user: User) -> dict[str, Any]: ...

    def save(self, user: User, data: dict[str, Any], *, actor: User, at: datetime) -> None: ...


# Role → its part.
parts: dict[str, AccountPart] = {}
