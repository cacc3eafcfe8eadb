"""An official account is proposed by one person and confirmed by another, who sees first what it touches."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Target
from corps.errors import TransitionRefused
from corps.models import Approval, AuditEntry
from dashboards.statistics import statistics
from dashboards.workflow import compare
from notices.models import LedgerEntry, Notice, NoticeItem
from notices.workflow import (
    approve_notice,
    compose_notices,
    propose_correction,
    submit_notice,
    verify_items,
)
from stores.models import OfficialAccount
from stores.status_providers import touched_by, touched_version
from stores.workflow import (
    confirm_official_account,
    decline_official_account,
    propose_official_account,
)
from tests.notices.official_accounts import FORMS, STORE, targets_in_the_store
from tests.notices.world import World, add_targets, answer, issue

pytestmark = pytest.mark.django_db


def propose(world: World, **facts: object) -> OfficialAccount:
    return propose_official_account(
        **{
            "firm": world.firm,
            "platform": world.platform,
            "site": "taobao",
            "canonical_id": STORE,
            "url": FORMS[0],
            "name": "官方旗舰店",
            "actor": world.officer,
        }
        | facts
    )


def counted_in_the_store(world: World) -> tuple[Target, Target, Target]:
    """A listing in the store, the store itself and a listing elsewhere, all verified and counted."""
    targets = targets_in_the_store(world)
    for notice in issue(world):
        answer(world, notice)
        verify_items(
            items=notice.items.values_list("pk", flat=True),
            actor=world.officer2,
            seen="gone",
        )
    assert Target.objects.filter(is_counted=True).count() == 3
    return targets


def test_a_proposed_account_withdraws_and_marks_nothing(world: World):
    targets_in_the_store(world)
    [notice] = issue(world)
    propose(world)
    assert set(notice.items.values_list("state", flat=True)) == {"open"}
    assert not Target.objects.filter(is_official=True).exists()
    assert not OfficialAccount.objects.protecting().exists()


def test_no_new_letter_names_what_belongs_to_a_proposed_account(world: World):
    inside, itself, elsewhere = targets_in_the_store(world)
    [draft] = compose_notices(
        case=world.case, actor=world.officer, targets=[inside.pk, elsewhere.pk]
    ).notices
    submitted = submit_notice(notice=draft, actor=world.officer)
    propose(world)
    with pytest.raises(TransitionRefused) as refused:
        approve_notice(
            notice=submitted, actor=world.supervisor, version=submitted.version
        )
    assert [(block.ref, block.code) for block in refused.value.details["blocked"]] == [
        (inside.pk, "official-proposed")
    ]
    composed = compose_notices(
        case=world.case, actor=world.officer, targets=[itself.pk]
    )
    assert [block.code for block in composed.blocked] == ["official-proposed"]
    assert not composed.notices
    assert Notice.objects.get().state == "submitted"


def test_the_database_refuses_to_name_what_belongs_to_a_proposed_account(world: World):
    _inside, itself, _elsewhere = targets_in_the_store(world)
    [elsewhere] = add_targets(world, 1)
    [notice] = issue(world, [elsewhere])
    propose(world)
    with pytest.raises(IntegrityError, match="never named"), transaction.atomic():
        NoticeItem.objects.create(
            notice=notice, target=itself, ground=world.ground, position=99, state="open"
        )


def test_confirming_writes_a_minus_one_for_each_counted_result_in_the_same_act(
    world: World,
):
    inside, itself, elsewhere = counted_in_the_store(world)
    account = propose(world)
    confirm_official_account(account=account, actor=world.supervisor)
    taken_back = LedgerEntry.objects.filter(sign=-1)
    assert {entry.target_id for entry in taken_back} == {inside.pk, itself.pk}
    assert {(entry.cause, entry.account_id) for entry in taken_back} == {
        ("official", account.pk)
    }
    assert all(
        "officer" in entry.reason and "supervisor" in entry.reason
        for entry in taken_back
    )
    for target in Target.objects.filter(pk__in=[inside.pk, itself.pk]):
        assert (target.state, target.is_counted, target.is_official) == (
            "reported",
            False,
            True,
        )
        assert (
            AuditEntry.objects.about(target).filter(verb="outcome.taken_back").exists()
        )
    elsewhere.refresh_from_db()
    assert elsewhere.is_counted
    assert compare() == []
    counts = statistics(world.supervisor).totals
    assert (
        counts["listings_removed"],
        counts["stores_shut"],
        counts["corrections"],
    ) == (1, 0, 2)


def test_whoever_proposed_does_not_confirm_nor_does_an_officer(world: World):
    account = propose(world, actor=world.supervisor)
    with pytest.raises(TransitionRefused) as own:
        confirm_official_account(account=account, actor=world.supervisor)
    assert own.value.code == "own-draft"
    with pytest.raises(PermissionDenied):
        confirm_official_account(account=account, actor=world.officer2)
    with pytest.raises(PermissionDenied):
        decline_official_account(account=account, actor=world.officer2, reason="不是")
    assert OfficialAccount.objects.get().is_proposed
    confirm_official_account(account=account, actor=world.supervisor2)
    for act in (
        lambda: confirm_official_account(account=account, actor=world.supervisor2),
        lambda: decline_official_account(
            account=account, actor=world.supervisor2, reason="不是"
        ),
    ):
        with pytest.raises(TransitionRefused) as again:
            act()
        assert again.value.code == "confirmed"


def test_a_store_is_proposed_once_and_may_be_proposed_again_after_it_was_declined(
    world: World,
):
    first = propose(world)
    with pytest.raises(TransitionRefused) as twice:
        propose(world)
    assert twice.value.code == "already-proposed"
    with pytest.raises(TransitionRefused) as silent:
        decline_official_account(account=first, actor=world.supervisor, reason=" ")
    assert silent.value.code == "reason-missing"
    decline_official_account(account=first, actor=world.supervisor, reason="非企业自营")
    assert propose(world).pk != first.pk


def test_what_belongs_to_a_declined_account_may_be_named_again(world: World):
    inside, itself, _elsewhere = targets_in_the_store(world)
    decline_official_account(
        account=propose(world), actor=world.supervisor, reason="非企业自营"
    )
    [notice] = issue(world, [inside, itself])
    assert notice.items.count() == 2


def test_a_declined_account_stays_as_it_is(world: World):
    account = decline_official_account(
        account=propose(world), actor=world.supervisor, reason="非企业自营"
    )
    for changes in (
        {"declined_at": None},
        {"confirmed_at": account.declined_at, "declined_at": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            OfficialAccount.objects.filter(pk=account.pk).update(**changes)


def test_an_account_is_confirmed_once_and_struck_only_after_that(world: World):
    account = propose(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficialAccount.objects.filter(pk=account.pk).update(
            revoked_at=account.recorded_at, revocation_reason="x"
        )
    confirm_official_account(account=account, actor=world.supervisor)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficialAccount.objects.filter(pk=account.pk).update(confirmed_at=None)


def test_it_says_first_what_it_touches_and_is_not_confirmed_once_that_has_changed(
    world: World,
):
    targets_in_the_store(world)
    [notice] = issue(world)
    answer(world, notice, items=[notice.items.order_by("pk")[0].pk])
    account = propose(world)
    shown = touched_by(account)
    assert {one.code: one.count for one in shown if one.count} == {
        "targets": 2,
        "open-items": 2,
        "letters": 1,
    }
    verify_items(
        items=notice.items.values_list("pk", flat=True),
        actor=world.officer2,
        seen="gone",
    )
    with pytest.raises(TransitionRefused) as stale:
        confirm_official_account(
            account=account, actor=world.supervisor, touches=touched_version(shown)
        )
    assert stale.value.code == "consequences-changed"
    now_shown = touched_version(touched_by(account))
    assert confirm_official_account(
        account=account, actor=world.supervisor, touches=now_shown
    ).confirmed_at


def test_a_correction_that_waits_is_void_once_the_account_has_taken_the_result_back(
    world: World,
):
    inside, _itself, _elsewhere = counted_in_the_store(world)
    propose_correction(target=inside, actor=world.officer, reason="误计")
    confirm_official_account(account=propose(world), actor=world.supervisor)
    assert Approval.objects.about(inside).get().state == "void"


def test_confirming_takes_as_many_statements_for_any_number_of_counted_targets(
    world: World,
):
    counts = []
    for number in (2, 30):
        store, *listings = [
            *add_targets(world, 1, kind="store"),
            *add_targets(world, number),
        ]
        for target in listings:
            target.listing.store = store.store
            target.listing.save(update_fields=["store"])
        [notice] = issue(world, [store, *listings])
        answer(world, notice)
        verify_items(
            items=notice.items.values_list("pk", flat=True),
            actor=world.officer2,
            seen="gone",
        )
        account = propose(world, canonical_id=store.store.canonical_id)
        with CaptureQueriesContext(connection) as statements:
            confirm_official_account(account=account, actor=world.supervisor)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_proposal_is_decided_in_the_inbox_and_its_numbers_lead_to_their_rows(
    world: World,
):
    inside, itself, _elsewhere = counted_in_the_store(world)
    account = propose(world)
    inbox = reverse("notices:approvals")
    second = Client()
    second.force_login(world.supervisor)
    page = second.get(f"{inbox}?strike={account.pk}")
    listed = reverse("cases:official_targets", args=[account.pk])
    assert f"{listed}?show=counted" in page.content.decode()
    rows = second.get(f"{listed}?show=counted").context["page"].rows
    assert {target.pk for target in rows} == {inside.pk, itself.pk}
    said = {
        "act": "confirm",
        "about": "registration",
        "touches": page.context["touches"],
    }
    assert second.post(reverse("notices:strike", args=[account.pk]), said).url == inbox
    account.refresh_from_db()
    assert account.confirmed_at is not None
