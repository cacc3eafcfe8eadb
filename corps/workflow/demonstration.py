"""Demonstration mode: a fact in the database, written only into an empty one."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from corps.audit.recording import record
from corps.database.locking import locked
from corps.errors import TransitionRefused
from corps.models import Installation, User
from runtime.demonstration import STAFF

Demonstration = Installation.Demonstration
# The accounts of a demonstration go by these names.
NAMED = (
    Q(username__in=STAFF)
    | Q(username__startswith="liaison-")
    | Q(username__startswith="firm-")
)


def is_demonstration_account(user: User) -> bool:
    """Whether this is one of the accounts whose password everybody may know, in demonstration mode."""
    loaded = Installation.objects.filter(demonstration=Demonstration.LOADED)
    return loaded.exists() and User.objects.filter(NAMED, pk=user.pk).exists()


@transaction.atomic
def begin_demonstration(*, at: datetime) -> None:
    """Make this database a demonstration that is being loaded. Raises TransitionRefused "not-empty"."""
    installation = locked(Installation.objects).get()
    if installation.is_demonstration or User.objects.exists():
        raise TransitionRefused(
            "not-empty", _("Only an empty database can become a demonstration.")
        )
    installation.demonstration = Demonstration.LOADING
    installation.save(update_fields=["demonstration"])
    record(None, "demonstration.begun", None, at=at)


@transaction.atomic
def open_demonstration(*, password: str, at: datetime) -> None:
    """The loading is done: every account of the demonstration gets the one password, whatever its strength.

    Raises TransitionRefused "not-loading".
    """
    loading = Installation.objects.filter(demonstration=Demonstration.LOADING)
    if not loading.update(demonstration=Demonstration.LOADED):
        raise TransitionRefused("not-loading", _("No demonstration is being loaded."))
    User.objects.update(password=make_password(password), must_change_password=False)
    record(None, "demonstration.opened", None, at=at)


@transaction.atomic
def give_demonstration_password(*, password: str, at: datetime) -> int:
    """Give the accounts of a loaded demonstration another password, whatever its strength; how many there are.

    Accounts that were made later keep theirs. Raises TransitionRefused "not-loaded".
    """
    if not Installation.objects.filter(demonstration=Demonstration.LOADED).exists():
        raise TransitionRefused("not-loaded", _("This database is no demonstration."))
    given = User.objects.filter(NAMED).update(
        password=make_password(password), must_change_password=False
    )
    record(None, "demonstration.password_given", None, at=at)
    return given
