"""What an account of one role needs beside its own fields, as the apps contribute it to `account_parts`."""

from typing import Any

from corps.accounts.extensions import account_parts
from corps.models import User


def required_of(role: str) -> tuple[str, ...]:
    """The account's own fields that a role cannot do without."""
    return account_parts[role].required if role in account_parts else ()


def initial_of(user: User) -> dict[str, Any]:
    """The values of the further fields of an account that exists."""
    return account_parts[user.role].initial(user) if user.role in account_parts else {}
