"""Targets: added by hand, given their ground, dropped; and marked when an account turns out to be official."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Case as Choice
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.extensions import drop_checks
from cases.models import BulkAct, Case, ImportRow, LegalGround, Target
from cases.models.targets import TargetQuerySet
from cases.states import (
    ENDED_CASE,
    ENDED_COMPLAINT,
    MAY_CARRY_OVER,
    TARGET_STATES,
    UNDER_WAY_CASE,
    TargetState,
)
from cases.workflow.bulk_acts import keep_act
from cases.workflow.claiming import take_up_claims
from cases.workflow.guards import (
    given,
    hold_cases,
    lock_case,
    require_open,
    require_valid_ground,
)
from cases.workflow.imports.registration import known_targets
from cases.workflow.imports.rows import account_label
from cases.workflow.official_targets import announce_official, record_each
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.last_acts import tell_second_comers
from corps.audit.recording import record, record_alike
from corps.database.locking import locked_in_order
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User
from corps.results import Result
from listings.addresses import Address, read_cell
from listings.classify import REASONS
from listings.models import Belonging, Listing
from listings.sites import platform_of
from listings.workflow import (
    Key,
    Registry,
    listing_words,
    lock_registry,
    platforms_taking_part,
    store_words,
)
from stores.extensions import Touched
from stores.models import OfficialAccount, Store

DROPPABLE = TARGET_STATES.before(TargetState.DROPPED)
# Most addresses that can be added by hand at once; a sheet holds more.
ADDRESSES = 500


@transaction.atomic
def add_targets(
    *, case: Case, addresses: Iterable[str], actor: User, at: datetime | None = None
) -> list[Result]:
    """Add listings and stores to a case by hand; one Result for each address, by its number from 1.

    A dropped target is taken up again, wherever it was dropped, and the result says where and why it was. What lies
    unfinished with a complaint or a case that ended, and is named by nobody else, comes into this case.
    Refused with their code: what cannot be read or placed (codes of `listings.classify.REASONS`), "official",
    "claimed-official", "already-here", "other-case" and "other-complaint" with its number, "twice".
    Raises PermissionDenied; TransitionRefused "case-not-open", "too-many".
    """
    at = accept_at(actor, at, now())
    addresses = list(addresses)
    if len(addresses) > ADDRESSES:
        message = _(
            "At most %(count)s addresses can be added at once; a sheet can hold more."
        ) % {"count": ADDRESSES}
        raise TransitionRefused("too-many", message)
    lock_registry()
    case = lock_case(case)
    require(actor, "cases.add_targets", case)
    require_open(case)

    stated, results = _read_addresses(addresses, platforms_taking_part())
    results |= _add(case, stated, actor, at)
    return [results[number] for number in range(1, len(addresses) + 1)]


class StatedAddress(NamedTuple):
    """The address of a listing or a store that somebody names. number: of its place in the list, from 1."""

    number: int
    address: Address
    key: Key

    @property
    def is_listing(self) -> bool:
        """Whether it names a listing; otherwise a store."""
        return self.address.kind == Target.Kind.LISTING

    def pk_in(self, registry: Registry) -> int:
        """The primary key of what it names."""
        if self.is_listing:
            return registry.listings[self.key]
        return registry.stores[self.key]


def _read_addresses(
    addresses: Iterable[str], platforms: Mapping[str, int]
) -> tuple[list[StatedAddress], dict[int, Result]]:
    """The addresses that can be used, each once, and the results of the others by number."""
    stated: dict[tuple[str, Key], StatedAddress] = {}
    refused: dict[int, Result] = {}
    for number, text in enumerate(addresses, start=1):
        address = read_cell(text)
        if result := _not_usable(number, address, platforms):
            refused[number] = result
            continue
        key = platforms[platform_of(address.site)], address.canonical_id
        if (address.kind, key) in stated:
            message = _("This address stands in the list twice.")
            refused[number] = Result(number, False, "twice", message)
        else:
            stated[address.kind, key] = StatedAddress(number, address, key)
    return list(stated.values()), refused


def _not_usable(
    number: int, address: Address, platforms: Mapping[str, int]
) -> Result | None:
    codes = {
        "invalid": "unusable-address",
        "search": "search-page",
        "short": "short-link",
    }
    code = codes.get(address.kind)
    if code is None and platform_of(address.site) not in platforms:
        code = "platform-not-registered"
    if code is None:
        return None
    message = REASONS[code]
    if code == "unusable-address" and address.reason:
        message = address.message
    return Result(number, False, code, message)


def _add(
    case: Case, stated: Iterable[StatedAddress], actor: User, at: datetime
) -> dict[int, Result]:
    """Register what is new, make targets of what is none yet, take up what was dropped; results by number."""
    registry = Registry()
    results, registered = _register(stated, registry)
    present = _present_targets(registered, registry)
    seen = cases_seen(present.values(), actor)
    new, again = [], []
    for one in registered:
        number, target = one.number, present.get(one.number)
        if target is None:
            new.append(_new_target(case, one, registry, at))
            results[number] = Result(number)
        elif _may_come(target):
            again.append(target)
            results[number] = Result(number, message=_where_it_was(target, case, seen))
        else:
            results[number] = _taken(number, target, case)
    Target.objects.bulk_create(new)
    added = [target.pk for target in new]
    record_alike(actor, "target.added", Target, added, at=at, thread=case.thread)
    bring_into(case, again, actor, at)
    return results


def _register(
    stated: Iterable[StatedAddress], registry: Registry
) -> tuple[dict[int, Result], list[StatedAddress]]:
    """Register what no official account keeps: the results of the others by number, and what is registered now."""
    stated = list(stated)
    registry.look_up(
        [one.key for one in stated if one.is_listing],
        [one.key for one in stated if not one.is_listing],
    )
    refused: dict[int, Result] = {}
    registered = []
    for one in stated:
        if result := _kept_by_account(one, registry):
            refused[one.number] = result
            continue
        registered.append(one)
        site, url = one.address.site, one.address.canonical_url
        if one.is_listing:
            registry.add_listing(one.key, listing_words(site, url))
        else:
            registry.add_store(one.key, store_words(site, url))
    registry.number()
    registry.write()
    return refused, registered


def _kept_by_account(one: StatedAddress, registry: Registry) -> Result | None:
    """That an address belongs to an official account, or is claimed to; None where neither is so."""
    if not one.is_listing:
        account, claimed = registry.account_of(None, one.key), None
    else:
        account = registry.account_of(one.key, None)
        claimed = registry.claimed_account(one.key)
    if account:
        message = _("This belongs to an official account: %(account)s.")
        detail = {"account": account_label(account)}
        return Result(one.number, False, "official", message % detail)
    if claimed:
        message = _(
            "Somebody claims that it is in the store of %(account)s; that is judged first."
        )
        detail = {"account": account_label(claimed)}
        return Result(one.number, False, "claimed-official", message % detail)
    return None


def _present_targets(
    registered: Iterable[StatedAddress], registry: Registry
) -> dict[int, Target]:
    """Those of the registered that are targets already, locked: number of the address → its target."""
    numbers: dict[tuple[str, int], int] = {
        (one.address.kind, one.pk_in(registry)): one.number for one in registered
    }
    listings = [pk for kind, pk in numbers if kind == Target.Kind.LISTING]
    stores = [pk for kind, pk in numbers if kind == Target.Kind.STORE]
    number_of = {
        target: numbers[kind, pk]
        for kind, pk, target in known_targets(listings, stores)
    }
    targets = locked_in_order(_with_holders(), number_of)
    return {number_of[target.pk]: target for target in targets}


def _new_target(
    case: Case, one: StatedAddress, registry: Registry, at: datetime
) -> Target:
    field = "store_id"
    if one.is_listing:
        field = "listing_id"
    return Target(
        kind=one.address.kind,
        platform_id=one.key[0],
        firm_id=case.firm_id,
        case=case,
        reported_at=at,
        **{field: one.pk_in(registry)},
    )


@transaction.atomic
def take_up_targets(
    *, case: Case, targets: Iterable[int], actor: User, at: datetime | None = None
) -> list[Result]:
    """Take dropped targets up in a case, its own and those that its complaints name, wherever they were dropped.

    One Result for each id; it says where and why it was dropped, as far as the actor may know. Refused with their
    code: "not-found" for what the case neither has nor names, "wrong-state" for what was not dropped.
    Raises PermissionDenied; TransitionRefused "case-not-open".
    """
    at = accept_at(actor, at, now())
    lock_registry()
    case = lock_case(case)
    require(actor, "cases.add_targets", case)
    require_open(case)
    ids = list(dict.fromkeys(targets))
    named = Target.objects.named_by(sheet_import__complaint__case=case).filter(
        pk__in=ids
    )
    own_or_named = _with_holders().filter(Q(case=case) | Q(pk__in=named.values("pk")))
    locked = {target.pk: target for target in locked_in_order(own_or_named, ids)}
    seen = cases_seen(locked.values(), actor)
    results = {pk: _taking_up(target, case, seen) for pk, target in locked.items()}
    again = [locked[pk] for pk, result in results.items() if result.ok]
    bring_into(case, again, actor, at)
    return [results.get(pk) or _not_found(pk) for pk in ids]


def _taking_up(target: Target, case: Case, seen: Collection[int]) -> Result:
    """Whether a target can be taken up in a case, with where it was; `seen` as in `where_dropped`."""
    if _may_come(target):
        return Result(target.pk, message=_where_it_was(target, case, seen))
    message = _("It is “%(state)s”; only what was dropped can be taken up.")
    return Result(
        target.pk, False, "wrong-state", message % {"state": target.get_state_display()}
    )


def _with_holders() -> TargetQuerySet:
    """Targets with what says whether they are held: case, unit and complaint."""
    return Target.objects.select_related("case__unit", "complaint__case")


def _may_come(target: Target) -> bool:
    """Whether a target may be brought into a case by hand: it was dropped, or lies unfinished where all has ended."""
    if target.state == TargetState.DROPPED:
        return True
    return target.state in MAY_CARRY_OVER and not _is_held(target)


def _is_held(target: Target) -> bool:
    """Whether a living complaint, or a case that goes on, has the target."""
    if target.case is not None:
        return target.case.state not in ENDED_CASE
    complaint = target.complaint
    if complaint is None or complaint.state in ENDED_COMPLAINT:
        return False
    return complaint.case is None or complaint.case.state not in ENDED_CASE


def bring_into(
    case: Case, targets: Collection[Target], actor: User, at: datetime
) -> None:
    """Make locked targets those of a locked case: dropped ones are reported again, or relisted where they count.

    Each belongs to the case's own first complaint that names it, if there is one. Told in the thread that they leave
    and in the case's own. A fixed number of statements, besides one for each thread that they leave.
    """
    ids = [target.pk for target in targets]
    rows = ImportRow.objects.filter(
        target=OuterRef("pk"), sheet_import__complaint__case=case
    )
    first = rows.order_by("registered_at", "pk").values("sheet_import__complaint")[:1]
    state = When(is_counted=True, then=Value(TargetState.RELISTED.value))
    Target.objects.filter(pk__in=ids).update(
        case=case,
        complaint=Subquery(first),
        state=Choice(state, default=Value(TargetState.REPORTED.value)),
        dropped_reason="",
    )
    left = [target for target in targets if target.thread != case.thread]
    record_each(actor, "target.passed_on", left, at, way=case.number, why="taken_up")
    record_alike(actor, "target.taken_up", Target, ids, at=at, thread=case.thread)


def cases_seen(targets: Iterable[Target], user: User) -> set[int]:
    """Which of the cases of these targets a person may see, by primary key; one statement."""
    ids = [target.case_id for target in targets if target.case_id is not None]
    visible = Case.objects.visible_to(user).filter(pk__in=ids)
    return set(visible.values_list("pk", flat=True))


def where_dropped(target: Target, seen: Collection[int]) -> Any:
    """Where and why a target was dropped; of a case that is not among those `seen`, only that it was elsewhere."""
    if target.case is None:
        return _("It was dropped: %(reason)s") % {"reason": target.why_dropped}
    if target.case_id not in seen:
        return _("It was dropped in a case of another unit (%(unit)s).") % {
            "unit": target.case.unit.name
        }
    detail = {"case": target.case.number, "reason": target.why_dropped}
    return _("It was dropped in case %(case)s: %(reason)s") % detail


def _where_it_was(target: Target, case: Case, seen: Collection[int]) -> Any:
    """What is told of a target that came into a case although it was one already; empty if it was the case's own."""
    if target.case_id == case.pk:
        return ""
    if target.state == TargetState.DROPPED:
        return _("%(where)s It is taken up in this case now.") % {
            "where": where_dropped(target, seen)
        }
    if target.case is not None:
        message = _("It came over from case %(case)s, which is “%(state)s”.")
        return message % {
            "case": target.case.number,
            "state": target.case.get_state_display(),
        }
    complaint = target.complaint
    if complaint is None:
        return ""
    message = _("It came over from complaint %(complaint)s, which is “%(state)s”.")
    return message % {
        "complaint": complaint.number,
        "state": complaint.get_state_display(),
    }


