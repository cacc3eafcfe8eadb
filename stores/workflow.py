"""Registering platforms and their liaisons, and the official accounts that must never be hit."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from corps import workflow as ground
from corps.access import require
from corps.audit import record
from corps.clock import accept_at, now
from corps.errors import TransitionRefused
from corps.locking import locked
from corps.models import Approval, User
from firms.models import Firm
from stores.locks import lock_official_accounts
from stores.models import Liaison, OfficialAccount, Platform

REASON = 300

# Rooms above add what must follow in the same transaction when an account is registered: called with the account,
# `actor` and `at`.
official_hooks: list[Callable[..., Any]] = []
# The same for one that is struck.
struck_hooks: list[Callable[..., Any]] = []


@transaction.atomic
def register_platform(*, actor: User, slug: str, name: str, name_en: str = "", at: datetime | None = None) -> Platform:
    """Let a platform take part. slug: its name in files, addresses and the API.

    Rows held because their platform was unknown can be settled from now on.
    Raises PermissionDenied; ValidationError by field, such as for a slug that exists.
    """
    at = accept_at(actor, at, now())
    require(actor, "stores.register_platform")
    platform = Platform(slug=slug, name=name, name_en=name_en)
    platform.full_clean()
    platform.save()
    record(actor, "platform.registered", platform, at=at, slug=slug, name=name)
    return platform


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
    Raises PermissionDenied; ValidationError by field; TransitionRefused "not-a-liaison", "account-taken".
    """
    at = accept_at(actor, at, now())
    platform = locked(Platform.objects).get(pk=platform.pk)
    require(actor, "stores.appoint_liaison", platform)
    if user is not None and user.role != User.Role.LIAISON:
        raise TransitionRefused("not-a-liaison", _("Only the account of a liaison can answer for a platform."))
    if user is not None and Liaison.objects.filter(user=user).exists():
        raise TransitionRefused("account-taken", _("This account belongs to another liaison already."))
    liaison = Liaison(platform=platform, user=user, name=name, email=email, phone=phone, duty=duty)
    liaison.full_clean(validate_constraints=False)

    former = None
    if duty == Liaison.Duty.PRIMARY:
        former = platform.liaisons.filter(duty=Liaison.Duty.PRIMARY, is_active=True).first()
        platform.liaisons.filter(duty=Liaison.Duty.PRIMARY, is_active=True).update(duty=Liaison.Duty.BACKUP)
    liaison.save()
    record(actor, "liaison.appointed", liaison, at=at, platform=platform.slug, duty=duty, former=former and former.pk)
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
    platform = locked(Platform.objects).get(liaisons=liaison.pk)
    liaison = locked(Liaison.objects).get(pk=liaison.pk)
    require(actor, "stores.appoint_liaison", liaison)
    if not liaison.is_active:
        raise TransitionRefused("not-active", _("This liaison was dismissed already."))
    wanted = {"name": name, "email": email, "phone": phone, "duty": duty}
    changed = sorted(field for field, value in wanted.items() if getattr(liaison, field) != value)
    if not changed:
        return liaison
    for field in changed:
        setattr(liaison, field, wanted[field])
    liaison.full_clean(validate_constraints=False)

    former = platform.liaisons.filter(duty=Liaison.Duty.PRIMARY, is_active=True).exclude(pk=liaison.pk)
    if duty == Liaison.Duty.PRIMARY:
        former.update(duty=Liaison.Duty.BACKUP)
    liaison.save(update_fields=changed)
    record(actor, "liaison.changed", liaison, at=at, platform=platform.slug, changed=changed, duty=duty)
    return liaison


@transaction.atomic
def dismiss_liaison(*, liaison: Liaison, actor: User, at: datetime | None = None) -> Liaison:
    """Let a liaison answer no longer; what they answered stays.

    Raises PermissionDenied; TransitionRefused "not-active".
    """
    at = accept_at(actor, at, now())
    liaison = locked(Liaison.objects).select_related("platform").get(pk=liaison.pk)
    require(actor, "stores.appoint_liaison", liaison)
    if not liaison.is_active:
        raise TransitionRefused("not-active", _("This liaison was dismissed already."))
    liaison.is_active = False
    liaison.save(update_fields=["is_active"])
    record(actor, "liaison.dismissed", liaison, at=at, platform=liaison.platform.slug)
    return liaison


