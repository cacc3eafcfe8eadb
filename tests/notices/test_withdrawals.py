"""What ends after its letter left is said: by a letter of withdrawal to whoever got the first one."""

import re

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.html import strip_tags

from cases.models import Target
from corps.audit.origin import audit_origin
from corps.errors import TransitionRefused
from corps.mail import compose
from corps.models import AuditEntry, Delivery, Notification, User
from listings.models import Listing
from notices import letters, withdrawal_letters, workflow
from notices.models import Notice, NoticeItem, WithdrawalLetter, WithdrawnItem
from notices.workflow.handover import names_withdrawn
from notices.workflow.sending import after_failed_withdrawal
from stores.models import Liaison, Store
from stores.workflow import dismiss_liaison
from tests.accounts import register_official_account
from tests.notices.world import World, add_targets, answer, issue
from tests.put_into import put_into

pytestmark = pytest.mark.django_db

REASON = "澄溪岚堂来电称误报"


def sent(notice: Notice, state: str = "sent") -> None:
    """The notice's letter has left, or is in another state of the outbox."""
    more = (
        {"finished_at": timezone.now()}
        if state == "sent"
        else {"worker": "x:y:1"}
        if state == "sending"
        else {}
    )
    put_into(letters.requests_of(notice), state, **more)


def mails(notice: Notice) -> list[Delivery]:
    """The mails of the letters of withdrawal of a notice, oldest first."""
    return list(
        letters.deliveries_of(notice)
        .filter(message__purpose="withdrawal")
        .select_related("message")
    )


def items(notice: Notice) -> list[int]:
    return list(notice.items.order_by("position").values_list("pk", flat=True))


def in_prose(html: str) -> list[str]:
    """The paragraphs of a letter, as they are read."""
    return [
        strip_tags(words).strip()
        for words in re.findall(r"<p[^>]*>(.*?)</p>", html, re.DOTALL)
    ]


def withdraw(world: World, notice: Notice, ids: list[int] | None = None) -> list:
    return workflow.withdraw_items(
        items=ids or items(notice), actor=world.officer, reason=REASON
    )


def counted(world: World, notice: Notice) -> None:
    """Everything of the notice is answered, checked and counted."""
    answer(world, notice)
    workflow.verify_items(items=items(notice), seen="gone", actor=world.officer2)


def protect(world: World, store: Store) -> None:
    """The store is registered as an official account, by two persons."""
    register_official_account(
        firm=world.firm,
        platform=world.platform,
        site="taobao",
        canonical_id=store.canonical_id,
        url=store.url,
        name="官方旗舰店",
        actor=world.officer,
    )


@pytest.fixture
def issued(world: World) -> Notice:
    """A notice of four listings whose letter was sent."""
    add_targets(world, 4)
    [notice] = issue(world)
    sent(notice)
    return notice