def _taken(number: int, target: Target, case: Case) -> Result:
    """Why an address cannot be added that is a target already, and where it is."""
    if target.case_id == case.pk:
        return Result(
            number, False, "already-here", _("This is a target of this case already.")
        )
    if target.case is not None:
        message = _(
            "This is a target of case %(case)s (%(unit)s), which is “%(state)s”; the target is “%(target)s”."
        )
        detail = {
            "case": target.case.number,
            "unit": target.case.unit.name,
            "state": target.case.get_state_display(),
            "target": target.get_state_display(),
        }
        return Result(number, False, "other-case", message % detail)
    complaint = target.complaint
    assert complaint is not None  # a target in no case waits with its complaint
    message = _(
        "This was named by complaint %(complaint)s, which is “%(state)s” and in no case; the target is “%(target)s”."
    )
    detail = {
        "complaint": complaint.number,
        "state": complaint.get_state_display(),
        "target": target.get_state_display(),
    }
    return Result(number, False, "other-complaint", message % detail)


@transaction.atomic
def drop_targets(
    *, targets: Iterable[int], actor: User, reason: str, at: datetime | None = None
) -> list[Result]:
    """Take targets out of their case's work, with a reason of up to 300 characters; one Result for each id.

    Refused with their code: "not-found", "case-not-open", "wrong-state" while a notice names them, or what
    `drop_checks` say. Raises PermissionDenied; TransitionRefused "reason-missing", "reason-too-long".
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.drop_targets")
    reason = given(reason)[:300]
    ids, locked = _locked_targets(targets, actor)
    barred: dict[int, tuple[str, Any]] = {}
    for check in drop_checks:
        barred |= check(locked.keys())
    results = {
        pk: _not_droppable(target, barred.get(pk)) or Result(pk)
        for pk, target in locked.items()
    }
    dropped = [locked[pk] for pk, result in results.items() if result.ok]
    TARGET_STATES.move_all(
        Target.objects.filter(pk__in=[target.pk for target in dropped]),
        TargetState.DROPPED,
        dropped_reason=reason,
    )
    record_each(actor, "target.dropped", dropped, at, reason=reason)
    before = [target.state for target in dropped]
    _keep(BulkAct.Verb.DROP, dropped, before, actor, at)
    return _in_order_given(ids, results)


def _not_droppable(target: Any, barred: tuple[str, Any] | None) -> Result | None:
    """Why a target cannot be dropped, if so. barred: what `drop_checks` say of it."""
    if target.state == TargetState.DROPPED:
        return _dropped_already(target)
    if target.state not in DROPPABLE:
        message = _(
            "It is “%(state)s” and cannot be dropped; withdraw it from its notice first."
        )
        detail = {"state": target.get_state_display()}
        return Result(target.pk, False, "wrong-state", message % detail)
    if barred is not None:
        return Result(target.pk, False, *barred)
    return _case_not_open(target)


@transaction.atomic
def ground_targets(
    *,
    targets: Iterable[int],
    ground: LegalGround | None,
    actor: User,
    at: datetime | None = None,
) -> list[Result]:
    """Give targets a ground of their own, in place of their case's; None takes it back. One Result for each id.

    Refused with their code: "not-found", "case-not-open", "wrong-state" for dropped ones.
    Raises PermissionDenied; TransitionRefused "ground-not-valid".
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.ground_targets")
    if ground is not None:
        require_valid_ground(ground, at)
    ids, locked = _locked_targets(targets, actor)
    results: dict[int, Result] = {}
    for pk, target in locked.items():
        if target.state == TargetState.DROPPED:
            results[pk] = _dropped_already(target)
        else:
            results[pk] = _case_not_open(target) or Result(pk)
    changed = [locked[pk] for pk, result in results.items() if result.ok]
    Target.objects.filter(pk__in=[target.pk for target in changed]).update(
        ground=ground
    )
    if ground:
        record_each(actor, "target.ground_given", changed, at, ground=ground.code)
    else:
        record_each(actor, "target.ground_taken_back", changed, at)
    before = [target.ground_id for target in changed]
    _keep(BulkAct.Verb.GROUND, changed, before, actor, at)
    return _in_order_given(ids, results)