@transaction.atomic
def register_official_account(
    *,
    firm: Firm,
    platform: Platform,
    site: str,
    canonical_id: str,
    url: str,
    name: str,
    actor: User,
    at: datetime | None = None,
) -> OfficialAccount:
    """Protect a store that belongs to a firm itself: no notice may name it or a listing known to be in it.

    site, canonical_id, url: of the store's address, as the rules for addresses read it; the caller has read it.
    What is under way against it is stopped in the same transaction by `official_hooks`.
    Raises PermissionDenied; ValidationError by field; TransitionRefused "account-known" with the firm it belongs to.
    """
    at = accept_at(actor, at, now())
    lock_official_accounts(to_change=True)
    require(actor, "stores.register_official_account", firm)
    protecting = OfficialAccount.objects.protecting().select_related("firm")
    known = protecting.filter(platform=platform, canonical_id=canonical_id).first()
    if known is not None:
        raise TransitionRefused(
            "account-known", _("This store is an official account already."), firm=known.firm.code, account=known.pk
        )
    account = OfficialAccount(
        firm=firm, platform=platform, site=site, canonical_id=canonical_id, url=url, name=name[:200]
    )
    account.full_clean()
    account.save()
    record(
        actor,
        "official_account.registered",
        account,
        at=at,
        firm=firm.code,
        store=f"{platform.slug}/store/{canonical_id}",
    )
    for hook in official_hooks:
        hook(account, actor=actor, at=at)
    return account


@transaction.atomic
def propose_strike(*, account: OfficialAccount, actor: User, reason: str, at: datetime | None = None) -> Approval:
    """Ask for an official account that was registered by mistake to be struck; a second person decides. Until then it
    protects as before.

    reason: 1 to 300 characters. Raises PermissionDenied; TransitionRefused "struck", "reason-missing",
    "reason-too-long", "already-submitted".
    """
    at = accept_at(actor, at, now())
    account = _locked_account(account)
    require(actor, "stores.propose_strike", account)
    reason = reason.strip()
    if not reason:
        raise TransitionRefused("reason-missing", _("Give the reason."))
    if len(reason) > REASON:
        raise TransitionRefused("reason-too-long", _("The reason is longer than %(signs)s signs.") % {"signs": REASON})
    approval = ground.request_approval(subject=account, version=_strike_version(account, reason), actor=actor, at=at)
    account.strike_reason = reason
    account.save(update_fields=["strike_reason"])
    record(actor, "official_account.strike_proposed", account, at=at, reason=reason, **_told(account))
    return approval


@transaction.atomic
def strike_official_account(*, account: OfficialAccount, actor: User, at: datetime | None = None) -> OfficialAccount:
    """Strike an official account, as a second person asked: from now on its store may be named like any other.

    What was withdrawn when it was registered stays withdrawn and may be asked for anew. The row stays; the store may be
    registered again. `struck_hooks` run in the same transaction.
    Raises PermissionDenied; TransitionRefused "struck", "not-proposed", and those of `corps.workflow.decide_approval`
    ("own-draft" for who asked).
    """
    at = accept_at(actor, at, now())
    lock_official_accounts(to_change=True)
    account = _locked_account(account)
    require(actor, "stores.strike_official_account", account)
    version = _strike_version(account, account.strike_reason)
    ground.decide_approval(approval=_proposed(account), actor=actor, version=version, approve=True, at=at)
    account.struck_at = at
    account.save(update_fields=["struck_at"])
    record(actor, "official_account.struck", account, at=at, reason=account.strike_reason, **_told(account))
    for hook in struck_hooks:
        hook(account, actor=actor, at=at)
    return account


@transaction.atomic
def decline_strike(
    *, account: OfficialAccount, actor: User, reason: str, at: datetime | None = None
) -> OfficialAccount:
    """Leave an official account protected, though somebody asked to strike it; they are owed the reason.

    Raises PermissionDenied; TransitionRefused "struck", "not-proposed", and those of `corps.workflow.decide_approval`
    ("own-draft", "reason-missing").
    """
    at = accept_at(actor, at, now())
    account = _locked_account(account)
    require(actor, "stores.strike_official_account", account)
    approval = _proposed(account)
    ground.decide_approval(
        approval=approval, actor=actor, version=approval.version, approve=False, reason=reason, at=at
    )
    account.strike_reason = ""
    account.save(update_fields=["strike_reason"])
    record(actor, "official_account.strike_declined", account, at=at, reason=reason.strip(), **_told(account))
    return account


def _locked_account(account: OfficialAccount) -> OfficialAccount:
    """The account as it stands, locked. Raises TransitionRefused "struck"."""
    account = locked(OfficialAccount.objects).select_related("firm", "platform").get(pk=account.pk)
    if account.struck_at is not None:
        raise TransitionRefused("struck", _("This account was struck already."))
    return account


def _proposed(account: OfficialAccount) -> Approval:
    approval = ground.open_approval(account)
    if approval is None:
        raise TransitionRefused("not-proposed", _("Nobody asks for this account to be struck."))
    return approval


def _strike_version(account: OfficialAccount, reason: str) -> str:
    """SHA-256 of what a second person says yes to."""
    return hashlib.sha256(f"{account.pk}/{account.canonical_id}/{reason}".encode()).hexdigest()


def _told(account: OfficialAccount) -> dict[str, str]:
    """What the audit says of an account."""
    return {"firm": account.firm.code, "store": f"{account.platform.slug}/store/{account.canonical_id}"}
