"""A case that leaves, or is suspended: what waits is said first, and nothing of it goes on afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from cases.models import Case, Target
from cases.workflow import (
    resume_case,
    suspend_case,
    transfer_case,
    what_waits,
    withdraw_case,
)
from corps.audit.origin import audit_origin
from corps.errors import TransitionRefused
from corps.mail import compose
from corps.models import Approval, AuditEntry, Delivery, Notification, User
from notices import letters, workflow
from notices.models import (
    LedgerEntry,
    Notice,
    NoticeItem,
    Objection,
    PendingCheck,
    WithdrawalLetter,
)
from notices.models.withdrawals import WithdrawnItem
from tests.notices.world import World, add_targets, answer, issue
from tests.put_into import put_into

pytestmark = pytest.mark.django_db

REASON = "澄溪岚堂举报不实，移送浦东新区局"
LEAVE = {
    "transferred": transfer_case,
    "withdrawn": withdraw_case,
    "suspended": suspend_case,
}


@pytest.fixture
def chief(world: World) -> User:
    return User.objects.create(
        username="chief",
        name="chief",
        role="supervisor",
        unit=world.case.unit,
        duties=["head_of_department"],
    )


@pytest.fixture
def busy(world: World) -> dict[str, Notice]:
    """A case in which something of every kind waits."""

    def issued(count: int) -> Notice:
        [notice] = issue(world, add_targets(world, count))
        put_into(letters.requests_of(notice), "sent", finished_at=timezone.now())
        return notice

    counted, claimed, appealed = issued(2), issued(3), issued(2)
    answer(world, counted)
    workflow.verify_items(items=ids(counted), seen="gone", actor=world.officer2)
    answer(world, claimed)
    workflow.propose_checks(items=ids(claimed)[:1], seen="gone", actor=world.officer2)
    answer(world, appealed, "appealed")
    [unsent] = issue(world, add_targets(world, 1))
    [submitted] = workflow.compose_notices(
        case=world.case,
        actor=world.officer,
        targets=[t.pk for t in add_targets(world, 1)],
    ).notices
    submitted = workflow.submit_notice(notice=submitted, actor=world.officer)
    [draft] = workflow.compose_notices(
        case=world.case,
        actor=world.officer2,
        targets=[t.pk for t in add_targets(world, 1)],
    ).notices
    world.case.refresh_from_db()
    return {
        "counted": counted,
        "claimed": claimed,
        "appealed": appealed,
        "unsent": unsent,
        "submitted": submitted,
        "draft": draft,
    }


def ids(notice: Notice) -> list[int]:
    return list(notice.items.order_by("position").values_list("pk", flat=True))


def counts(case: Case, after: str) -> dict[str, int]:
    return {
        thing.code: thing.count for thing in what_waits(case, after) if thing.is_ended
    }


def leave(case: Case, chief: User, after: str, **more) -> Case:
    return LEAVE[after](
        case=case, actor=chief, reason=REASON, confirmed=counts(case, after), **more
    )


def states(notices: dict[str, Notice]) -> dict[str, str]:
    return {
        name: Notice.objects.get(pk=notice.pk).state for name, notice in notices.items()
    }


class TestWhatWaits:
    def test_everything_is_counted_before_a_case_leaves(self, world, chief, busy):
        assert {
            thing.code: (thing.count, thing.is_ended)
            for thing in what_waits(world.case, "withdrawn")
        } == {
            "drafts": (1, True),
            "submitted": (1, True),
            "open-items": (3, True),
            "claimed-items": (3, True),
            "unsent-letters": (1, True),
            "verdicts": (1, True),
            "objections": (2, True),
            "counted": (2, False),
        }

    @pytest.mark.parametrize("after", ["withdrawn", "transferred", "suspended"])
    def test_without_having_confirmed_it_is_refused_with_what_waits(
        self, world, chief, busy, after
    ):
        with (
            translation.override("en"),
            pytest.raises(TransitionRefused, match="not-confirmed") as refused,
        ):
            LEAVE[after](case=world.case, actor=chief, reason=REASON)
        assert "1 notice that waits for approval" in str(refused.value.message)
        assert {thing.code for thing in refused.value.details["waiting"]} >= {
            "submitted",
            "open-items",
        }
        world.case.refresh_from_db()
        assert world.case.state == "disposing"

    def test_another_count_than_was_shown_is_refused(self, world, chief, busy):
        shown = counts(world.case, "withdrawn")
        answer(world, busy["unsent"])
        with pytest.raises(TransitionRefused, match="not-confirmed"):
            withdraw_case(case=world.case, actor=chief, reason=REASON, confirmed=shown)
        assert states(busy)["unsent"] == "issued"

    def test_where_nothing_waits_nothing_is_to_be_confirmed(self, world, chief):
        assert (
            withdraw_case(case=world.case, actor=chief, reason=REASON).state
            == "withdrawn"
        )


class TestWithdrawn:
    def test_nothing_of_it_goes_on(self, world, chief, busy):
        leave(world.case, chief, "withdrawn")
        assert states(busy) == {
            "counted": "completed",
            "claimed": "withdrawn",
            "appealed": "withdrawn",
            "unsent": "withdrawn",
            "submitted": "withdrawn",
            "draft": "withdrawn",
        }
        assert not NoticeItem.objects.unfinished().exists()
        assert not NoticeItem.objects.filter(state="draft").exists()
        assert not PendingCheck.objects.exists()
        assert not Approval.objects.filter(state="open").exists()
        assert set(Objection.objects.values_list("state", flat=True)) == {"withdrawn"}
        assert set(
            Target.objects.filter(is_counted=False).values_list("state", flat=True)
        ) == {"reported"}

    def test_a_submitted_notice_cannot_be_issued_any_more(self, world, chief, busy):
        leave(world.case, chief, "withdrawn")
        notice = busy["submitted"]
        with pytest.raises(TransitionRefused):
            workflow.approve_notice(
                notice=notice, actor=world.supervisor, version=notice.version
            )
        assert not letters.requests_of(notice).exists()

    def test_letters_that_left_are_taken_back_and_those_that_had_not_are_cancelled(
        self, world, chief, busy
    ):
        leave(world.case, chief, "withdrawn")
        assert {
            letter.notice_id: letter.items.count()
            for letter in WithdrawalLetter.objects.all()
        } == {
            busy["claimed"].pk: 3,
            busy["appealed"].pk: 2,
        }
        assert set(WithdrawalLetter.objects.values_list("cause", "asks_restoring")) == {
            ("case_withdrawn", False)
        }
        assert list(
            letters.requests_of(busy["unsent"]).values_list("state", flat=True)
        ) == ["cancelled"]
        mail = letters.deliveries_of(busy["claimed"]).get(message__purpose="withdrawal")
        text = compose.read(mail).text
        assert "撤回原因：案件撤销" in text
        assert "澄溪岚" not in text
        assert "请予恢复" not in text

    def test_what_was_counted_stays_counted_unless_it_is_chosen(
        self, world, chief, busy
    ):
        leave(world.case, chief, "withdrawn")
        assert Target.objects.filter(is_counted=True).count() == 2
        assert not Approval.objects.filter(state="open").exists()
        detail = AuditEntry.objects.about(world.case).get(verb="case.withdrawn").detail
        assert (detail["kept"], detail["taken_back"], detail["claimed_items"]) == (
            2,
            0,
            3,
        )

    def test_what_is_chosen_is_proposed_to_a_second_person(self, world, chief, busy):
        chosen = busy["counted"].items.get(position=1).target
        leave(world.case, chief, "withdrawn", take_back=[chosen.pk])
        assert LedgerEntry.objects.filter(target=chosen).count() == 1
        assert Approval.objects.get(state="open").subject_id == chosen.pk
        with pytest.raises(TransitionRefused, match="own-draft"):
            workflow.correct_outcome(target=chosen, actor=chief, reason="案件撤销")
        workflow.correct_outcome(
            target=chosen, actor=world.supervisor, reason="案件撤销"
        )
        assert Target.objects.filter(is_counted=True).count() == 1
        assert WithdrawalLetter.objects.get(notice=busy["counted"]).asks_restoring

    def test_only_a_counted_target_of_the_case_can_be_chosen(self, world, chief, busy):
        other = busy["claimed"].items.get(position=1).target
        with pytest.raises(TransitionRefused, match="not-counted"):
            leave(world.case, chief, "withdrawn", take_back=[other.pk])
        assert states(busy)["claimed"] == "issued"

    def test_drafters_approvers_and_checkers_are_told(self, world, chief, busy):
        Notification.objects.all().delete()
        leave(world.case, chief, "withdrawn")
        told = set(Notification.objects.values_list("user__username", flat=True))
        assert told == {"officer", "officer2", "supervisor", "liaison-taobao"}
        assert not Notification.objects.filter(
            user__role="liaison", text__contains="澄溪岚"
        ).exists()

    def test_an_objection_to_what_counts_stays_to_be_decided(self, world, chief, busy):
        target = busy["counted"].items.get(position=1).target
        objection = workflow.lodge_objection(
            target=target, actor=world.officer, reason="误报"
        )
        leave(world.case, chief, "withdrawn")
        objection.refresh_from_db()
        assert objection.state == "lodged"

    def test_a_replay_tells_nobody(self, world, chief, busy):
        Notification.objects.all().delete()
        with audit_origin(channel="replay", replay="replay:7"):
            leave(world.case, chief, "withdrawn")
        assert not Notification.objects.exclude(user=world.officer2).exists()


class TestTransferred:
    def test_platforms_are_told_that_another_authority_decides_and_measures_stay(
        self, world, chief, busy
    ):
        leave(world.case, chief, "transferred")
        letter = WithdrawalLetter.objects.get(notice=busy["claimed"])
        assert "移送" in letter.document_number
        mail = letters.deliveries_of(busy["claimed"]).get(message__purpose="withdrawal")
        text = compose.read(mail).text
        assert "已依法移送有管辖权的机关处理" in text
        assert "在受移送机关作出决定前请予保持" in text
        assert "请予恢复" not in text
        assert "浦东" not in text

    def test_where_only_results_stand_the_platform_is_told_as_well(
        self, world, chief, busy
    ):
        leave(world.case, chief, "transferred")
        letter = WithdrawalLetter.objects.get(notice=busy["counted"])
        assert not letter.items.exists()
        assert not WithdrawnItem.objects.filter(item__notice=busy["counted"]).exists()
        text = compose.read(
            letters.deliveries_of(busy["counted"]).get(message__purpose="withdrawal")
        ).text
        assert "请予保持" in text
        assert "下列" not in text
        assert states(busy)["counted"] == "completed"

    def test_no_result_can_be_taken_back_by_a_transfer(self, world, chief, busy):
        with pytest.raises(TypeError):
            leave(world.case, chief, "transferred", take_back=[1])


class TestSuspended:
    def test_what_waits_for_approval_is_a_draft_again_and_its_drafter_told(
        self, world, chief, busy
    ):
        Notification.objects.all().delete()
        leave(world.case, chief, "suspended")
        assert states(busy)["submitted"] == "draft"
        assert not Approval.objects.filter(state="open").exists()
        assert [bell.user for bell in Notification.objects.all()] == [world.officer]

    def test_nothing_is_sent_and_nothing_withdrawn(self, world, chief, busy):
        before = Delivery.objects.count()
        leave(world.case, chief, "suspended")
        assert Delivery.objects.count() == before
        assert not WithdrawalLetter.objects.exists()
        assert NoticeItem.objects.unfinished().count() == 6

    def test_only_what_it_changes_is_to_be_confirmed(self, world, chief, busy):
        assert counts(world.case, "suspended") == {"submitted": 1}

    def test_the_days_count_neither_against_platforms_nor_officers(self, world, chief):
        with audit_origin(channel="replay", replay="mark"):
            [notice] = issue_at(world, 2, datetime(2026, 3, 2, 2, tzinfo=UTC))
            first = ids(notice)[0]
            answer(world, notice, items=[first], at=datetime(2026, 3, 2, 3, tzinfo=UTC))
            due, check = (
                notice.reply_deadline.due_on,
                notice.items.get(pk=first).check_deadline.due_on,
            )
            world.case.refresh_from_db()
            at = datetime(2026, 3, 3, 3, tzinfo=UTC)
            suspend_case(case=world.case, actor=chief, reason="等待鉴定", at=at)
            resume_case(case=world.case, actor=chief, at=at + timedelta(days=14))
        notice.refresh_from_db()
        assert (
            notice.reply_deadline.due_on
            == notice.reply_due_on
            == due + timedelta(days=14)
        )
        assert notice.items.get(pk=first).check_deadline.due_on == check + timedelta(
            days=14
        )
        assert notice.reply_deadline.excluded == "2026-03-03..2026-03-16"

    def test_a_date_that_had_passed_before_stays(self, world, chief):
        with audit_origin(channel="replay", replay="mark"):
            [notice] = issue_at(world, 1, datetime(2026, 3, 2, 2, tzinfo=UTC))
            due = notice.reply_deadline.due_on
            world.case.refresh_from_db()
            suspend_case(
                case=world.case,
                actor=chief,
                reason="等待鉴定",
                at=datetime(2026, 4, 1, 2, tzinfo=UTC),
            )
            resume_case(
                case=world.case, actor=chief, at=datetime(2026, 4, 9, 2, tzinfo=UTC)
            )
        notice.refresh_from_db()
        assert notice.reply_deadline.due_on == due


def issue_at(world: World, count: int, at: datetime) -> list[Notice]:
    """Notices issued at a time in the past, in a replay."""
    add_targets(world, count)
    issued = []
    for notice in workflow.compose_notices(
        case=world.case, actor=world.officer, at=at
    ).notices:
        notice = workflow.submit_notice(notice=notice, actor=world.officer, at=at)
        issued.append(
            workflow.approve_notice(
                notice=notice, actor=world.supervisor, version=notice.version, at=at
            )
        )
    return issued


class TestPages:
    def test_the_page_says_what_waits_and_asks_of_results(
        self, world, chief, busy, client: Client
    ):
        client.force_login(chief)
        page = client.get(f"/cases/{world.case.number}/withdraw/").content.decode()
        assert "1 份待审批的协查函" in page
        assert "2 项结果" in page
        assert page.count('name="take_back"') == 2
        assert (
            "checked"
            not in page.split('name="take_back"', 1)[1].split("</fieldset>")[0]
        )

    def test_confirmed_on_the_page_it_is_done(self, world, chief, busy, client: Client):
        client.force_login(chief)
        form = client.get(f"/cases/{world.case.number}/withdraw/").context["form"]
        chosen = busy["counted"].items.get(position=1).target_id
        client.post(
            f"/cases/{world.case.number}/withdraw/",
            {
                "reason": REASON,
                "confirmed": form.initial["confirmed"],
                "take_back": [chosen],
            },
        )
        world.case.refresh_from_db()
        assert world.case.state == "withdrawn"
        assert Approval.objects.get(state="open").subject_id == chosen

    def test_what_changed_meanwhile_is_shown_and_what_was_typed_stays(
        self, world, chief, busy, client: Client
    ):
        client.force_login(chief)
        form = client.get(f"/cases/{world.case.number}/transfer/").context["form"]
        answer(world, busy["unsent"])
        page = client.post(
            f"/cases/{world.case.number}/transfer/",
            {"reason": REASON, "confirmed": form.initial["confirmed"]},
        )
        content = page.content.decode()
        assert REASON in content
        assert "claimed-items=4" in content
        world.case.refresh_from_db()
        assert world.case.state == "disposing"

    def test_what_cannot_be_read_is_refused_in_words(
        self, world, chief, busy, client: Client
    ):
        client.force_login(chief)
        page = client.post(
            f"/cases/{world.case.number}/suspend/",
            {"reason": REASON, "confirmed": "submitted=x<script>"},
        )
        assert page.status_code == 200
        assert "请重新打开" in page.content.decode()