class TestWhoIsTold:
    def test_one_letter_for_a_notice_and_act_names_the_first_letter_and_its_items(
        self, world, issued
    ):
        withdraw(world, issued, items(issued)[:3])
        [letter] = WithdrawalLetter.objects.all()
        assert (
            letter.document_number
            == f"沪市监总队撤回〔{timezone.localtime().year}〕1号"
        )
        assert [entry.item_id for entry in letter.items.order_by("item")] == items(
            issued
        )[:3]
        [mail] = mails(issued)
        assert (mail.message.recipient, mail.state) == (
            "liaison@taobao.example",
            "pending",
        )
        text = compose.read(mail).text
        assert issued.document_number in text
        assert letter.document_number in text
        for item in issued.items.order_by("position")[:3]:
            assert (
                f"{item.position}. 商品 {item.target.thing.canonical_id} {item.target.thing.url}"
                in text
            )
        assert issued.items.get(position=4).target.thing.canonical_id not in text
        assert "撤回原因：经复核，不再要求处置" in text
        assert "请予恢复" not in text

    @pytest.mark.parametrize("state", ["sending", "uncertain"])
    def test_a_letter_that_may_have_left_is_withdrawn_and_the_right_one_sent_as_well(
        self, world, issued, state
    ):
        sent(issued, state)
        withdraw(world, issued, items(issued)[:1])
        [mail] = mails(issued)
        assert mail.message.recipient == "liaison@taobao.example"
        right = letters.requests_of(issued).get(state="pending")
        assert len(letters.ids_in(right)) == 3

    def test_a_letter_that_had_not_left_is_replaced_and_no_withdrawal_is_owed(
        self, world, issued
    ):
        sent(issued, "pending")
        withdraw(world, issued, items(issued)[:1])
        assert not WithdrawalLetter.objects.exists()
        assert mails(issued) == []
        assert [d.state for d in letters.requests_of(issued)] == [
            "cancelled",
            "pending",
        ]
        row = WithdrawnItem.objects.get()
        assert (row.item_id, row.letter, row.by) == (
            items(issued)[0],
            None,
            world.officer,
        )

    def test_a_letter_that_failed_reached_nobody(self, world, issued):
        sent(issued, "failed")
        withdraw(world, issued)
        assert not WithdrawalLetter.objects.exists()

    def test_a_letter_of_unknown_outcome_that_names_what_is_withdrawn_is_not_sent_again(
        self, world, issued
    ):
        sent(issued, "uncertain")
        [lost] = letters.requests_of(issued)
        assert names_withdrawn([lost]) == {}
        withdraw(world, issued, items(issued)[:1])
        right = letters.requests_of(issued).get(state="pending")
        assert names_withdrawn([lost, right]).keys() == {lost.pk}

    def test_where_the_notice_was_served_in_another_way_its_recipient_is_told(
        self, world, issued
    ):
        sent(issued, "pending")
        workflow.serve_otherwise(notice=issued, actor=world.officer, proof="EMS 1234")
        withdraw(world, issued)
        assert [mail.message.recipient for mail in mails(issued)] == [
            "liaison@taobao.example"
        ]

    def test_what_was_answered_is_known_though_its_mail_never_left(self, world, issued):
        sent(issued, "pending")
        answer(world, issued, items=items(issued)[:1])
        withdraw(world, issued)
        assert [mail.message.recipient for mail in mails(issued)] == [
            "liaison@taobao.example"
        ]
        assert [d.state for d in letters.requests_of(issued)] == ["cancelled"]

    def test_everybody_who_got_the_first_letter_gets_it(self, world, issued):
        backup = Liaison.objects.get(duty="backup", platform=world.platform)
        letters.queue(
            issued, letters.render(issued), at=timezone.now(), recipient=backup
        )
        sent(issued)
        withdraw(world, issued)
        assert {mail.message.recipient for mail in mails(issued)} == {
            "liaison@taobao.example",
            backup.email,
        }
        assert WithdrawalLetter.objects.count() == 1

    def test_in_place_of_one_who_is_no_liaison_any_more_somebody_who_is(
        self, world, issued
    ):
        primary = Liaison.objects.get(duty="primary", platform=world.platform)
        administrator = User.objects.create(
            username="a", name="a", role="administrator", password="!"
        )
        dismiss_liaison(liaison=primary, actor=administrator)
        withdraw(world, issued)
        assert [mail.message.recipient for mail in mails(issued)] == [
            "liaison-b@taobao.example"
        ]

    def test_where_nobody_is_left_the_letter_is_there_without_a_mail(
        self, world, issued
    ):
        Liaison.objects.filter(platform=world.platform).update(is_active=False)
        withdraw(world, issued)
        assert WithdrawalLetter.objects.get().items.count() == 4
        assert mails(issued) == []

    def test_the_bell_rings_at_the_liaisons_once(self, world, issued):
        Notification.objects.all().delete()
        withdraw(world, issued)
        [bell] = Notification.objects.filter(user=world.liaison)
        assert bell.url == WithdrawalLetter.objects.get().get_absolute_url()
        assert "撤回" in bell.text

    def test_a_replay_rings_no_bell_and_marks_its_mails(self, world, issued):
        Notification.objects.all().delete()
        with audit_origin(channel="replay", replay="replay:7"):
            withdraw(world, issued)
        assert not Notification.objects.exists()
        assert [mail.replay for mail in mails(issued)] == ["replay:7"]


