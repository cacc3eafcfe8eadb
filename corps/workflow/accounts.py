"""Accounts, units and API keys: made, changed and closed by administrators.

`actor` is None where somebody at the machine's own command line does it; whoever has that needs no permission.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import require
from corps.audit.field_changes import put
from corps.audit.last_acts import last_act
from corps.audit.origin import current
from corps.audit.recording import record
from corps.database.locking import locked
from corps.errors import TransitionRefused
from corps.models import ApiKey, ApiKeyUse, FailedAttempts, User
from corps.workflow.demonstration import is_demonstration_account
from corps.workflow.sessions import end_access, end_other_sessions

# Without the signs that are mistaken for one another when read out.
PASSWORD_SIGNS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CHANGEABLE = {"name", "role", "unit", "duties", "email", "phone"}
SHOWN_VALUES = ("name", "role", "unit_id", "duties", "is_active", "username")


@transaction.atomic
def create_user(
    *,
    actor: User | None,
    username: str,
    name: str,
    role: str,
    at: datetime,
    password: str | None = None,
    unit: Any = None,
    duties: Iterable[str] = (),
    email: str = "",
    phone: str = "",
) -> User:
    """A new account. password: None makes one that cannot sign in before `reset_password`; one that an administrator
    gives must be changed at the first sign-in.

    Raises PermissionDenied; ValidationError by field; TransitionRefused "unit-missing", "duties-not-theirs".
    """
    _permit(actor)
    user = User(
        username=username,
        name=name,
        role=role,
        unit=unit,
        duties=sorted(duties),
        email=email,
        phone=phone,
    )
    _check(user)
    if password is not None:
        _check_password(password, user)
        user.must_change_password = actor is not None
    user.set_password(password)
    user.save(force_insert=True)
    record(actor, "account.created", user, at=at, **_shown(user))
    return user


@transaction.atomic
def change_user(
    *, user: User, actor: User | None, at: datetime, **changes: Any
) -> User:
    """Change name, role, unit, duties, email or phone of an account. With another role its sessions and keys end.

    Raises PermissionDenied; ValidationError by field; TransitionRefused "own-role", "unit-missing",
    "duties-not-theirs", "last-administrator".
    """
    _permit(actor)
    if unknown := changes.keys() - CHANGEABLE:
        raise TypeError(f"not changed this way: {sorted(unknown)}")
    user = locked(User.objects).get(pk=user.pk)
    if "role" in changes and user == actor and changes["role"] != user.role:
        raise TransitionRefused("own-role", _("Nobody changes their own role."))
    before = _all(user)
    for field, value in changes.items():
        setattr(user, field, sorted(value) if field == "duties" else value)
    _check(user)
    if before["role"] == User.Role.ADMINISTRATOR != user.role:
        _require_another_administrator(user)
    after = _all(user)
    changed = {field for field in after if after[field] != before[field]}
    if not changed:
        return user
    user.save(update_fields=sorted(field.removesuffix("_id") for field in changed))
    ended = {}
    if "role" in changed:
        ended = end_access(user, keys=True, at=at)
    told = _told(changed, before, after)
    record(actor, "account.changed", user, at=at, **told, **ended)
    return user


def _told(
    changed: set[str], before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    """What the audit says of changed fields: the values of those that may be shown, of the others that they changed."""
    shown = changed & set(SHOWN_VALUES)
    return {
        "before": {field: before[field] for field in shown},
        "after": {field: after[field] for field in shown},
        "also": sorted(changed - shown),
    }


@transaction.atomic
def deactivate_user(*, user: User, actor: User | None, at: datetime) -> User:
    """Close an account: its sessions end and its keys are revoked for good. Nothing that it did is lost.

    Raises PermissionDenied; TransitionRefused "own-account", "last-administrator", "not-active".
    """
    _permit(actor)
    user = locked(User.objects).get(pk=user.pk)
    if actor is not None and actor.pk == user.pk:
        raise TransitionRefused("own-account", _("Nobody closes their own account."))
    if not user.is_active:
        act = last_act(user, "account.closed")
        raise TransitionRefused(
            "not-active", _("This account is closed already."), **act
        )
    if user.role == User.Role.ADMINISTRATOR:
        _require_another_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(actor, "account.closed", user, at=at, **end_access(user, keys=True, at=at))
    return user


@transaction.atomic
def reactivate_user(*, user: User, actor: User | None, at: datetime) -> User:
    """Open a closed account again. What it was signed in with before stays ended, its keys too.

    Raises PermissionDenied; TransitionRefused "active".
    """
    _permit(actor)
    user = locked(User.objects).get(pk=user.pk)
    if user.is_active:
        raise TransitionRefused(
            "active", _("This account is open."), **last_act(user, "account.reopened")
        )
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(actor, "account.reopened", user, at=at, **end_access(user, keys=True, at=at))
    return user


@transaction.atomic
def reset_password(
    *, user: User, actor: User | None, at: datetime, password: str | None = None
) -> str:
    """Give an account a new password, made up unless given; it is returned, to be shown once.

    Whoever had the account has it no longer: its sessions end and its keys are revoked. What an administrator hands
    out must be changed at the next sign-in; accounts of the demonstration excepted. Raises PermissionDenied;
    ValidationError.
    """
    _permit(actor)
    user = locked(User.objects.filter(pk=user.pk)).get()
    if password is not None:
        _check_password(password, user)
    else:
        password = "".join(secrets.choice(PASSWORD_SIGNS) for _place in range(16))
    user.set_password(password)
    user.must_change_password = actor is not None and not is_demonstration_account(user)
    user.save(update_fields=["password", "must_change_password"])
    record(
        actor,
        "account.password_reset",
        user,
        at=at,
        **end_access(user, keys=True, at=at),
    )
    return password


@transaction.atomic
def change_own_password(*, user: User, password: str, keep: str, at: datetime) -> None:
    """The owner's new password, checked before. Sessions in other browsers end. keep: the key of the present one."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record(
        user,
        "account.password_changed",
        user,
        at=at,
        sessions=end_other_sessions(user, keep=keep),
    )


