"""Judging claims of belonging after a look, admitting those without effect, and correcting what is known.

No row withdraws anything: only what a person confirms here does.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.extensions import work_counters
from cases.models import Case, Target
from cases.workflow.guards import given
from cases.workflow.imports import judge_held
from cases.workflow.official_targets import mark_official
from cases.workflow.targets import release_targets
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.recording import record, record_alike
from corps.database.locking import locked, locked_in_order
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import Approval, User
from corps.results import Result
from corps.workflow import decide_approval, open_approval, request_approval
from listings.models import Belonging, BelongingCorrection, Listing
from listings.states import CORRECTION_STATES, BelongingState, CorrectionState
from listings.workflow import (
    Key,
    correct_store,
    judge_belongings,
    lock_registry,
    put_in_effect,
)
from stores.models import OfficialAccount

State = Belonging.State


def claims_for(user: User) -> QuerySet[Belonging]:
    """Claims that a person may judge: those that touch no case which they may not see."""
    claims = Belonging.objects.visible_to(user)
    if user.sees_every_unit:
        return claims
    unseen = Target.objects.filter(
        listing__platform=OuterRef("platform"),
        listing__canonical_id=OuterRef("listing_id"),
        case__isnull=False,
    ).exclude(case__in=Case.objects.visible_to(user).values("pk"))
    return claims.exclude(Exists(unseen))


@transaction.atomic
def judge_claims(
    *,
    claims: Iterable[int],
    actor: User,
    confirm: bool,
    reason: str = "",
    at: datetime | None = None,
) -> list[Result]:
    """Confirm claims of belonging after a look, or refuse them with the reason; one Result for each id.

    Confirmed, a listing is known to be in the store: where that is an official account's, open items of its targets are
    withdrawn, with a letter where one has left, and what a platform answered stays for an officer to decide on. Rows
    held because of a claim are judged anew.
    Refused with their code: "not-found", "judged" with who and when, "known-elsewhere" where it is known to be in
    another store (see `propose_belonging`). Raises PermissionDenied; TransitionRefused "reason-missing",
    "reason-too-long".
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.judge_claims")
    reason = reason.strip()
    if not confirm:
        reason = given(reason)
    if len(reason) > 300:
        raise TransitionRefused(
            "reason-too-long", _("The reason is longer than 300 characters.")
        )
    lock_registry(to_change=True)
    ids = list(dict.fromkeys(claims))
    locked = locked_in_order(claims_for(actor), ids).select_related("judged_by")
    by_id = {claim.pk: claim for claim in locked}
    results = _results_of(by_id.values(), confirm)
    done = [by_id[pk] for pk, result in results.items() if result.ok]
    state = State.REFUSED
    if confirm:
        state = State.CONFIRMED
    _judge(done, actor, state, reason, at)
    missing = _("There is no such claim among what you may judge.")
    return [results.get(pk) or Result(pk, False, "not-found", missing) for pk in ids]


def _results_of(claims: Collection[Belonging], confirm: bool) -> dict[int, Result]:
    """Which of these can be confirmed or refused, by primary key; of two that contradict each other, the first."""
    known = _known_stores(claims) if confirm else {}
    results: dict[int, Result] = {}
    for claim in claims:
        key = (claim.platform_id, claim.listing_id)
        results[claim.pk] = _judgeable(claim, known.get(key, ""))
        if results[claim.pk].ok and confirm:
            known[key] = claim.store_id
    return results


def _judgeable(claim: Belonging, known: str) -> Result:
    if claim.state != State.UNJUDGED:
        said = _("%(who)s judged it already: %(state)s.")
        words = {
            "who": claim.judged_by or _("the program"),
            "state": claim.get_state_display(),
        }
        return Result(claim.pk, False, "judged", said % words)
    if known and known != claim.store_id:
        said = _(
            "The listing is known to be in store %(store)s; two persons can correct that."
        )
        return Result(claim.pk, False, "known-elsewhere", said % {"store": known})
    return Result(claim.pk)


def _judge(
    claims: list[Belonging],
    actor: User,
    state: BelongingState,
    reason: str,
    at: datetime,
) -> None:
    """Write down what became of claims, and let follow what must."""
    if not claims:
        return
    ids = [claim.pk for claim in claims]
    judge_belongings(ids, state, actor=actor, reason=reason, at=at)
    keys = [(claim.platform_id, claim.listing_id) for claim in claims]
    judge_held(keys, actor=actor, at=at)
    if state == State.CONFIRMED:
        mark_official(_in_official_stores(keys), actor, at)
    else:
        release_targets(listings_of(keys), actor=actor, at=at)