class TestTheLetter:
    def test_it_never_tells_who_complained_nor_the_officers_words(self, world, issued):
        world.case.title = "澄溪岚堂举报系列案"
        world.case.save(update_fields=["title"])
        withdraw(world, issued)
        [mail] = mails(issued)
        content = compose.read(mail)
        said = content.text + content.html + str(content.headers)
        for secret in (
            "澄溪岚",
            "CXT",
            REASON,
            world.case.title,
            world.case.number,
            "91319409MA0JN02U8X",
        ):
            assert secret not in said

    def test_many_items_go_as_a_sheet_and_the_statements_stay_the_same(self, world):
        counts = {}
        for number in (2, 60):
            add_targets(world, number)
            [notice] = issue(world)
            sent(notice)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                withdraw(world, notice)
            counts[number] = len(queries)
            [mail] = mails(notice)
            [sheet] = compose.read(mail).attachments
            assert (
                sheet.name
                == f"{WithdrawalLetter.objects.order_by('-pk')[0].number}.xlsx"
            )
            assert len(letters.ids_in(mail)) == number
            put_into(
                Target.objects.filter(items__notice=notice),
                "dropped",
                dropped_reason="x",
            )
        assert counts[60] <= counts[2]

    def test_numbers_of_one_notice_and_of_the_series_follow_each_other(
        self, world, issued
    ):
        for pk in items(issued)[:2]:
            withdraw(world, issued, [pk])
        assert [letter.nth for letter in WithdrawalLetter.objects.order_by("pk")] == [
            1,
            2,
        ]
        assert [
            str(letter)[-2:] for letter in WithdrawalLetter.objects.order_by("pk")
        ] == ["1号", "2号"]

    def test_a_letter_and_its_rows_are_never_changed(self, world, issued):
        withdraw(world, issued)
        for rows in (WithdrawalLetter.objects, WithdrawnItem.objects):
            with (
                pytest.raises(DatabaseError, match=r"append-only|permission denied"),
                transaction.atomic(),
            ):
                rows.update(cause="official_account")
            with (
                pytest.raises(DatabaseError, match=r"append-only|permission denied"),
                transaction.atomic(),
            ):
                rows.all()._raw_delete("default")

    def test_an_item_is_in_one_letter_at_most(self, world, issued):
        withdraw(world, issued)
        row = WithdrawnItem.objects.first()
        row.pk, row._state.adding = None, True
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

    def test_restoring_is_asked_only_where_the_ground_fell(self, world, issued):
        withdraw(world, issued)
        letter = WithdrawalLetter.objects.get()
        letter.pk, letter.number, letter.document_number, letter.nth = (
            None,
            "W2026-9",
            "x",
            9,
        )
        letter.asks_restoring, letter._state.adding = True, True
        with (
            pytest.raises(IntegrityError, match="restoring_is_asked"),
            transaction.atomic(),
        ):
            letter.save(force_insert=True)

    def test_a_failed_mail_of_it_goes_to_the_backup_as_it_was_written(
        self, world, issued
    ):
        withdraw(world, issued)
        [mail] = mails(issued)
        put_into(Delivery.objects.filter(pk=mail.pk), "failed")
        mail.refresh_from_db()
        after_failed_withdrawal(mail)
        first, second = mails(issued)
        assert second.message.recipient == "liaison-b@taobao.example"
        assert compose.read(first).text == compose.read(second).text

    def test_serving_the_notice_in_another_way_cancels_no_withdrawal(
        self, world, issued
    ):
        withdraw(world, issued, items(issued)[:1])
        workflow.serve_otherwise(notice=issued, actor=world.officer, proof="EMS 1234")
        assert [mail.state for mail in mails(issued)] == ["pending"]


