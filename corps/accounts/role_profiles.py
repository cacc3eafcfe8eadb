"""What an account of one role needs beside its own fields, as the apps contribute it to `account_parts`."""

from typing import Any

from corps.accounts.extensions import AccountPart, account_parts
from corps.models import User
from corps.models.people import SCOPES


def part_of(role: str) -> AccountPart | None:
    """The further fields of a role's accounts; None if it needs nothing else."""
    return account_parts.get(SCOPES[role])


def required_of(role: str) -> tuple[str, ...]:
    """The account's own fields that a role cannot do without."""
    part = part_of(role)
    if part is None:
        return ()
    return part.required


def initial_of(user: User) -> dict[str, Any]:
    """The values of the further fields of an account that exists."""
    part = part_of(user.role)
    if part is None:
        return {}
    return part.initial(user)
