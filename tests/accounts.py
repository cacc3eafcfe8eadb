"""Official accounts as two persons register them, for tests that need one to be there."""

from typing import Any

from corps.models import User
from stores.models import OfficialAccount
from stores.workflow import confirm_official_account, propose_official_account


def register_official_account(
    *, actor: User, second: User | None = None, **facts: Any
) -> OfficialAccount:
    """Propose an account as `actor` and confirm it as a supervisor who did not, made up where there is none."""
    account = propose_official_account(actor=actor, **facts)
    return confirm_official_account(account=account, actor=second or _supervisor(actor))


def _supervisor(proposer: User) -> User:
    others = User.objects.filter(role="supervisor", is_active=True).exclude(
        pk=proposer.pk
    )
    found = others.order_by("pk").first()
    return found or User.objects.create(
        username="second-person",
        name="second-person",
        role="supervisor",
        unit=proposer.unit,
        password="!",
    )