class TestCauses:
    def test_an_official_account_registered_later_asks_to_restore(self, world):
        [target] = add_targets(world, 1, kind="store")
        add_targets(world, 1)
        [notice] = issue(world)
        sent(notice)
        store = Store.objects.get(pk=target.store_id)
        protect(world, store)
        [mail] = mails(notice)
        text = compose.read(mail).text
        assert "撤回原因：官方账号" in text
        assert "请予恢复" in text
        assert store.canonical_id in text
        target.refresh_from_db()
        assert target.restoring_asked_at is not None
        assert notice.items.get(target=target).withdrawal.letter.asks_restoring

    def test_what_counted_of_it_is_in_the_same_letter(self, world, issued):
        [store_target] = add_targets(world, 1, kind="store")
        store = Store.objects.get(pk=store_target.store_id)
        Listing.objects.filter(target__items__notice=issued).update(store=store)
        answer(world, issued, items=items(issued)[:2])
        workflow.verify_items(
            items=items(issued)[:2], seen="gone", actor=world.officer2
        )
        protect(world, store)
        letter = WithdrawalLetter.objects.get(notice=issued)
        assert letter.items.count() == 4
        assert len(mails(issued)) == 1
        assert not Target.objects.filter(items__notice=issued, is_counted=True).exists()
        assert Target.objects.filter(restoring_asked_at__isnull=False).count() == 4

    def test_an_upheld_objection_names_what_was_counted_and_asks_to_restore_it(
        self, world, issued
    ):
        counted(world, issued)
        target = issued.items.get(position=1).target
        objection = workflow.lodge_objection(
            target=target, actor=world.officer, reason="是我们授权的店"
        )
        workflow.accept_objection(objection=objection, actor=world.officer)
        workflow.decide_objection(
            objection=objection, actor=world.supervisor, upheld=True, reason="属实"
        )
        [mail] = mails(issued)
        text = compose.read(mail).text
        assert "撤回原因：异议成立" in text
        assert "请予恢复" in text
        assert target.thing.canonical_id in text
        item = issued.items.get(position=1)
        assert (item.state, item.withdrawal.letter.document_number in text) == (
            "verified",
            True,
        )
        target.refresh_from_db()
        assert (target.state, target.is_counted) == ("restored", False)
        assert target.restoring_asked_at == item.withdrawal.at
        with translation.override("zh-hans"):
            assert target.get_state_display() == "已请求恢复"

    def test_an_upheld_objection_before_the_letter_left_asks_nobody_to_restore(
        self, world, issued
    ):
        sent(issued, "pending")
        target = issued.items.get(position=1).target
        objection = workflow.lodge_objection(
            target=target, actor=world.officer, reason="误报"
        )
        workflow.accept_objection(objection=objection, actor=world.officer)
        workflow.decide_objection(
            objection=objection, actor=world.supervisor, upheld=True, reason="属实"
        )
        target.refresh_from_db()
        assert target.restoring_asked_at is None
        assert [d.state for d in letters.requests_of(issued)] == [
            "cancelled",
            "pending",
        ]

    def test_a_corrected_entry_asks_to_restore_with_a_number_of_its_own(
        self, world, issued
    ):
        counted(world, issued)
        target = issued.items.get(position=2).target
        workflow.propose_correction(
            target=target, actor=world.officer, reason="看错了链接"
        )
        workflow.correct_outcome(target=target, actor=world.supervisor, reason="属实")
        letter = WithdrawalLetter.objects.get()
        assert "更正" in letter.document_number
        assert letter.asks_restoring
        assert [entry.item.target_id for entry in letter.items.all()] == [target.pk]
        target.refresh_from_db()
        assert target.restoring_asked_at == letter.issued_at

    def test_a_corrected_entry_of_what_is_seen_live_asks_nothing(self, world, issued):
        counted(world, issued)
        target = issued.items.get(position=2).target
        workflow.check_again(targets=[target.pk], seen="live", actor=world.officer2)
        workflow.propose_correction(
            target=target, actor=world.officer, reason="看错了链接"
        )
        workflow.correct_outcome(target=target, actor=world.supervisor, reason="属实")
        assert not WithdrawalLetter.objects.exists()

    def test_what_an_objection_took_back_is_not_corrected_once_more(
        self, world, issued
    ):
        counted(world, issued)
        target = issued.items.get(position=1).target
        workflow.propose_correction(
            target=target, actor=world.officer, reason="看错了链接"
        )
        objection = workflow.lodge_objection(
            target=target, actor=world.officer, reason="误报"
        )
        workflow.accept_objection(objection=objection, actor=world.officer)
        workflow.decide_objection(
            objection=objection, actor=world.supervisor, upheld=True, reason="属实"
        )
        with pytest.raises(TransitionRefused, match="not-counted"):
            workflow.correct_outcome(
                target=target, actor=world.supervisor, reason="属实"
            )
        assert WithdrawalLetter.objects.count() == 1

    def test_many_objections_upheld_at_once_make_one_letter_for_each_notice(
        self, world, issued
    ):
        answer(world, issued, "appealed")
        ids = list(issued.case.objections.values_list("pk", flat=True))
        workflow.accept_objections(objections=ids, actor=world.officer)
        results = workflow.decide_objections(
            objections=ids, actor=world.supervisor, upheld=True, reason="属实"
        )
        assert all(result.ok for result in results)
        assert WithdrawalLetter.objects.get().items.count() == 4


