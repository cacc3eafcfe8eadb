"""The liaisons of platforms: who receives and answers notices."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import record
from corps.database.locking import locked
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User
from stores.models import Liaison, Platform
from stores.workflow.platforms import require_taking_part


@transaction.atomic
def appoint_liaison(
    *,
    platform: Platform,
    name: str,
    email: str,
    phone: str,
    duty: str,
    actor: User,
    user: User | None = None,
    at: datetime | None = None,
) -> Liaison:
    """Note a person at a platform who receives and answers notices. duty: a value of `Liaison.Duty`.

    A new primary makes the former one a backup. user: the account with which the person signs in, if any.
    Raises PermissionDenied; ValidationError by field; TransitionRefused "platform-retired", "liaison-known" for who is
    one there already, "not-a-liaison", "account-closed", "account-taken".
    """
    at = accept_at(actor, at, now())
    platform = locked(Platform.objects).get(pk=platform.pk)
    require(actor, "stores.appoint_liaison", platform)
    require_taking_part(platform)
    _refuse_known(platform, email)
    if user is not None:
        _require_free_account(user)
    liaison = Liaison(
        platform=platform, user=user, name=name, email=email, phone=phone, duty=duty
    )
    liaison.full_clean(validate_constraints=False)

    former = _step_down(platform, liaison)
    liaison.save()
    record(
        actor,
        "liaison.appointed",
        liaison,
        at=at,
        platform=platform.slug,
        duty=duty,
        former=former and former.pk,
    )
    return liaison


def _require_free_account(user: User) -> None:
    """Raise TransitionRefused "not-a-liaison", "account-closed" or "account-taken" unless a new liaison may have it."""
    if user.scope != User.Scope.PLATFORM:
        raise TransitionRefused(
            "not-a-liaison",
            _("Only the account of a liaison can answer for a platform."),
        )
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise TransitionRefused(
            "account-closed", _("This account is closed; open it again first.")
        )
    if Liaison.objects.filter(user=user).exists():
        raise TransitionRefused(
            "account-taken", _("This account belongs to another liaison already.")
        )


def _refuse_known(platform: Platform, email: str) -> None:
    """Raise TransitionRefused "liaison-known" for an e-mail that somebody there has already: one person is one row."""
    known = platform.liaisons.filter(
        email__iexact=email.strip(), is_active=True
    ).first()
    if known is not None:
        said = _(
            "%(name)s is a liaison there under this e-mail already; change that entry, or give it an account."
        )
        raise TransitionRefused(
            "liaison-known", said % {"name": known.name}, liaison=known.pk
        )


def _locked_active(liaison: Liaison, actor: User) -> tuple[Platform, Liaison]:
    """The platform and its liaison, locked in this order. Raises PermissionDenied; TransitionRefused "not-active"."""
    platform = locked(Platform.objects).get(liaisons=liaison.pk)
    liaison = locked(Liaison.objects).get(pk=liaison.pk)
    require(actor, "stores.appoint_liaison", liaison)
    if not liaison.is_active:
        raise TransitionRefused(
            "not-active", _("This liaison was dismissed already."), **last_act(liaison)
        )
    return platform, liaison


def _step_down(platform: Platform, liaison: Liaison) -> Liaison | None:
    """Make a backup of the primary whom a liaison follows; who that was."""
    if liaison.duty != Liaison.Duty.PRIMARY:
        return None
    primaries = platform.liaisons.filter(
        duty=Liaison.Duty.PRIMARY, is_active=True
    ).exclude(pk=liaison.pk)
    former = primaries.first()
    primaries.update(duty=Liaison.Duty.BACKUP)
    return former


@transaction.atomic
def give_account(
    *, liaison: Liaison, user: User, duty: str, actor: User, at: datetime | None = None
) -> Liaison:
    """Let a liaison who was named before sign in: name, e-mail and telephone are the account's from now on.

    Raises PermissionDenied; ValidationError by field; TransitionRefused "not-active", "has-account", "not-a-liaison",
    "account-closed", "account-taken".
    """
    at = accept_at(actor, at, now())
    platform, liaison = _locked_active(liaison, actor)
    if liaison.user_id is not None:
        raise TransitionRefused(
            "has-account",
            _("This liaison has an account already."),
            **last_act(liaison),
        )
    _require_free_account(user)
    user = User.objects.get(pk=user.pk)
    liaison.user, liaison.name, liaison.email, liaison.phone, liaison.duty = (
        user,
        user.name,
        user.email,
        user.phone,
        duty,
    )
    liaison.full_clean(validate_constraints=False)
    _step_down(platform, liaison)
    liaison.save(update_fields=["user", "name", "email", "phone", "duty"])
    record(
        actor,
        "liaison.account_given",
        liaison,
        at=at,
        platform=platform.slug,
        duty=duty,
        user=user.pk,
    )
    return liaison


@transaction.atomic
def change_liaison(
    *,
    liaison: Liaison,
    name: str,
    email: str,
    phone: str,
    duty: str,
    actor: User,
    at: datetime | None = None,
) -> Liaison:
    """Change how a liaison is called and reached, and their duty. A new primary makes the former one a backup.

    The platform stays: whoever goes to another one is dismissed here and gets an account there.
    Raises PermissionDenied; ValidationError by field; TransitionRefused "not-active".
    """
    at = accept_at(actor, at, now())
    platform, liaison = _locked_active(liaison, actor)
    wanted = {"name": name, "email": email, "phone": phone, "duty": duty}
    changed = sorted(
        field for field, value in wanted.items() if getattr(liaison, field) != value
    )
    if not changed:
        return liaison
    for field in changed:
        setattr(liaison, field, wanted[field])
    liaison.full_clean(validate_constraints=False)

    _step_down(platform, liaison)
    liaison.save(update_fields=changed)
    record(
        actor,
        "liaison.changed",
        liaison,
        at=at,
        platform=platform.slug,
        changed=changed,
        duty=duty,
    )
    return liaison


@transaction.atomic
def dismiss_liaison(
    *, liaison: Liaison, actor: User, at: datetime | None = None
) -> Liaison:
    """Let a liaison answer no longer; what they answered stays.

    Raises PermissionDenied; TransitionRefused "not-active".
    """
    at = accept_at(actor, at, now())
    liaison = locked(Liaison.objects).select_related("platform").get(pk=liaison.pk)
    require(actor, "stores.appoint_liaison", liaison)
    if not liaison.is_active:
        raise TransitionRefused(
            "not-active", _("This liaison was dismissed already."), **last_act(liaison)
        )
    liaison.is_active = False
    liaison.save(update_fields=["is_active"])
    record(actor, "liaison.dismissed", liaison, at=at, platform=liaison.platform.slug)
    return liaison
