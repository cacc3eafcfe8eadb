"""Platforms, liaisons, and the official accounts that must never be hit."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, connections, transaction

from corps.errors import TransitionRefused
from corps.models import AuditEntry, Unit, User
from firms.workflow import register_firm
from stores import workflow
from stores.locks import OFFICIAL_LOCK, lock_official_accounts
from stores.models import Liaison, OfficialAccount, Platform
from tests.accounts import register_official_account

pytestmark = pytest.mark.django_db


class People:
    def __init__(self) -> None:
        unit = Unit.objects.create(name="一支队", path="/1/")
        self.admin = User.objects.create(username="admin", name="a", role="administrator")
        self.officer = User.objects.create(username="officer", name="o", role="officer", unit=unit)
        self.liaison = User.objects.create(username="liaison", name="l", role="liaison")
        self.auditor = User.objects.create(username="auditor", name="u", role="auditor")


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
def platform(people) -> Platform:
    return workflow.register_platform(actor=people.admin, slug="taobao", name="淘宝")


@pytest.fixture
def firm(people):
    return register_firm(actor=people.admin, code="CXT", name="澄溪岚堂", uscc="91310000MA1FT00192")


def appoint(platform: Platform, admin: User, **said) -> Liaison:
    said = {"name": "范秋明", "email": "a@taobao.example", "phone": "021-55509929", "duty": "primary"} | said
    return workflow.appoint_liaison(platform=platform, actor=admin, **said)


def protect(firm, platform, actor, number="70000001") -> OfficialAccount:
    return register_official_account(
        firm=firm,
        platform=platform,
        site="taobao",
        canonical_id=number,
        url=f"https://shop{number}.taobao.com/",
        name="官方旗舰店",
        actor=actor,
    )


def test_a_platform_is_registered_once_under_its_slug(people, platform):
    with pytest.raises(ValidationError) as taken:
        workflow.register_platform(actor=people.admin, slug="taobao", name="淘宝")
    assert "slug" in taken.value.message_dict
    with pytest.raises(ValidationError):
        workflow.register_platform(actor=people.admin, slug="Tao bao", name="淘宝")


def test_a_new_primary_liaison_makes_the_former_one_a_backup(people, platform):
    first = appoint(platform, people.admin)
    second = appoint(platform, people.admin, email="b@taobao.example", user=people.liaison)
    first.refresh_from_db()
    assert (first.duty, second.duty) == ("backup", "primary")
    assert list(Platform.objects.visible_to(people.liaison)) == [platform]
    entry = AuditEntry.objects.about(second).get()
    assert entry.detail["former"] == first.pk
    assert "taobao.example" not in str(entry.detail)


def test_an_account_belongs_to_one_liaison_and_must_be_a_liaisons(people, platform):
    appoint(platform, people.admin, user=people.liaison)
    with pytest.raises(TransitionRefused, match="account-taken"):
        appoint(platform, people.admin, duty="backup", user=people.liaison)
    with pytest.raises(TransitionRefused, match="not-a-liaison"):
        appoint(platform, people.admin, user=people.officer)
    with pytest.raises(ValidationError) as wrong:
        appoint(platform, people.admin, email="nobody")
    assert "email" in wrong.value.message_dict
    assert Liaison.objects.count() == 1


def test_a_dismissed_liaison_sees_the_platform_no_more(people, platform):
    liaison = appoint(platform, people.admin, user=people.liaison)
    workflow.dismiss_liaison(liaison=liaison, actor=people.admin)
    assert not Platform.objects.visible_to(people.liaison).exists()
    with pytest.raises(TransitionRefused, match="not-active"):
        workflow.dismiss_liaison(liaison=liaison, actor=people.admin)


def test_an_official_account_is_registered_once_and_the_hooks_run_in_the_same_transaction(
    people, platform, firm, monkeypatch
):
    seen = []
    monkeypatch.setattr(
        workflow, "official_hooks", [lambda account, **_: seen.append((account.pk, connection.in_atomic_block))]
    )
    account = protect(firm, platform, people.officer)
    assert seen == [(account.pk, True)]
    with pytest.raises(TransitionRefused) as known:
        protect(firm, platform, people.officer)
    assert (known.value.code, known.value.details["firm"]) == ("account-known", "CXT")


def test_the_database_too_knows_an_official_account_once_whoever_it_belongs_to(people, platform, firm):
    protect(firm, platform, people.officer)
    other = register_firm(actor=people.admin, code="HYS", name="皓颐", uscc="91319409MA0JN02U8X")
    with pytest.raises(IntegrityError, match="an_official_account_once"):
        OfficialAccount.objects.create(
            firm=other, platform=platform, site="tmall", canonical_id="70000001", url="x", name="别家"
        )


@pytest.mark.parametrize("login", ["liaison", "auditor", "admin"])
def test_only_the_corps_registers_official_accounts(people, platform, firm, login):
    with pytest.raises(PermissionDenied):
        protect(firm, platform, getattr(people, login))


def test_only_administrators_register_platforms(people, platform):
    for person in (people.officer, people.liaison, people.auditor):
        with pytest.raises(PermissionDenied):
            workflow.register_platform(actor=person, slug="jd", name="京东")
        with pytest.raises(PermissionDenied):
            appoint(platform, person)


@pytest.mark.django_db(transaction=True)
def test_no_account_is_registered_while_somebody_relies_on_the_list():
    def try_to_change() -> bool:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [OFFICIAL_LOCK])
                return cursor.fetchone()[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_official_accounts()
            assert pool.submit(try_to_change).result() is False
        assert pool.submit(try_to_change).result() is True
