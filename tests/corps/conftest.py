"""People of this app's tests. `account` makes one of any role."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from corps.models import Unit, User

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PASSWORD = "three-red-lanterns"


@pytest.fixture
def unit(db: None) -> Unit:
    unit = Unit.objects.create(name="执法一支队")
    unit.path = f"/{unit.pk}/"
    unit.save()
    return unit


@pytest.fixture
def account(unit: Unit) -> Callable[..., User]:
    """Makes an account: `account("officer")`, `account("supervisor", "chief", duties=["head_of_department"])`."""

    def make(role: str, username: str = "", **fields: object) -> User:
        username = username or role
        if role in ("officer", "supervisor"):
            fields.setdefault("unit", unit)
        return User.objects.create_user(
            username, PASSWORD, name=username.title(), role=role, **fields
        )

    return make


@pytest.fixture
def officer(account: Callable[..., User]) -> User:
    return account("officer")


@pytest.fixture
def supervisor(account: Callable[..., User]) -> User:
    return account("supervisor")


@pytest.fixture
def administrator(account: Callable[..., User]) -> User:
    return account("administrator")


@pytest.fixture
def auditor(account: Callable[..., User]) -> User:
    return account("auditor")