@transaction.atomic
def change_own_phone(*, user: User, phone: str, at: datetime) -> User:
    """The telephone under which platforms reach an officer; letters name it with their name.

    Raises PermissionDenied for who is not of the corps; ValidationError by field.
    """
    require(user, "corps.change_own_phone")
    user = locked(User.objects).get(pk=user.pk)
    _before, after = put(user, {"phone": phone.strip()})
    if not after:
        return user
    _check(user)
    user.save(update_fields=["phone"])
    record(user, "account.changed", user, at=at, before={}, after={}, also=["phone"])
    return user


@transaction.atomic
def unlock_account(*, user: User, actor: User | None, at: datetime) -> None:
    """Forget the wrong attempts on an account, wherever they came from, so that nobody waits any more.

    Raises PermissionDenied; TransitionRefused "not-locked".
    """
    _permit(actor)
    attempts = list(FailedAttempts.objects.on(user, at))
    if not attempts:
        raise TransitionRefused(
            "not-locked", _("No wrong attempts count against this account.")
        )
    FailedAttempts.objects.filter(user=user).delete()
    record(
        actor, "account.unlocked", user, at=at, tries=sum(row.count for row in attempts)
    )


@transaction.atomic
def reset_second_factor(*, user: User, actor: User | None, at: datetime) -> None:
    """Take away whatever second factor an account has, for whoever lost it; its next sign-in asks for a new one.

    Its sessions end: they were begun with what may be in other hands.

    Raises PermissionDenied; TransitionRefused "no-second-factor", "own-second-factor".
    """
    _permit(actor)
    if actor is not None and actor.pk == user.pk:
        raise TransitionRefused(
            "own-second-factor", _("Change your own second factor on its own page.")
        )
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise TransitionRefused(
            "no-second-factor", _("This account has no second factor.")
        )
    record(
        actor, "second_factor.reset", user, at=at, **end_access(user, keys=False, at=at)
    )


