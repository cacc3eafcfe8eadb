"""Platforms, liaisons, and the official accounts that must never be hit."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, connections, transaction

from corps.errors import TransitionRefused
from corps.models import AuditEntry, Unit, User
from firms.workflow import register_firm
from listings.workflow import platforms_taking_part, registered_platforms
from stores import workflow
from stores.extensions import official_account_hooks
from stores.first_steps import of_platforms
from stores.models import Liaison, OfficialAccount, Platform
from stores.official_account_lock import OFFICIAL_LOCK, lock_official_accounts
from tests.accounts import register_official_account

pytestmark = pytest.mark.django_db


class People:
    def __init__(self) -> None:
        unit = Unit.objects.create(name="一支队", path="/1/")
        self.admin = User.objects.create(
            username="admin", name="a", role="administrator"
        )
        self.officer = User.objects.create(
            username="officer", name="o", role="officer", unit=unit
        )
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
    return register_firm(
        actor=people.admin, code="CXT", name="澄溪岚堂", uscc="91310000MA1FT00192"
    )


def appoint(platform: Platform, admin: User, **said) -> Liaison:
    said = {
        "name": "范秋明",
        "email": "a@taobao.example",
        "phone": "021-55509929",
        "duty": "primary",
    } | said
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
    second = appoint(
        platform, people.admin, email="b@taobao.example", user=people.liaison
    )
    first.refresh_from_db()
    assert (first.duty, second.duty) == ("backup", "primary")
    assert list(Platform.objects.visible_to(people.liaison)) == [platform]
    entry = AuditEntry.objects.about(second).get()
    assert entry.detail["former"] == first.pk
    assert "taobao.example" not in str(entry.detail)


def test_an_account_belongs_to_one_liaison_and_must_be_a_liaisons(people, platform):
    appoint(platform, people.admin, user=people.liaison)
    with pytest.raises(TransitionRefused, match="account-taken"):
        appoint(
            platform,
            people.admin,
            duty="backup",
            email="b@taobao.example",
            user=people.liaison,
        )
    with pytest.raises(TransitionRefused, match="not-a-liaison"):
        appoint(platform, people.admin, email="c@taobao.example", user=people.officer)
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
    people, platform, firm
):
    seen = []

    def note(account, **_):
        seen.append((account.pk, connection.in_atomic_block))

    with official_account_hooks.replaced(note):
        account = protect(firm, platform, people.officer)
    assert seen == [(account.pk, True)]
    with pytest.raises(TransitionRefused) as known:
        protect(firm, platform, people.officer)
    assert (known.value.code, known.value.details["firm"]) == ("account-known", "CXT")


def test_the_database_too_knows_an_official_account_once_whoever_it_belongs_to(
    people, platform, firm
):
    protect(firm, platform, people.officer)
    other = register_firm(
        actor=people.admin, code="HYS", name="皓颐", uscc="91319409MA0JN02U8X"
    )
    with pytest.raises(IntegrityError, match="an_official_account_once"):
        OfficialAccount.objects.create(
            firm=other,
            platform=platform,
            site="tmall",
            canonical_id="70000001",
            url="x",
            name="别家",
        )


@pytest.mark.parametrize("login", ["liaison", "auditor", "admin"])
def test_only_the_corps_registers_official_accounts(people, platform, firm, login):
    with pytest.raises(PermissionDenied):
        protect(firm, platform, getattr(people, login))


def test_the_first_days_list_asks_for_an_account_that_two_persons_registered(
    people, platform, firm
):
    facts = {
        "site": "taobao",
        "url": "https://shop7.taobao.com/",
        "name": "官方旗舰店",
        "actor": people.officer,
    }
    workflow.propose_official_account(
        firm=firm, platform=platform, canonical_id="7", **facts
    )
    assert [step.is_done for step in of_platforms() if step.order == 90] == [False]
    protect(firm, platform, people.officer)
    assert [step.is_done for step in of_platforms() if step.order == 90] == [True]


def test_the_first_days_list_asks_for_a_primary_liaison_with_an_account(
    people, platform
):
    def is_done() -> bool:
        return next(step.is_done for step in of_platforms() if step.order == 70)

    named = appoint(platform, people.admin)
    assert not is_done()
    people.liaison.email = "liaison@taobao.example"
    people.liaison.save(update_fields=["email"])
    workflow.give_account(
        liaison=named, user=people.liaison, duty="primary", actor=people.admin
    )
    assert is_done()


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


@pytest.fixture
def admin_client(client, people):
    client.force_login(people.admin)
    return client


def test_the_way_from_platform_over_liaison_to_account_makes_one_person_once(
    admin_client, people
):
    said = {
        "slug": "jd",
        "name": "京东",
        "legal_name": "北京京东世纪贸易有限公司",
        "uscc": "91310000MA1FT00192",
    }
    page = admin_client.post("/stores/platforms/new/", said, follow=True)
    assert page.redirect_chain[-1][0] == "/stores/platforms/jd/"
    person = {
        "name": "林晓",
        "email": "lin@jd.example",
        "phone": "010-1",
        "duty": "primary",
    }
    page = admin_client.post(
        "/stores/platforms/jd/liaisons/", person, follow=True
    ).content.decode()
    named = Liaison.objects.get()
    link = f"/new-account/liaison/?liaison={named.pk}"
    assert link in page
    form = admin_client.get(link).content.decode()
    assert 'value="lin@jd.example"' in form
    account = {
        "username": "lin",
        "name": "林晓",
        "email": "lin@jd.example",
        "phone": "010-1",
    }
    part = {
        "part-liaison": named.pk,
        "part-platform": named.platform_id,
        "part-duty": "primary",
    }
    assert "lin" in admin_client.post(link, account | part).content.decode()
    assert (Liaison.objects.get().user.username, Liaison.objects.get().duty) == (
        "lin",
        "primary",
    )
    assert AuditEntry.objects.filter(verb="liaison.account_given").count() == 1


def test_an_account_made_from_the_accounts_page_finds_the_person_who_was_named_before(
    admin_client, people, platform
):
    named = appoint(platform, people.admin)
    account = {
        "username": "fan",
        "name": "范秋明",
        "email": named.email.upper(),
        "phone": "",
    }
    part = {"part-platform": platform.pk, "part-duty": "backup"}
    namesake = account | {"email": "other@taobao.example"}
    refused = admin_client.post(
        "/new-account/liaison/", namesake | part
    ).content.decode()
    assert named.email in refused
    missing = admin_client.post(
        "/new-account/liaison/", account | {"email": ""} | part
    ).content.decode()
    assert 'aria-invalid="true"' in missing
    assert not User.objects.filter(username="fan").exists()
    admin_client.post("/new-account/liaison/", account | part)
    assert Liaison.objects.get().user.username == "fan"
    with pytest.raises(TransitionRefused, match="has-account"):
        workflow.give_account(
            liaison=named, user=people.liaison, duty="primary", actor=people.admin
        )
    with pytest.raises(TransitionRefused, match="liaison-known"):
        appoint(platform, people.admin, email=named.email.upper(), name="范")


def test_a_platform_that_no_rule_knows_says_so_and_is_corrected(admin_client, people):
    said = {"slug": "dangdang", "name": "当当"}
    page = admin_client.post(
        "/stores/platforms/new/", said, follow=True
    ).content.decode()
    assert "没有链接规则识别" in page
    assert "没有链接规则识别当当" in admin_client.get("/").content.decode()
    wrong = {"name": "当当网", "uscc": "91310000MA1FT00193"}
    assert (
        'aria-invalid="true"'
        in admin_client.post(
            "/stores/platforms/dangdang/change/", wrong
        ).content.decode()
    )
    admin_client.post(
        "/stores/platforms/dangdang/change/",
        {"name": "当当网", "legal_name": "北京当当网信息技术有限公司"},
    )
    platform = Platform.objects.get()
    assert platform.addressee == "北京当当网信息技术有限公司（当当网）"
    entry = AuditEntry.objects.get(verb="platform.changed")
    assert entry.detail["before"] == {"name": "当当", "legal_name": ""}
    known = workflow.register_platform(actor=people.admin, slug="jd", name="京东")
    assert (
        "没有链接规则识别"
        not in admin_client.get(f"/stores/platforms/{known.slug}/").content.decode()
    )


def test_a_platform_is_retired_once_what_is_open_was_shown_and_takes_part_again(
    admin_client, people, platform
):
    page = admin_client.get("/stores/platforms/taobao/retire/").content.decode()
    touches = re.search(r'name="touches" value="(\w+)"', page)[1]
    admin_client.post("/stores/platforms/taobao/retire/", {"touches": "other"})
    assert Platform.objects.taking_part().count() == 1
    admin_client.post("/stores/platforms/taobao/retire/", {"touches": touches})
    assert not Platform.objects.taking_part().exists()
    assert not Platform.objects.without_recipient().exists()
    assert platforms_taking_part() == {}
    assert list(registered_platforms()) == ["taobao"]
    with pytest.raises(TransitionRefused, match="platform-retired"):
        appoint(platform, people.admin)
    admin_client.post("/stores/platforms/taobao/resume/")
    assert Platform.objects.taking_part().count() == 1