def _keep(
    verb: str, targets: list[Target], before: list[Any], actor: User, at: datetime
) -> None:
    """Keep an act on targets, with their case if all are in one."""
    cases = {target.case for target in targets if target.case_id is not None}
    case = None
    if len(cases) == 1:
        case = cases.pop()
    keep_act(
        verb,
        actor=actor,
        at=at,
        case=case,
        subjects=[target.pk for target in targets],
        before=before,
    )


def _locked_targets(
    targets: Iterable[int], actor: User
) -> tuple[list[int], dict[int, Target]]:
    """The ids in the order given, each once, and those that the actor may see, locked; their cases held."""
    ids = list(dict.fromkeys(targets))
    hold_cases(ids)
    case_state = Case.objects.filter(pk=OuterRef("case")).values("state")
    visible = (
        Target.objects.visible_to(actor)
        .select_related("case")
        .annotate(case_state=Subquery(case_state))
    )
    return ids, {target.pk: target for target in locked_in_order(visible, ids)}


def _case_not_open(target: Any) -> Result | None:
    if target.case_id is None or target.case_state in UNDER_WAY_CASE:
        return None
    return Result(target.pk, False, "case-not-open", _("Its case is not open."))


def _dropped_already(target: Target) -> Result:
    return Result(target.pk, False, "wrong-state", _("It was dropped already."))