class TestAsAWhole:
    def test_one_act_withdraws_all_that_is_unfinished_with_one_letter(
        self, world, issued
    ):
        answer(world, issued, "refused", items=items(issued)[:1])
        workflow.withdraw_notice(
            notice=issued, actor=world.officer, reason=REASON, confirmed=4
        )
        issued.refresh_from_db()
        assert issued.state == "withdrawn"
        assert set(issued.items.values_list("state", flat=True)) == {"withdrawn"}
        assert WithdrawalLetter.objects.get().items.count() == 4
        assert set(Target.objects.values_list("state", flat=True)) == {"reported"}
        verbs = AuditEntry.objects.about(issued).values_list("verb", flat=True)
        assert "notice.withdrawn" in verbs
        assert "notice.completed" not in verbs

    def test_with_something_verified_it_ends_as_completed_and_the_count_stays(
        self, world, issued
    ):
        answer(world, issued, items=items(issued)[:1])
        workflow.verify_items(
            items=items(issued)[:1], seen="gone", actor=world.officer2
        )
        workflow.withdraw_notice(notice=issued, actor=world.officer, reason=REASON)
        issued.refresh_from_db()
        assert issued.state == "completed"
        assert WithdrawalLetter.objects.get().items.count() == 3
        assert Target.objects.filter(is_counted=True).count() == 1

    def test_another_count_than_was_shown_is_refused_and_changes_nothing(
        self, world, issued
    ):
        with pytest.raises(TransitionRefused, match="count-changed"):
            workflow.withdraw_notice(
                notice=issued, actor=world.officer, reason=REASON, confirmed=3
            )
        assert set(issued.items.values_list("state", flat=True)) == {"open"}
        assert not WithdrawalLetter.objects.exists()

    def test_twice_is_refused_with_who_and_when(self, world, issued):
        workflow.withdraw_notice(notice=issued, actor=world.officer, reason=REASON)
        with pytest.raises(TransitionRefused, match="not-issued") as refused:
            workflow.withdraw_notice(notice=issued, actor=world.officer2, reason=REASON)
        assert refused.value.details["by"] == "officer"
        assert WithdrawalLetter.objects.count() == 1

    def test_a_draft_and_a_finished_one_cannot_be(self, world, issued):
        counted(world, issued)
        with pytest.raises(TransitionRefused, match="nothing-to-withdraw"):
            workflow.withdraw_notice(notice=issued, actor=world.officer, reason=REASON)
        add_targets(world, 1)
        [draft] = workflow.compose_notices(case=world.case, actor=world.officer).notices
        with pytest.raises(TransitionRefused, match="not-issued"):
            workflow.withdraw_notice(notice=draft, actor=world.officer, reason=REASON)

    def test_the_liaison_cannot_answer_it_any_more(self, world, issued):
        workflow.withdraw_notice(notice=issued, actor=world.officer, reason=REASON)
        with pytest.raises(TransitionRefused, match="notice-not-open"):
            answer(world, issued, items=items(issued))

    def test_a_check_in_its_ten_seconds_is_dropped_and_its_officer_told(
        self, world, issued
    ):
        answer(world, issued)
        workflow.propose_checks(items=items(issued), seen="gone", actor=world.officer2)
        workflow.withdraw_notice(notice=issued, actor=world.officer, reason=REASON)
        assert not NoticeItem.objects.filter(pending_check__isnull=False).exists()
        assert (
            Notification.objects.filter(user=world.officer2, text__contains="4").count()
            == 1
        )


