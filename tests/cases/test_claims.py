"""Protection is proved, not claimed: what rows say of official accounts, and what only persons make of it."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases import workflow
from cases.models import Case, ImportRow, Target
from corps.access.limits import limits
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import AuditEntry, Notification
from corps.workflow import read_notifications
from listings.models import Belonging, Listing
from stores.models import OfficialAccount, Store
from stores.workflow import propose_revocation, revoke_official_account
from tests.cases.conftest import Scenario, make_official, results, sheet_of, take_in
from tests.home import needs_of

pytestmark = pytest.mark.django_db

LISTING, SHOP, OTHER_SHOP = "600000000001", "70000001", "70000002"


def row(listing: str = "", store: str = "", request: str = "下架商品") -> str:
    item = f"https://item.taobao.com/item.htm?id={listing}" if listing else ""
    shop = f"https://shop{store}.taobao.com/" if store else ""
    return f"{item},{shop},{request},精华液"


@pytest.fixture
def account(scenario: Scenario) -> OfficialAccount:
    return make_official(scenario, SHOP)


@pytest.fixture
def case(scenario: Scenario, account) -> Case:
    """CXT's complaint names a listing; it is in a case of officer and officer2."""
    complaint = take_in(scenario, sheet_of(row(LISTING)), firm="CXT").complaint
    complaint = workflow.accept_complaint(complaint=complaint, actor=scenario.officer)
    return workflow.open_case(
        complaints=[complaint],
        title="案",
        actor=scenario.officer,
        lead=scenario.officer,
        second=scenario.officer2,
    )


def another_account(scenario: Scenario, firm: str) -> None:
    make_official(scenario, OTHER_SHOP, firm=firm, name="另一店")


def judge(scenario: Scenario, confirm: bool, reason: str = "已查看", **who: Any):
    ids = Belonging.objects.waiting().values_list("pk", flat=True)
    return workflow.judge_claims(
        claims=ids,
        actor=who.get("by", scenario.officer),
        confirm=confirm,
        reason=reason,
    )


class TestNotifications:
    """The officers of the cases that it touches are told at once, with the claim's source."""

    def test_both_officers_are_told_once_for_a_sheet_and_the_target_stays_as_it_is(
        self, scenario, case
    ):
        assert (
            results(scenario, row(LISTING, SHOP), row(LISTING, SHOP), firm="YCB")
            == ["official"] * 2
        )
        told = Notification.objects.filter(url__contains=f"case={case.number}")
        assert {line.user.username for line in told} == {"officer2", "officer"} - {
            scenario.officer.username
        }
        assert all(
            "YCB" in line.text or scenario.firms["YCB"].name in line.text
            for line in told
        )
        target = Target.objects.get()
        assert (target.is_official, target.state) == (False, "reported")

    def test_a_firms_own_sheet_tells_both_officers(self, scenario, case):
        take_in(
            scenario, sheet_of(row(LISTING, SHOP)), firm="YCB", actor=scenario.chief
        )
        told = Notification.objects.filter(url__contains=f"case={case.number}")
        assert {line.user.username for line in told} == {"officer", "officer2"}

    def test_the_claim_stands_on_the_targets_page_with_its_source_and_on_the_home_page(
        self, scenario, case, client
    ):
        results(scenario, row(LISTING, SHOP), firm="YCB")
        client.force_login(scenario.officer)
        target = Target.objects.get()
        [said] = client.get(reverse("cases:target", args=[target.pk])).context["claims"]
        assert (said["claim"].firm.code, said["complaint"].firm.code) == ("YCB", "YCB")
        [need] = [
            need for need in needs_of(scenario.officer) if need.subject[0] == "claims"
        ]
        assert "官方店" in str(need.word)
        assert client.get(need.url).context["page"].total == need.count == 1