def _not_found(pk: int) -> Result:
    return Result(pk, False, "not-found", _("There is no such target."))


def _in_order_given(ids: Iterable[int], results: Mapping[int, Result]) -> list[Result]:
    """A result for each id; of one that somebody else was first with, who and when."""
    given_order = [results.get(pk) or _not_found(pk) for pk in ids]
    return tell_second_comers(given_order, Target, {"wrong-state"})


def mark_account(account: OfficialAccount, *, actor: User, at: datetime) -> None:
    """A hook of `stores.workflow`: mark every target that is the account's store, or a listing known to be in it."""
    ids = [
        pk
        for lot in targets_of(account)
        for pk in lot.filter(is_official=False).values_list("pk", flat=True)
    ]
    locked = [target.pk for target in locked_in_order(Target.objects, ids)]
    Target.objects.filter(pk__in=locked).update(is_official=True)
    take_up_claims(account)
    record(
        actor, "official_account.targets_marked", account, at=at, targets=len(locked)
    )
    announce_official(locked, actor, at)


def proposed_among(targets: Collection[int]) -> set[int]:
    """Which of these targets belong to an account that waits for a second person: no new letter may name them.

    One statement where nothing is proposed, otherwise three.
    """
    proposed = list(OfficialAccount.objects.proposed())
    named: set[int] = set()
    if not targets:
        return named
    for account in proposed:
        for lot in targets_of(account):
            named |= set(lot.filter(pk__in=targets).values_list("pk", flat=True))
    return named