class TestPages:
    def test_the_confirm_page_counts_and_the_act_withdraws(
        self, world, issued, client: Client
    ):
        client.force_login(world.officer)
        page = client.get(f"/notices/{issued.number}/withdraw/").content.decode()
        assert "将以一份函撤回 4 个未办结条目" in page
        assert "liaison@taobao.example" in page
        answered = client.post(
            f"/notices/{issued.number}/withdraw/", {"reason": REASON, "confirmed": "4"}
        )
        assert answered.status_code == 302
        assert "已撤回" in client.get(issued.get_absolute_url()).content.decode()

    def test_what_changed_meanwhile_is_said_and_the_words_stay(
        self, world, issued, client: Client
    ):
        client.force_login(world.officer)
        page = client.post(
            f"/notices/{issued.number}/withdraw/", {"reason": REASON, "confirmed": "3"}
        )
        content = page.content.decode()
        assert "现有 4 个未办结条目，与页面所示 3 个不符" in content
        assert REASON in content
        assert 'name="confirmed" value="4"' in content

    def test_officer_and_liaison_read_the_letter_and_see_when_the_item_left(
        self, world, issued, client: Client
    ):
        withdraw(world, issued, items(issued)[:1])
        letter = WithdrawalLetter.objects.get()
        for user in (world.officer, world.supervisor, world.liaison):
            client.force_login(user)
            page = client.get(letter.get_absolute_url()).content.decode()
            assert letter.document_number in page
            assert "请勿再据原函处置" in page
            notice = client.get(
                f"{issued.get_absolute_url()}?show=all"
            ).content.decode()
            assert letter.get_absolute_url() in notice
            assert f"{timezone.localtime():%m-%d} 撤回" in notice

    def test_nobody_else_finds_it(self, world, issued, client: Client):
        withdraw(world, issued)
        url = WithdrawalLetter.objects.get().get_absolute_url()
        for user in (world.other_liaison, world.stranger):
            client.force_login(user)
            assert client.get(url).status_code == 404
            assert client.get(f"{url}sheet/").status_code == 404

    def test_its_liaison_is_told_no_reason_no_firm_and_nobody_but_the_contact(
        self, world, issued, client: Client
    ):
        workflow.withdraw_items(
            items=items(issued), actor=world.officer2, reason=REASON
        )
        client.force_login(world.liaison)
        page = client.get(
            WithdrawalLetter.objects.get().get_absolute_url()
        ).content.decode()
        for secret in (REASON, "澄溪岚", world.officer2.name):
            assert secret not in page

    def test_the_target_says_that_restoring_was_asked_not_that_it_happened(
        self, world, issued, client: Client
    ):
        counted(world, issued)
        target = issued.items.get(position=1).target
        objection = workflow.lodge_objection(
            target=target, actor=world.officer, reason="误报"
        )
        workflow.accept_objection(objection=objection, actor=world.officer)
        workflow.decide_objection(
            objection=objection, actor=world.supervisor, upheld=True, reason="属实"
        )
        client.force_login(world.officer)
        page = client.get(f"/cases/targets/{target.pk}/").content.decode()
        assert "请求平台恢复" in page
        assert "已恢复" not in page


def test_no_letter_has_a_gap_between_two_words_of_its_chinese(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    sent(notice)
    withdraw(world, notice)
    [letter] = WithdrawalLetter.objects.of(notice)
    htmls = [
        letters.render(notice).html,
        withdrawal_letters.render(letter, list(notice.items.all())).html,
    ]
    for words in [words for html in htmls for words in in_prose(html)]:
        gap = re.search(
            r"[\u4e00-\u9fff\u3001-\u301f\uff00-\uffef][ \n]+[\u4e00-\u9fff]", words
        )
        assert gap is None, words
    assert (
        f"我队在办理{world.case.document_number}案件中，发现附件所列"
        in letters.render(notice).text
    )
