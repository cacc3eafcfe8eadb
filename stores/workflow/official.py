"""The official accounts that must never be hit: proposed, confirmed, struck, each by two persons."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from corps import workflow as corps_workflow
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import record
from corps.database.locking import locked
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import Approval, User
from firms.models import Firm
from stores.extensions import official_account_hooks, revocation_hooks
from stores.models import OfficialAccount, Platform
from stores.official_account_lock import lock_official_accounts
from stores.status_providers import touched_by, touched_version

REASON = 300


@transaction.atomic
def propose_official_account(
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
    """Propose to protect a store that belongs to a firm itself; a second person confirms it.

    Until then no new letter may name the store or a listing that is known to be in it; nothing is withdrawn.
    site, canonical_id, url: of the store's address, as the rules for addresses read it; the caller has read it.
    Raises PermissionDenied; ValidationError by field; TransitionRefused "account-known" with the firm it belongs to,
    "already-proposed".
    """
    at = accept_at(actor, at, now())
    lock_official_accounts(to_change=True)
    require(actor, "stores.propose_official_account", firm)
    _refuse_known(platform, canonical_id)
    account = OfficialAccount(
        firm=firm,
        platform=platform,
        site=site,
        canonical_id=canonical_id,
        url=url,
        name=name[:200],
    )
    account.full_clean()
    account.save()
    corps_workflow.request_approval(
        subject=account, version=_registration_version(account), actor=actor, at=at
    )
    record(actor, "official_account.proposed", account, at=at, **_told(account))
    return account


@transaction.atomic
def confirm_official_account(
    *,
    account: OfficialAccount,
    actor: User,
    touches: str | None = None,
    at: datetime | None = None,
) -> OfficialAccount:
    """Register an official account, as a second person proposed: no notice may name it or a listing known to be in it.

    What is under way against it is stopped in the same transaction by `official_account_hooks`. touches: the version
    of what the person was shown that it touches (`stores.status_providers.touched_version`); None asks for no look,
    as in a replay.
    Raises PermissionDenied; TransitionRefused "declined", "confirmed", "consequences-changed", and those of
    `corps.workflow.decide_approval` ("own-draft" for who proposed it).
    """
    at = accept_at(actor, at, now())
    lock_official_accounts(to_change=True)
    account = _locked_proposal(account)
    require(actor, "stores.confirm_official_account", account)
    if touches is not None and touches != touched_version(touched_by(account)):
        raise TransitionRefused(
            "consequences-changed",
            _("What it touches has changed since you looked; look at it again."),
        )
    approval = _proposed(account)
    corps_workflow.decide_approval(
        approval=approval,
        actor=actor,
        version=_registration_version(account),
        approve=True,
        at=at,
    )
    account.confirmed_at = at
    account.save(update_fields=["confirmed_at"])
    record(actor, "official_account.registered", account, at=at, **_told(account))
    for hook in official_account_hooks:
        hook(account, actor=actor, at=at)
    return account


@transaction.atomic
def decline_official_account(
    *, account: OfficialAccount, actor: User, reason: str, at: datetime | None = None
) -> OfficialAccount:
    """Do not register an account that somebody proposed; they are owed the reason. Its targets may be named again.

    Raises PermissionDenied; TransitionRefused "declined", "confirmed", and those of `corps.workflow.decide_approval`
    ("own-draft", "reason-missing").
    """
    at = accept_at(actor, at, now())
    lock_official_accounts(to_change=True)
    account = _locked_proposal(account)
    require(actor, "stores.confirm_official_account", account)
    approval = _proposed(account)
    corps_workflow.decide_approval(
        approval=approval,
        actor=actor,
        version=approval.version,
        approve=False,
        reason=reason,
        at=at,
    )
    account.declined_at = at
    account.save(update_fields=["declined_at"])
    record(
        actor,
        "official_account.declined",
        account,
        at=at,
        reason=reason.strip(),
        **_told(account),
    )
    return account


def _refuse_known(platform: Platform, canonical_id: str) -> None:
    """Raise TransitionRefused "account-known" or "already-proposed" for a store that is, or may become, an account."""
    registered = (
        OfficialAccount.objects.protecting() | OfficialAccount.objects.proposed()
    )
    known = (
        registered.select_related("firm")
        .filter(platform=platform, canonical_id=canonical_id)
        .first()
    )
    if known is None:
        return
    if known.is_proposed:
        said = _(
            "This store is proposed as an official account already; a second person decides."
        )
        raise TransitionRefused(
            "already-proposed",
            said,
            firm=known.firm.code,
            account=known.pk,
            **last_act(known),
        )
    said = _("This store is an official account already.")
    raise TransitionRefused(
        "account-known", said, firm=known.firm.code, account=known.pk, **last_act(known)
    )


@transaction.atomic
def propose_revocation(
    *, account: OfficialAccount, actor: User, reason: str, at: datetime | None = None
) -> Approval:
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
        raise TransitionRefused("reason-missing", _("Enter a reason."))
    if len(reason) > REASON:
        raise TransitionRefused(
            "reason-too-long",
            _("The reason is longer than %(count)s characters.") % {"count": REASON},
        )
    approval = corps_workflow.request_approval(
        subject=account,
        version=_revocation_version(account, reason),
        actor=actor,
        at=at,
    )
    account.revocation_reason = reason
    account.save(update_fields=["revocation_reason"])
    record(
        actor,
        "official_account.strike_proposed",
        account,
        at=at,
        reason=reason,
        **_told(account),
    )
    return approval


@transaction.atomic
def revoke_official_account(
    *, account: OfficialAccount, actor: User, at: datetime | None = None
) -> OfficialAccount:
    """Strike an official account, as a second person asked: from now on its store may be named like any other.

    What was withdrawn when it was registered stays withdrawn and may be asked for anew. The row stays; the store may be
    registered again. `revocation_hooks` run in the same transaction.
    Raises PermissionDenied; TransitionRefused "struck", "not-proposed", and those of `corps.workflow.decide_approval`
    ("own-draft" for who asked).
    """
    at = accept_at(actor, at, now())
    lock_official_accounts(to_change=True)
    account = _locked_account(account)
    require(actor, "stores.strike_official_account", account)
    version = _revocation_version(account, account.revocation_reason)
    corps_workflow.decide_approval(
        approval=_proposed(account), actor=actor, version=version, approve=True, at=at
    )
    account.revoked_at = at
    account.save(update_fields=["revoked_at"])
    record(
        actor,
        "official_account.struck",
        account,
        at=at,
        reason=account.revocation_reason,
        **_told(account),
    )
    for hook in revocation_hooks:
        hook(account, actor=actor, at=at)
    return account


@transaction.atomic
def decline_revocation(
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
    corps_workflow.decide_approval(
        approval=approval,
        actor=actor,
        version=approval.version,
        approve=False,
        reason=reason,
        at=at,
    )
    account.revocation_reason = ""
    account.save(update_fields=["revocation_reason"])
    record(
        actor,
        "official_account.strike_declined",
        account,
        at=at,
        reason=reason.strip(),
        **_told(account),
    )
    return account


def _locked_account(account: OfficialAccount) -> OfficialAccount:
    """A registered account as it stands, locked. Raises TransitionRefused "struck", "not-confirmed"."""
    account = (
        locked(OfficialAccount.objects)
        .select_related("firm", "platform")
        .get(pk=account.pk)
    )
    if account.revoked_at is not None:
        raise TransitionRefused(
            "struck", _("This account was revoked already."), **last_act(account)
        )
    if account.confirmed_at is None:
        raise TransitionRefused(
            "not-confirmed", _("This account is not registered: nobody confirmed it.")
        )
    return account


def _locked_proposal(account: OfficialAccount) -> OfficialAccount:
    """A proposed account, locked. Raises TransitionRefused "declined", "confirmed"."""
    account = (
        locked(OfficialAccount.objects)
        .select_related("firm", "platform")
        .get(pk=account.pk)
    )
    if account.declined_at is not None:
        raise TransitionRefused(
            "declined", _("This proposal was declined already."), **last_act(account)
        )
    if account.confirmed_at is not None:
        raise TransitionRefused(
            "confirmed", _("This account was registered already."), **last_act(account)
        )
    return account


def _proposed(account: OfficialAccount) -> Approval:
    approval = corps_workflow.open_approval(account)
    if approval is None:
        raise TransitionRefused(
            "not-proposed",
            _("Nobody asks for a decision on this account."),
            **last_act(account),
        )
    return approval


def _registration_version(account: OfficialAccount) -> str:
    """SHA-256 of what a second person confirms."""
    said = f"{account.pk}/{account.firm_id}/{account.platform_id}/{account.canonical_id}/{account.name}"
    return hashlib.sha256(said.encode()).hexdigest()


def _revocation_version(account: OfficialAccount, reason: str) -> str:
    """SHA-256 of what a second person says yes to."""
    return hashlib.sha256(
        f"{account.pk}/{account.canonical_id}/{reason}".encode()
    ).hexdigest()


def _told(account: OfficialAccount) -> dict[str, str]:
    """What the audit says of an account."""
    return {
        "firm": account.firm.code,
        "store": f"{account.platform.slug}/store/{account.canonical_id}",
    }