def touched_targets(account: OfficialAccount) -> Iterable[Touched]:
    """For `stores.extensions.touched_counters`: the targets that an account keeps from notices once it is
    registered."""
    count = sum(lot.count() for lot in targets_of(account))
    listed = reverse("cases:official_targets", args=[account.pk])
    yield Touched(
        "targets", _("Targets"), count, _("no notice may name them any more"), listed
    )
    claimed = Listing.objects.filter(
        store=None,
        claimed_store__canonical_id=account.canonical_id,
        claimed_store__platform=account.platform_id,
    )
    note = _("stay as they are; you judge these claims afterwards")
    yield Touched(
        "claimed", _("Listings only claimed to be in it"), claimed.count(), note
    )


def targets_of(account: OfficialAccount) -> tuple[QuerySet[Target], QuerySet[Target]]:
    """The targets that are the account's store, and those that are a listing known to be in it."""
    store = Store.objects.filter(
        platform=account.platform_id, canonical_id=account.canonical_id
    )
    inside = Belonging.objects.confirmed().filter(
        platform=account.platform_id, store_id=account.canonical_id
    )
    known = Q(
        platform=account.platform_id, canonical_id__in=inside.values("listing_id")
    )
    listings = Listing.objects.filter(known | Q(store__in=store.values("pk")))
    there = Target.objects.filter(platform=account.platform_id)
    return there.filter(store__in=store.values("pk")), there.filter(
        listing__in=listings.values("pk")
    )