class TestJudging:
    def test_a_confirmed_claim_makes_the_target_official_and_a_later_row_is_official(
        self, scenario, case
    ):
        results(scenario, row(LISTING, SHOP), firm="YCB")
        [done] = judge(scenario, True)
        assert done.ok
        target = Target.objects.get()
        assert target.is_official
        claim = Belonging.objects.get()
        assert (claim.state, claim.judged_by, claim.reason) == (
            "confirmed",
            scenario.officer,
            "已查看",
        )
        assert results(scenario, row(LISTING), firm="YCB") == ["official"]
        assert (
            AuditEntry.objects.about(claim).filter(verb="belonging.confirmed").exists()
        )

    def test_a_held_row_is_settled_by_the_judgement(self, scenario, account):
        results(scenario, row(LISTING, SHOP), firm="YCB")
        assert results(scenario, row(LISTING)) == ["held"]
        judge(scenario, False, "在别的店")
        assert ImportRow.objects.filter(target__isnull=False).get().result == "new"
        assert not Target.objects.get().is_official

    def test_a_held_row_is_refused_once_the_claim_is_confirmed(self, scenario, account):
        results(scenario, row(LISTING, SHOP), firm="YCB")
        results(scenario, row(LISTING))
        judge(scenario, True)
        assert set(ImportRow.objects.values_list("result", flat=True)) == {"official"}
        assert not Target.objects.exists()

    def test_a_refused_claim_holds_nothing_and_may_not_be_made_again(
        self, scenario, account
    ):
        results(scenario, row(LISTING, SHOP), firm="YCB")
        judge(scenario, False, "在别的店")
        results(scenario, row(LISTING, SHOP), firm="CXT")
        assert results(scenario, row(LISTING)) == ["new"]
        assert Belonging.objects.get().state == "refused"

    def test_refusing_owes_a_reason_and_what_was_judged_is_not_judged_again(
        self, scenario, account
    ):
        results(scenario, row(LISTING, SHOP), firm="YCB")
        with pytest.raises(TransitionRefused) as silent:
            judge(scenario, False, " ")
        assert silent.value.code == "reason-missing"
        claim = Belonging.objects.get()
        judge(scenario, True)
        [again] = workflow.judge_claims(
            claims=[claim.pk], actor=scenario.officer2, confirm=False, reason="否"
        )
        assert (again.ok, again.code) == (False, "judged")
        assert "officer" in str(again.message)

    def test_a_listing_is_known_in_one_store(self, scenario, account):
        another_account(scenario, "CXT")
        results(scenario, row(LISTING, SHOP), row(LISTING, OTHER_SHOP))
        assert [result.code for result in judge(scenario, True)] == [
            "",
            "known-elsewhere",
        ]
        with pytest.raises(IntegrityError), transaction.atomic():
            Belonging.objects.update(state="confirmed", judged_at=account.recorded_at)

    def test_only_the_corps_judges_and_only_what_touches_cases_that_it_may_see(
        self, scenario, case
    ):
        results(scenario, row(LISTING, SHOP), firm="YCB")
        claim = Belonging.objects.get()
        for login in ("admin", "liaison", "auditor"):
            with pytest.raises(PermissionDenied):
                judge(scenario, True, by=scenario.people[login])
        [foreign] = workflow.judge_claims(
            claims=[claim.pk], actor=scenario.officer3, confirm=True
        )
        assert (foreign.ok, foreign.code) == (False, "not-found")
        assert not Target.objects.get().is_official

    def test_many_are_judged_with_one_decision_on_the_page(
        self, scenario, account, client
    ):
        results(
            scenario, *[row(str(600000000000 + number), SHOP) for number in range(5)]
        )
        client.force_login(scenario.officer)
        page = client.get(reverse("cases:claims"))
        [group] = page.context["groups"]
        assert (group["count"], group["account"], group["firm"].code) == (
            5,
            account,
            "CXT",
        )
        for number in range(
            5
        ):  # listings that are nowhere registered can be looked at too
            assert (
                f'href="https://item.taobao.com/item.htm?id={600000000000 + number}"'
                in page.content.decode()
            )
        answer = client.post(
            reverse("cases:claims_judge") + group["url"],
            {"act": "confirm", "all_matching": "1"},
        )
        assert answer.status_code == 302
        assert Belonging.objects.confirmed().count() == 5

    def test_what_cannot_be_judged_is_said_one_by_one(self, scenario, account, client):
        results(scenario, row(LISTING, SHOP))
        claim = Belonging.objects.get()
        judge(scenario, True)
        client.force_login(scenario.officer)
        page = client.post(
            reverse("cases:claims_judge"),
            {"act": "refuse", "ids": claim.pk, "reason": "否"},
        )
        assert [result.code for result in page.context["results"]] == ["judged"]