@transaction.atomic
def admit_claims(
    *, claims: Iterable[int], actor: User, at: datetime | None = None
) -> list[Result]:
    """Let claims take effect that were taken in without, beyond the limit or after refusals; one Result for each id.

    Refused with their code: "not-found", "judged", "in-effect". Raises PermissionDenied.
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.judge_claims")
    lock_registry()
    ids = list(dict.fromkeys(claims))
    found = {
        claim.pk: claim
        for claim in locked_in_order(claims_for(actor), ids).select_related("judged_by")
    }
    results: dict[int, Result] = {}
    for pk, claim in found.items():
        results[pk] = _judgeable(claim, "")
        if results[pk].ok and claim.in_effect:
            results[pk] = Result(pk, False, "in-effect", _("It takes effect already."))
    done = [pk for pk, result in results.items() if result.ok]
    put_in_effect(done)
    record_alike(actor, "belonging.admitted", Belonging, done, at=at)
    missing = _("There is no such claim among what you may judge.")
    return [results.get(pk) or Result(pk, False, "not-found", missing) for pk in ids]


def listings_of(keys: Iterable[Key]) -> list[int]:
    """Primary keys of the registered listings among these."""
    by_platform: dict[int, list[str]] = {}
    for platform, canonical_id in keys:
        by_platform.setdefault(platform, []).append(canonical_id)
    found: list[int] = []
    for platform, ids in by_platform.items():
        found += Listing.objects.filter(
            platform=platform, canonical_id__in=ids
        ).values_list("pk", flat=True)
    return found


def _in_official_stores(keys: Iterable[Key]) -> list[int]:
    """Primary keys of the registered listings among these that are known to be in an official account's store."""
    official = OfficialAccount.objects.protecting()
    protected = set(official.values_list("platform", "canonical_id"))
    known = _known_of(keys)
    return listings_of(
        key for key, store in known.items() if (key[0], store) in protected
    )


def known_store_of(listing: Listing) -> str:
    """Canonical id of the store that a listing is known to be in; empty where that is not known."""
    key = (listing.platform_id, listing.canonical_id)
    return _known_of([key]).get(key, "")


def _known_stores(claims: Iterable[Belonging]) -> dict[Key, str]:
    return _known_of((claim.platform_id, claim.listing_id) for claim in claims)


def _known_of(keys: Iterable[Key]) -> dict[Key, str]:
    """Key of a listing → canonical id of the store that it is known to be in, for those of which that is known."""
    keys = set(keys)
    ids = {canonical_id for _platform, canonical_id in keys}
    known = Listing.objects.filter(canonical_id__in=ids, store__isnull=False)
    found = {(platform, name): store for platform, name, store in known.values_list(
        "platform", "canonical_id", "store__canonical_id")}  # fmt: skip
    confirmed = Belonging.objects.confirmed().filter(listing_id__in=ids)
    found |= {(platform, name): store for platform, name, store in confirmed.values_list(
        "platform", "listing_id", "store_id")}  # fmt: skip
    return {key: store for key, store in found.items() if key in keys}


@dataclass(frozen=True, slots=True)
class Consequences:
    """What correcting the store of a listing changes.

    before: canonical id of the store that is known, or empty. becomes: "official", "free" or "" for what becomes of its
    target. work: (code, words, count) of what is under way. version: SHA-256 of all that.
    """

    before: str
    becomes: str
    work: tuple[tuple[str, Any, int], ...]
    version: str


def consequences_of(listing: Listing, store_id: str) -> Consequences:
    """What it changes if a listing is known to be in this store, or in none that is known where that is empty."""
    before = known_store_of(listing)
    official = OfficialAccount.objects.protecting().filter(
        platform=listing.platform_id, canonical_id=store_id
    )
    target = Target.objects.filter(listing=listing).first()
    becomes, ids = "", []
    if target is not None:
        ids = [target.pk]
        is_protected = official.exists()
        if is_protected and not target.is_official:
            becomes = "official"
        elif target.is_official and not is_protected:
            becomes = "free"
    work = tuple(row for count in work_counters for row in count(ids))
    counts = "/".join(f"{code}={count}" for code, _words, count in work)
    said = f"{listing.pk}/{before or None}/{store_id}/{becomes}/{counts}"
    return Consequences(
        before, becomes, work, hashlib.sha256(said.encode()).hexdigest()
    )


