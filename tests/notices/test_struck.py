"""An official account that was registered by mistake is struck by two persons; nothing else ever unprotects one."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Target
from cases.workflow import add_targets as name_targets
from corps.errors import TransitionRefused
from corps.models import AuditEntry, User
from listings.models import Belonging
from notices.models import NoticeItem
from notices.workflow import compose_notices
from stores.models import OfficialAccount, Store
from stores.status_providers import protected_by
from stores.workflow import (
    decline_revocation,
    propose_revocation,
    revoke_official_account,
)
from tests.accounts import register_official_account
from tests.notices.official_accounts import STORE, protect, targets_in_the_store
from tests.notices.world import World, add_targets, issue

pytestmark = pytest.mark.django_db
WHY = "注册地址与企业不符，系第三方店铺"

# What a person made of a claim.
CONFIRMED = {"state": "confirmed", "judged_at": "2026-03-01T00:00Z"}


def ask(account: OfficialAccount, by: User) -> None:
    propose_revocation(account=account, actor=by, reason=WHY)


def struck(world: World, account: OfficialAccount) -> OfficialAccount:
    ask(account, world.officer)
    return revoke_official_account(account=account, actor=world.supervisor)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_what_a_struck_account_kept_from_notices_may_be_asked_for_anew(world: World):
    inside, itself, _elsewhere = targets_in_the_store(world)
    [notice] = issue(world)
    account = protect(world)
    assert set(
        notice.items.filter(state="withdrawn").values_list("target", flat=True)
    ) == {inside.pk, itself.pk}
    assert not compose_notices(
        case=world.case, actor=world.officer, targets=[inside.pk, itself.pk]
    ).notices

    struck(world, account)
    assert not Target.objects.filter(is_official=True).exists()
    [again] = issue(world, [inside, itself])
    assert set(again.items.values_list("target", flat=True)) == {inside.pk, itself.pk}
    assert notice.items.filter(state="withdrawn").count() == 2


def test_until_a_second_person_decides_it_protects_as_before(world: World):
    inside, itself, _elsewhere = targets_in_the_store(world)
    account = protect(world)
    ask(account, world.supervisor)
    assert not compose_notices(
        case=world.case, actor=world.officer, targets=[inside.pk, itself.pk]
    ).notices
    with pytest.raises(TransitionRefused) as own:
        revoke_official_account(account=account, actor=world.supervisor)
    assert own.value.code == "own-draft"
    assert not OfficialAccount.objects.exclude(revoked_at=None).exists()
    revoke_official_account(account=account, actor=world.supervisor2)
    assert OfficialAccount.objects.get().revoked_at is not None


def test_nobody_strikes_without_being_asked_nor_without_the_role(world: World):
    account = protect(world)
    with pytest.raises(TransitionRefused) as unasked:
        revoke_official_account(account=account, actor=world.supervisor)
    assert unasked.value.code == "not-proposed"
    for reason in ("", "  "):
        with pytest.raises(TransitionRefused):
            propose_revocation(account=account, actor=world.officer, reason=reason)
    ask(account, world.officer)
    for person in (world.officer2, world.liaison):
        with pytest.raises(PermissionDenied):
            revoke_official_account(account=account, actor=person)
    with pytest.raises(PermissionDenied):
        ask(account, world.liaison)
    with pytest.raises(TransitionRefused) as twice:
        ask(account, world.officer2)
    assert twice.value.code == "already-submitted"


def test_a_declined_strike_leaves_it_protected_with_the_reason_and_may_be_asked_again(
    world: World,
):
    account = protect(world)
    ask(account, world.officer)
    with pytest.raises(TransitionRefused) as silent:
        decline_revocation(account=account, actor=world.supervisor, reason=" ")
    assert silent.value.code == "reason-missing"
    decline_revocation(account=account, actor=world.supervisor, reason="企业已确认")
    account.refresh_from_db()
    assert (account.revoked_at, account.revocation_reason) == (None, "")
    struck(world, account)
    verbs = (
        AuditEntry.objects.about(account).order_by("pk").values_list("verb", flat=True)
    )
    assert [verb for verb in verbs if "strike" in verb or "struck" in verb] == [
        "official_account.strike_proposed",
        "official_account.strike_declined",
        "official_account.strike_proposed",
        "official_account.struck",
    ]
    told = AuditEntry.objects.about(account).get(verb="official_account.struck").detail
    assert (told["reason"], told["store"], told["firm"]) == (
        WHY,
        f"taobao/store/{STORE}",
        "CXT",
    )


def test_a_reason_is_as_long_as_the_column_and_who_may_not_decide_does_not_decline_either(
    world: World,
):
    account = protect(world)
    with pytest.raises(TransitionRefused, match="reason-too-long"):
        propose_revocation(account=account, actor=world.officer, reason="误" * 301)
    propose_revocation(account=account, actor=world.officer, reason="误" * 300)
    with pytest.raises(PermissionDenied):
        decline_revocation(account=account, actor=world.officer2, reason="企业已确认")


def test_the_struck_row_stays_as_it_was_and_the_store_may_be_protected_again(
    world: World,
):
    first = struck(world, protect(world))
    with pytest.raises(TransitionRefused) as over:
        ask(first, world.officer)
    assert over.value.code == "struck"
    second = protect(world)
    assert second.pk != first.pk
    with pytest.raises(TransitionRefused) as known:
        protect(world)
    assert known.value.code == "account-known"
    for act in (
        lambda: OfficialAccount.objects.filter(pk=first.pk).update(revoked_at=None),
        lambda: OfficialAccount.objects.filter(pk=first.pk).update(name="x"),
        lambda: OfficialAccount.objects.filter(pk=second.pk).update(canonical_id="1"),
        lambda: OfficialAccount.objects.filter(pk=second.pk).update(
            revoked_at=first.revoked_at
        ),
        lambda: OfficialAccount.objects.filter(pk=second.pk).delete(),
        lambda: connection.cursor().execute("DELETE FROM stores_officialaccount"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_a_listing_in_two_stores_stays_protected_by_the_other_one(world: World):
    inside, itself, _elsewhere = targets_in_the_store(world)
    account = protect(world)
    protect_another_store_of(world, inside)
    assert protected_by(account) == 1
    struck(world, account)
    assert list(Target.objects.filter(is_official=True)) == [inside]
    with pytest.raises(IntegrityError, match="never named"), transaction.atomic():
        name_in_an_item(world, inside)
    name_in_an_item(world, itself)


def protect_another_store_of(world: World, target: Target) -> OfficialAccount:
    """Register a second account, in whose store the listing is known to be as well."""
    Belonging.objects.create(
        platform=world.platform,
        listing_id=target.listing.canonical_id,
        store_id="200300400",
        **CONFIRMED,
    )
    return register_official_account(
        firm=world.firm, platform=world.platform, site="taobao", canonical_id="200300400",
        url="https://shop200300400.taobao.com/", name="另一旗舰店", actor=world.officer,
    )  # fmt: skip


def test_a_listing_in_two_stores_is_released_with_the_last_one_that_protects_it(
    world: World,
):
    inside, itself, _elsewhere = targets_in_the_store(world)
    account, other = protect(world), protect_another_store_of(world, inside)
    struck(world, other)
    assert set(Target.objects.filter(is_official=True)) == {inside, itself}
    struck(world, account)
    assert not Target.objects.filter(is_official=True).exists()


def name_in_an_item(world: World, target: Target) -> None:
    """Write an item past all code, as only the database could refuse it."""
    [elsewhere] = add_targets(world, 1)
    [notice] = issue(world, [elsewhere])
    NoticeItem.objects.create(
        notice=notice, target=target, ground=world.ground, position=99, state="open"
    )


def test_new_rows_name_the_store_of_a_struck_account_again(world: World):
    struck(world, protect(world))
    [result] = name_targets(
        case=world.case,
        addresses=[f"https://shop{STORE}.taobao.com/"],
        actor=world.officer,
    )
    assert result.ok
    assert not Target.objects.get(
        store=Store.objects.get(canonical_id=STORE)
    ).is_official


def test_two_persons_strike_an_account_in_the_browser(world: World):
    targets_in_the_store(world)
    account = protect(world)
    page = reverse("listings:official_account", args=[account.pk])
    assert client_of(world.officer).get(page).context["protected"] == 2
    proposed = reverse("listings:official_strike", args=[account.pk])
    assert (
        client_of(world.officer).post(proposed, {"reason": ""}).context["form"].errors
    )
    assert client_of(world.officer).post(proposed, {"reason": WHY}).status_code == 302
    decided = reverse("listings:official_decide", args=[account.pk])
    assert client_of(world.officer2).post(decided, {"act": "strike"}).status_code == 404

    inbox = client_of(world.supervisor).get(reverse("notices:approvals"))
    assert (list(inbox.context["strikes"]), inbox.context["waiting"]) == ([account], 1)
    assert client_of(world.supervisor).get(page).context["is_open"]
    assert (
        client_of(world.supervisor).post(decided, {"act": "strike"}).status_code == 302
    )
    account.refresh_from_db()
    assert account.revoked_at is not None
    assert (
        client_of(world.supervisor).get(reverse("notices:approvals")).context["waiting"]
        == 0
    )
    listed = reverse("listings:official")
    officer = client_of(world.officer)
    assert list(officer.get(listed).context["page"].rows) == []
    assert list(officer.get(f"{listed}?struck=1").context["page"].rows) == [account]
    assert WHY in client_of(world.officer).get(page).content.decode()


def test_a_strike_is_decided_in_the_inbox(world: World):
    account = protect(world)
    propose_revocation(account=account, actor=world.officer, reason=WHY)
    inbox = reverse("notices:approvals")
    page = client_of(world.supervisor).get(f"{inbox}?strike={account.pk}")
    assert page.context["account"] == account
    decided = reverse("notices:strike", args=[account.pk])
    assert decided in page.content.decode()
    silent = client_of(world.supervisor).post(decided, {"act": "decline"})
    assert silent.url == f"{inbox}?strike={account.pk}"
    assert client_of(world.officer2).post(decided, {"act": "strike"}).status_code == 404
    assert client_of(world.supervisor).post(decided, {"act": "strike"}).url == inbox
    account.refresh_from_db()
    assert account.revoked_at is not None
    over = client_of(world.supervisor).get(f"{inbox}?strike={account.pk}")
    assert (over.status_code, over.context["is_over"]) == (200, True)


def test_whoever_asks_for_a_strike_is_not_offered_the_decision(world: World):
    account = protect(world)
    propose_revocation(account=account, actor=world.supervisor, reason=WHY)
    inbox, decided = (
        reverse("notices:approvals"),
        reverse("notices:strike", args=[account.pk]),
    )
    own = client_of(world.supervisor)
    assert list(own.get(inbox).context["strikes"]) == []
    assert own.post(decided, {"act": "strike"}).url == f"{inbox}?strike={account.pk}"
    account.refresh_from_db()
    assert account.revoked_at is None
    assert list(client_of(world.supervisor2).get(inbox).context["strikes"]) == [account]


def test_the_account_page_takes_as_many_statements_for_any_number_of_targets(
    world: World,
):
    _inside, itself, _elsewhere = targets_in_the_store(world)
    account = protect(world)
    client, page = (
        client_of(world.officer),
        reverse("listings:official_account", args=[account.pk]),
    )
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for target in add_targets(world, 20):
        target.listing.store_id = itself.store_id
        target.listing.save()
        Target.objects.filter(pk=target.pk).update(is_official=True)
    with CaptureQueriesContext(connection) as many:
        assert client.get(page).context["protected"] == 22
    assert len(many) == len(few)


def test_registered_anew_it_protects_what_it_taught_and_what_was_named_meanwhile(
    world: World,
):
    account = protect(world)
    Belonging.objects.create(
        platform=world.platform, listing_id="600000099999", store_id=STORE, **CONFIRMED
    )
    struck(world, account)
    [result] = name_targets(
        case=world.case,
        addresses=["https://item.taobao.com/item.htm?id=600000099999"],
        actor=world.officer,
    )
    assert result.ok
    [notice] = issue(world)
    assert notice.items.get().target.thing.store is None
    protect(world)
    assert Target.objects.get().is_official
    assert notice.items.get().state == "withdrawn"