class TestLimits:
    """At most so many unjudged claims of a firm take effect; refused twice in 90 days, none without a person."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        few = {
            **limits(),
            "claims.firm": limits()["claims.firm"].__class__(
                "claims.firm", 2, None, 200
            ),
        }
        monkeypatch.setattr("cases.workflow.claiming.limits", lambda: few)

    def test_what_is_over_the_limit_takes_no_effect_and_an_administrator_is_told(
        self, scenario, account
    ):
        ids = [str(600000000000 + number) for number in range(3)]
        results(scenario, *[row(listing, SHOP) for listing in ids], firm="YCB")
        assert list(
            Belonging.objects.order_by("listing_id").values_list("in_effect", flat=True)
        ) == [True, True, False]
        assert results(scenario, *map(row, ids)) == ["held", "held", "new"]
        assert (
            Notification.objects.filter(
                user=scenario.admin, url__contains="YCB"
            ).count()
            == 1
        )
        Notification.objects.update(text="")
        client = Client()
        client.force_login(scenario.admin)
        assert "YCB" in client.get("/").content.decode()

    def test_those_of_an_earlier_sheet_count_as_well(self, scenario, account):
        results(
            scenario, row("600000000001", SHOP), row("600000000002", SHOP), firm="YCB"
        )
        results(scenario, row("600000000003", SHOP), firm="YCB")
        assert not Belonging.objects.get(listing_id="600000000003").in_effect

    def test_judged_ones_free_the_allowance_for_others(self, scenario, account):
        results(
            scenario, row("600000000001", SHOP), row("600000000002", SHOP), firm="YCB"
        )
        judge(scenario, True)
        results(scenario, row("600000000003", SHOP), firm="YCB")
        assert Belonging.objects.waiting().get().in_effect

    def test_a_firm_refused_twice_makes_claims_without_effect_until_a_person_admits_them(
        self, scenario, account
    ):
        for number in (1, 2):
            results(scenario, row(f"60000000000{number}", SHOP), firm="YCB")
            judge(scenario, False, "在别的店")
        results(scenario, row("600000000003", SHOP), firm="YCB")
        claim = Belonging.objects.waiting().get()
        assert not claim.in_effect
        assert results(
            scenario, row("600000000004", SHOP), row("600000000004"), firm="CXT"
        ) == ["official", "held"]
        [admitted] = workflow.admit_claims(claims=[claim.pk], actor=scenario.officer)
        assert admitted.ok
        assert results(scenario, row("600000000003")) == ["held"]
        with pytest.raises(PermissionDenied):
            workflow.admit_claims(claims=[claim.pk], actor=scenario.admin)

    def test_after_ninety_days_a_refusal_bars_nobody(self, scenario, account):
        firm = scenario.firms["YCB"].pk
        for number in (1, 2):
            results(scenario, row(f"60000000000{number}", SHOP), firm="YCB")
            judge(scenario, False, "在别的店")
        assert workflow.is_barred(firm)
        oldest = Belonging.objects.filter(state="refused").order_by("pk")[:1]
        Belonging.objects.filter(pk__in=oldest.values("pk")).update(
            judged_at=now() - timedelta(days=91)
        )
        assert not workflow.is_barred(firm)

    def test_what_is_refused_in_one_act_counts_once(self, scenario, account):
        results(
            scenario, row("600000000001", SHOP), row("600000000002", SHOP), firm="YCB"
        )
        judge(scenario, False, "在别的店")
        assert not workflow.is_barred(scenario.firms["YCB"].pk)

    def test_another_firms_claim_of_the_same_gives_it_effect(self, scenario, account):
        ids = [str(600000000000 + number) for number in range(3)]
        results(scenario, *[row(listing, SHOP) for listing in ids], firm="YCB")
        results(scenario, row(ids[2], SHOP), firm="CXT")
        claim = Belonging.objects.get(listing_id=ids[2])
        assert (claim.in_effect, claim.firm.code) == (True, "CXT")

    def test_what_rows_claimed_before_an_account_was_registered_counts_like_what_they_claim_now(
        self, scenario, account
    ):
        results(scenario, row("600000000001", SHOP), firm="YCB")
        results(
            scenario,
            *[row(f"60000000000{number}", OTHER_SHOP) for number in (2, 3, 4)],
            firm="YCB",
        )
        another_account(scenario, "HYS")
        taken_up = Belonging.objects.filter(store_id=OTHER_SHOP).order_by("listing_id")
        assert list(taken_up.values_list("in_effect", flat=True)) == [
            True,
            False,
            False,
        ]
        assert (
            "2"
            in Notification.objects.get(user=scenario.admin, url__contains="YCB").text
        )

    def test_nor_does_a_firm_refused_twice_make_any_by_them(self, scenario, account):
        for number in (1, 2):
            results(scenario, row(f"60000000000{number}", SHOP), firm="YCB")
            judge(scenario, False, "在别的店")
        results(scenario, row("600000000003", OTHER_SHOP), firm="YCB")
        another_account(scenario, "HYS")
        assert not Belonging.objects.get(store_id=OTHER_SHOP).in_effect


class TestAccounts:
    def test_what_rows_claimed_before_an_account_was_registered_waits_to_be_judged(
        self, scenario
    ):
        results(scenario, row(LISTING, SHOP), firm="CXT")
        make_official(scenario, SHOP)
        claim = Belonging.objects.get()
        assert (claim.state, claim.firm.code, claim.row, claim.in_effect) == (
            "unjudged",
            "CXT",
            2,
            True,
        )
        assert not Target.objects.get().is_official
        assert results(scenario, row(LISTING), firm="HYS") == ["held"]

    def test_a_revoked_account_frees_what_it_alone_kept_and_its_rows_may_be_settled(
        self, scenario, account
    ):
        results(scenario, row(LISTING), row(LISTING, SHOP), firm="YCB")
        results(scenario, row("600000000002", SHOP), firm="YCB")
        judge(scenario, True)
        assert Target.objects.get().is_official
        propose_revocation(account=account, actor=scenario.officer, reason="误登记")
        revoke_official_account(account=account, actor=scenario.supervisor)
        assert not Target.objects.get().is_official
        refused = ImportRow.objects.filter(result="official")
        settled = workflow.settle_rows(
            rows=refused.values_list("pk", flat=True), actor=scenario.officer
        )
        assert all(result.ok for result in settled)
        assert not ImportRow.objects.filter(result="official").exists()

    def test_by_hand_nobody_adds_a_listing_that_is_claimed_to_be_official(
        self, scenario, case
    ):
        results(scenario, row("600000000009", SHOP), firm="YCB")
        [refused] = workflow.add_targets(
            case=case,
            addresses=["https://item.taobao.com/item.htm?id=600000000009"],
            actor=scenario.officer,
        )
        assert (refused.ok, refused.code) == (False, "claimed-official")


class TestCorrecting:
    """What a listing belongs to is corrected by two persons, with the consequences counted first."""

    @pytest.fixture
    def listing(self, scenario, case) -> Listing:
        results(scenario, row(LISTING, SHOP), firm="YCB")
        judge(scenario, True)
        return Listing.objects.get(canonical_id=LISTING)

    def test_the_second_person_frees_the_target(self, scenario, listing):
        counted = workflow.consequences_of(listing, "")
        assert (counted.before, counted.becomes) == (SHOP, "free")
        correction = workflow.propose_belonging(
            listing=listing, store_id="", actor=scenario.officer, reason="看错"
        )
        assert Target.objects.get().is_official
        workflow.confirm_belonging(
            correction=correction, actor=scenario.supervisor, touches=counted.version
        )
        assert not Target.objects.get().is_official
        assert Belonging.objects.get().state == "corrected"
        assert results(scenario, row(LISTING), firm="HYS") == ["repeat"]

    def test_a_correction_may_make_a_target_official(self, scenario, case, account):
        listing = Listing.objects.get(canonical_id=LISTING)
        correction = workflow.propose_belonging(
            listing=listing, store_id=SHOP, actor=scenario.officer, reason="已查看"
        )
        workflow.confirm_belonging(correction=correction, actor=scenario.supervisor)
        assert Target.objects.get().is_official
        assert Belonging.objects.get().state == "confirmed"

    @pytest.mark.parametrize(
        "store", [SHOP, ""], ids=["the store that is known", "none, as before"]
    )
    def test_what_is_known_already_is_nothing_to_correct(
        self, scenario, listing, store
    ):
        if not store:
            Belonging.objects.all().delete()
        with pytest.raises(TransitionRefused) as same:
            workflow.propose_belonging(
                listing=listing, store_id=store, actor=scenario.officer, reason="看错"
            )
        assert same.value.code == "same-store"

    def test_nobody_confirms_their_own_nor_without_the_role_nor_twice(
        self, scenario, listing
    ):
        correction = workflow.propose_belonging(
            listing=listing, store_id="", actor=scenario.supervisor, reason="看错"
        )
        with pytest.raises(TransitionRefused) as own:
            workflow.confirm_belonging(correction=correction, actor=scenario.supervisor)
        assert own.value.code == "own-draft"
        with pytest.raises(PermissionDenied):
            workflow.confirm_belonging(correction=correction, actor=scenario.officer2)
        with pytest.raises(TransitionRefused) as twice:
            workflow.propose_belonging(
                listing=listing, store_id="", actor=scenario.officer, reason="看错"
            )
        assert twice.value.code == "already-submitted"
        workflow.decline_belonging(
            correction=correction, actor=scenario.chief, reason="没错"
        )
        with pytest.raises(TransitionRefused) as over:
            workflow.confirm_belonging(correction=correction, actor=scenario.chief)
        assert over.value.code == "decided"
        assert Target.objects.get().is_official

    def test_what_has_changed_since_the_look_is_not_confirmed(self, scenario, listing):
        correction = workflow.propose_belonging(
            listing=listing, store_id="", actor=scenario.officer, reason="看错"
        )
        with pytest.raises(TransitionRefused) as stale:
            workflow.confirm_belonging(
                correction=correction, actor=scenario.supervisor, touches="0"
            )
        assert stale.value.code == "consequences-changed"

    def test_two_persons_correct_it_in_the_browser(self, scenario, listing, client):
        page = reverse("cases:belonging", args=[listing.pk])
        client.force_login(scenario.officer)
        known = client.get(page)
        assert (
            known.context["known"] == SHOP
        )  # by the claim that was confirmed, though it is no store of the registry
        assert listing.store is None
        said = {"store": "", "reason": "看错"}
        assert client.post(page, said).context["consequences"].becomes == "free"
        assert (
            client.post(page, said | {"store": "https://mall.jd.com/index-1.html"})
            .context["form"]
            .errors
        )
        assert client.post(page, said | {"confirmed": "1"}).status_code == 302
        second = Client()
        second.force_login(scenario.supervisor)
        changes = second.get(page).context["changes"]
        decide = reverse("cases:belonging_decide", args=[listing.pk])
        assert client.post(decide, {"act": "confirm"}).status_code == 404
        second.post(decide, {"act": "confirm", "touches": changes.version})
        assert not Target.objects.get().is_official
        assert client.get(page).context["known"] == ""


def test_notifications_are_one_for_a_sheet_until_they_are_read(scenario, case):
    for _again in range(2):
        results(scenario, row(LISTING, SHOP), firm="YCB", actor=scenario.chief)
    assert (
        Notification.objects.filter(
            user=scenario.officer2, url__contains="claims"
        ).count()
        == 1
    )
    read_notifications(scenario.officer2)


class TestCarriedOver:
    """What stood marked before claims were judged is looked at again."""

    migration = import_module("listings.migrations.0003_claims")

    def run(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    def marked(self, scenario: Scenario, account) -> Target:
        results(scenario, row(LISTING, "70000009"))
        store = Store.objects.create(
            platform=account.platform,
            canonical_id=SHOP,
            site="taobao",
            url=f"https://shop{SHOP}.taobao.com/",
        )
        Listing.objects.update(claimed_store=store)
        Target.objects.update(is_official=True)
        return Target.objects.get()

    def test_what_stands_marked_waits_on_the_page_of_claims_and_keeps_its_mark(
        self, scenario, account, client
    ):
        target = self.marked(scenario, account)
        self.run(self.migration.LOOK_AGAIN)
        client.force_login(scenario.officer)
        [group] = client.get(reverse("cases:claims")).context["groups"]
        assert (group["count"], group["firm"], group["account"]) == (1, None, account)
        target.refresh_from_db()
        assert target.is_official

    def test_refused_it_frees_the_target_and_confirmed_it_stays_marked(
        self, scenario, account
    ):
        self.marked(scenario, account)
        self.run(self.migration.LOOK_AGAIN)
        for confirm in (True, False):
            before = transaction.savepoint()
            judge(scenario, confirm)
            assert Target.objects.get().is_official == confirm
            transaction.savepoint_rollback(before)

    def test_in_a_demonstration_what_was_claimed_is_known(self, scenario, account):
        self.marked(scenario, account)
        self.run("UPDATE corps_installation SET demonstration = 'loaded'")
        self.run(self.migration.KNOW)
        self.run(self.migration.CONFIRM)
        listing = Listing.objects.get()
        assert listing.store == listing.claimed_store

    def test_the_way_back_leaves_one_claim_of_a_listing(self, scenario, account):
        for store, state in ((SHOP, "refused"), ("1", "confirmed"), ("2", "unjudged")):
            Belonging.objects.create(
                platform=account.platform, listing_id=LISTING, store_id=store, state=state,
                judged_at=account.confirmed_at,
            )  # fmt: skip
        self.run(self.migration.FORGET)
        assert Belonging.objects.get().store_id == "1"


def test_what_was_answered_says_that_it_is_narrowed_to_ones_own_cases(
    client: Client, scenario: Scenario
):
    client.force_login(scenario.officer)
    page = reverse("cases:claims_answered")
    assert [
        chip.name for chip in client.get(f"{page}?mine=1").context["conditions"]
    ] == ["mine"]
    assert client.get(page).context["conditions"] == []