def choose_language(user: User, language: str) -> None:
    """Remember the language in which a person wants to read. Raises ValueError for an unknown one."""
    if language not in dict(settings.LANGUAGES):
        raise ValueError(f"unknown language {language!r}")
    User.objects.filter(pk=user.pk).exclude(language=language).update(language=language)


@transaction.atomic
def make_key(*, user: User, actor: User | None, at: datetime) -> str:
    """A new API key of an account, returned once; only its SHA-256 is kept. Raises PermissionDenied."""
    if actor is None or actor.pk != user.pk:
        _permit(actor)
    key = secrets.token_urlsafe(32)
    digest = hashlib.sha256(key.encode()).hexdigest()
    kept = ApiKey.objects.create(user=user, digest=digest, prefix=key[:8])
    record(actor, "api_key.made", user, at=at, key=kept.pk, prefix=kept.prefix)
    return key


@transaction.atomic
def revoke_key(*, key: ApiKey, actor: User | None, at: datetime) -> None:
    """Make an API key useless. Raises PermissionDenied."""
    if actor is None or actor.pk != key.user_id:
        _permit(actor)
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
        record(actor, "api_key.revoked", key.user, at=at, key=key.pk, prefix=key.prefix)


# What this process knows to be noted already: (digest of the key, day, address), of the present day alone.
_noted: set[tuple[str, date, str]] = set()


def note_key_use(key: ApiKey, on: date) -> None:
    """Note the day on which a key was last used, and in the audit its first use of a day from each address.

    Further calls of the day from the same address cost nothing, in each process but for the first.
    """
    address = current().address
    use = (key.digest, on, address)
    if use in _noted:
        return
    with transaction.atomic():
        _use, is_first = ApiKeyUse.objects.get_or_create(
            key=key, on=on, address=address
        )
        if is_first:
            record(
                key.user,
                "api_key.used",
                key.user,
                at=timezone.now(),
                key=key.pk,
                prefix=key.prefix,
            )
    if any(day != on for _digest, day, _address in _noted):
        _noted.clear()
    _noted.add(use)
    if key.last_used_on != on:
        ApiKey.objects.filter(pk=key.pk).filter(
            Q(last_used_on=None) | Q(last_used_on__lt=on)
        ).update(last_used_on=on)


def _permit(actor: User | None) -> None:
    if actor is not None:
        require(actor, "corps.manage_accounts")


def _check(user: User) -> None:
    """What the database would refuse, said readably."""
    if user.role in (User.Role.OFFICER, User.Role.SUPERVISOR) and user.unit_id is None:
        raise TransitionRefused(
            "unit-missing", _("Officers and supervisors belong to a unit.")
        )
    beyond = set(user.duties) - {User.Duty.PAST_EVENTS.value}
    if beyond and user.role != User.Role.SUPERVISOR:
        raise TransitionRefused(
            "duties-not-theirs", _("Only supervisors carry these duties.")
        )
    if User.objects.filter(username__iexact=user.username).exclude(pk=user.pk).exists():
        raise ValidationError(
            {
                "username": _(
                    "Another account has this name, in capital or small letters."
                )
            }
        )
    user.full_clean(exclude=["password"], validate_constraints=False)


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise ValidationError({"password": weak.messages}) from weak


def _require_another_administrator(user: User) -> None:
    others = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True).exclude(
        pk=user.pk
    )
    if not locked(others.order_by("pk")).first():
        raise TransitionRefused(
            "last-administrator", _("At least one administrator must remain.")
        )


def _all(user: User) -> dict[str, Any]:
    return {**_shown(user), "email": user.email, "phone": user.phone}


def _shown(user: User) -> dict[str, Any]:
    """What the audit may show of an account; e-mail and telephone are only named as changed."""
    return {
        "name": user.name,
        "role": str(user.role),
        "unit_id": user.unit_id,
        "duties": [str(d) for d in user.duties],
    }