@transaction.atomic
def propose_belonging(
    *,
    listing: Listing,
    store_id: str,
    actor: User,
    reason: str,
    at: datetime | None = None,
) -> BelongingCorrection:
    """Propose to say otherwise in which store a listing is; a second person confirms it.

    store_id: canonical id of a store on the listing's platform, empty for none that is known.
    Raises PermissionDenied; TransitionRefused "same-store", "already-submitted", "reason-missing", "reason-too-long".
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.propose_belonging", listing)
    reason = given(reason)
    if len(reason) > 300:
        raise TransitionRefused(
            "reason-too-long", _("The reason is longer than 300 characters.")
        )
    lock_registry()
    listing = locked(Listing.objects).get(pk=listing.pk)
    if consequences_of(listing, store_id).before == store_id:
        raise TransitionRefused(
            "same-store", _("That is what is known of the listing already.")
        )
    if listing.corrections.filter(state=BelongingCorrection.State.PROPOSED).exists():
        raise TransitionRefused(
            "already-submitted",
            _("A correction of this listing waits for a second person already."),
        )
    correction = BelongingCorrection.objects.create(
        listing=listing, store_id=store_id, reason=reason, at=at
    )
    request_approval(
        subject=correction, version=_version_of(correction), actor=actor, at=at
    )
    record(
        actor,
        "belonging.correction_proposed",
        listing,
        at=at,
        store=store_id,
        reason=reason,
    )
    return correction


@transaction.atomic
def confirm_belonging(
    *,
    correction: BelongingCorrection,
    actor: User,
    touches: str | None = None,
    at: datetime | None = None,
) -> BelongingCorrection:
    """Correct the store of a listing, as a second person proposed; what it changes follows in the same act.

    touches: the version of the consequences that the person was shown; None asks for no look. A target that becomes
    official has its open items withdrawn, as after `judge_claims`; one that is in no official store any more is free.
    Raises PermissionDenied; TransitionRefused "decided", "consequences-changed", and those of
    `corps.workflow.decide_approval` ("own-draft" for who proposed it).
    """
    at = accept_at(actor, at, now())
    lock_registry(to_change=True)
    correction, approval = _locked_correction(correction)
    listing = locked(Listing.objects).get(pk=correction.listing_id)
    require(actor, "cases.confirm_belonging", listing)
    before = consequences_of(listing, correction.store_id)
    if touches is not None and touches != before.version:
        raise TransitionRefused(
            "consequences-changed",
            _("What it touches has changed since you looked; look at it again."),
        )
    decide_approval(
        approval=approval,
        actor=actor,
        version=_version_of(correction),
        approve=True,
        at=at,
    )
    CORRECTION_STATES.move(correction, CorrectionState.CONFIRMED)
    correction.save(update_fields=["state"])
    correct_store(
        listing, correction.store_id, actor=actor, reason=correction.reason, at=at
    )
    record(
        actor, "belonging.corrected", listing, at=at, before=before.before, after=correction.store_id,
        reason=correction.reason,
    )  # fmt: skip
    key = (listing.platform_id, listing.canonical_id)
    judge_held([key], actor=actor, at=at)
    if before.becomes == "official":
        mark_official([listing.pk], actor, at)
    else:
        release_targets([listing.pk], actor=actor, at=at)
    return correction


@transaction.atomic
def decline_belonging(
    *,
    correction: BelongingCorrection,
    actor: User,
    reason: str,
    at: datetime | None = None,
) -> BelongingCorrection:
    """Leave what is known of a listing as it is; who proposed otherwise is owed the reason.

    Raises PermissionDenied; TransitionRefused "decided", and those of `corps.workflow.decide_approval`.
    """
    at = accept_at(actor, at, now())
    lock_registry()
    correction, approval = _locked_correction(correction)
    require(actor, "cases.confirm_belonging", correction.listing)
    decide_approval(
        approval=approval,
        actor=actor,
        version=approval.version,
        approve=False,
        reason=reason,
        at=at,
    )
    CORRECTION_STATES.move(correction, CorrectionState.DECLINED)
    correction.save(update_fields=["state"])
    record(
        actor,
        "belonging.correction_declined",
        correction.listing,
        at=at,
        reason=reason.strip(),
    )
    return correction


def _locked_correction(
    correction: BelongingCorrection,
) -> tuple[BelongingCorrection, Approval]:
    correction = (
        locked(BelongingCorrection.objects)
        .select_related("listing")
        .get(pk=correction.pk)
    )
    approval = open_approval(correction)
    if correction.state != BelongingCorrection.State.PROPOSED or approval is None:
        said = _("This was decided already: %(state)s.") % {
            "state": correction.get_state_display()
        }
        raise TransitionRefused("decided", said, state=correction.state)
    return correction, approval


def _version_of(correction: BelongingCorrection) -> str:
    """SHA-256 of what a second person confirms."""
    said = f"{correction.pk}/{correction.listing_id}/{correction.store_id}/{correction.reason}"
    return hashlib.sha256(said.encode()).hexdigest()