def release_targets(listings: Iterable[int], *, actor: User, at: datetime) -> None:
    """Let targets be ordinary again that are marked official and in no official account's store by what is known now.

    listings: primary keys. Three statements at most.
    """
    marked = Target.objects.filter(listing__in=list(listings), is_official=True)
    free = _kept_by_none(
        list(marked.values_list("pk", flat=True)), OfficialAccount.objects.protecting()
    )
    locked = [target.pk for target in locked_in_order(Target.objects, free)]
    Target.objects.filter(pk__in=locked).update(is_official=False)
    record_each(actor, "target.released", Target.objects.filter(pk__in=locked), at)


def kept_targets(account: OfficialAccount) -> list[int]:
    """Marked targets of the account that no other one protects."""
    ids = [
        pk
        for lot in targets_of(account)
        for pk in lot.filter(is_official=True).values_list("pk", flat=True)
    ]
    return _kept_by_none(
        ids, OfficialAccount.objects.protecting().exclude(pk=account.pk)
    )


def _kept_by_none(targets: list[int], accounts: QuerySet[OfficialAccount]) -> list[int]:
    """Which of these targets none of these accounts protects, on whatever platform."""
    on_platform = accounts.filter(platform=OuterRef("platform"))
    inside = Belonging.objects.confirmed().filter(
        platform=OuterRef("platform"), listing_id=OuterRef("listing__canonical_id")
    )
    around = inside.filter(
        store_id__in=accounts.filter(platform=OuterRef("platform")).values(
            "canonical_id"
        )
    )
    return list(
        Target.objects.filter(pk__in=targets)
        .exclude(
            Exists(on_platform.filter(canonical_id=OuterRef("store__canonical_id")))
        )
        .exclude(
            Exists(
                on_platform.filter(
                    canonical_id=OuterRef("listing__store__canonical_id")
                )
            )
        )
        .exclude(Exists(around))
        .values_list("pk", flat=True)
    )
