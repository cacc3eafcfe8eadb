"""An official account is never named: by page, API, bulk action or import, nor where it is registered only later."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from cases import tasks
from cases.models import ImportRow, Target
from corps.errors import TransitionRefused
from corps.mail import outbox, smtp
from corps.mail.events import line_of
from corps.models import AuditEntry, Delivery, Notification, User
from corps.workflow import resend
from listings.models import Listing
from notices import letters, workflow
from notices.models import Notice, NoticeItem
from stores.models import Store
from stores.workflow import dismiss_liaison
from tests.notices.official_accounts import (
    FORMS,
    LISTING,
    STORE,
    protect,
    targets_in_the_store,
)
from tests.notices.world import World, issue, make_world
from tests.put_into import put_into
from tests.sink import Behaviour, Sink


def nothing_names_it() -> bool:
    """No item that binds, no draft, and no letter that may still leave."""
    assert Target.objects.filter(is_official=True).exists()
    official = Target.objects.filter(is_official=True)
    bound = NoticeItem.objects.filter(target__in=official).exclude(
        state__in=("withdrawn", "verified")
    )
    ids = {target.thing.canonical_id for target in official}
    waiting = Delivery.objects.filter(
        state__in=("pending", "sending"), message__purpose=letters.PURPOSE
    )
    return not bound.exists() and all(
        not letters.ids_in(delivery) & ids for delivery in waiting
    )


@pytest.fixture
def officer(world: World, client: Client) -> Client:
    client.force_login(world.officer)
    return client


@pytest.mark.django_db
class TestByHand:
    """Somebody names it."""

    @pytest.mark.parametrize("form", FORMS)
    def test_added_to_a_case_by_page_in_any_form_of_its_address(
        self, world, officer, form
    ):
        protect(world)
        page = officer.post(
            f"/cases/{world.case.number}/addresses/", {"addresses": form}
        )
        assert page.status_code == 200
        assert "官方旗舰店" in page.content.decode()
        assert not Target.objects.exists()
        assert not Store.objects.filter(canonical_id=STORE).exists()

    def test_added_beside_others_it_alone_stays_out(self, world, officer):
        protect(world)
        lines = [FORMS[0], f"https://item.taobao.com/item.htm?id={LISTING}", FORMS[1]]
        officer.post(
            f"/cases/{world.case.number}/addresses/", {"addresses": "\n".join(lines)}
        )
        assert list(
            Target.objects.values_list("listing__canonical_id", "is_official")
        ) == [(LISTING, False)]

    def test_composed_by_page_or_in_bulk(self, world, officer):
        inside, itself, elsewhere = targets_in_the_store(world)
        protect(world)
        ids = [target.pk for target in (inside, itself, elsewhere)]
        for chosen in (ids, []):
            officer.post(
                f"/notices/compose/{world.case.number}/draft/", {"ids": chosen}
            )
            [item] = NoticeItem.objects.all()
            assert item.target_id == elsewhere.pk
            workflow.withdraw_draft(notice=item.notice, actor=world.officer)
        composed = workflow.compose_notices(
            case=world.case, actor=world.officer, targets=ids
        )
        assert sorted(result.code for result in composed.blocked) == [
            "official",
            "official",
        ]

    def test_handed_in_by_the_api_and_imported(self, world, officer):
        protect(world)
        rows = [f"{form},,下架" for form in FORMS]
        rows += [f"https://item.taobao.com/item.htm?id={LISTING},{FORMS[1]},下架"]
        rows += [f"https://detail.tmall.com/item.htm?id={LISTING},,下架"]
        sheet = "\n".join(["商品链接,店铺链接,诉求", *rows]).encode()
        answer = officer.post(
            "/api/v1/complaints/",
            {
                "firm": "CXT",
                "subject": "清单",
                "received_on": date(2026, 3, 1),
                "sheet": _upload(sheet),
            },
        )
        assert answer.status_code == 202, answer.content
        tasks.read_sheet(answer.json()["import"].rstrip("/").rpartition("/")[2])
        results = list(
            ImportRow.objects.order_by("row").values_list("result", flat=True)
        )
        assert results == [*["official"] * (len(rows) - 1), "held"]
        assert not Target.objects.exists()
        assert not Listing.objects.exists()


def _upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("清单.csv", content)


@pytest.mark.django_db
class TestRegisteredLater:
    """The account is registered when the harm is half done."""

    def test_while_it_stands_in_a_draft(self, world):
        targets_in_the_store(world)
        [draft] = workflow.compose_notices(case=world.case, actor=world.officer).notices
        assert draft.items.count() == 3
        protect(world)
        assert draft.items.get().position == 1
        assert nothing_names_it()

    def test_while_its_notice_waits_for_approval(self, world):
        targets_in_the_store(world)
        [draft] = workflow.compose_notices(case=world.case, actor=world.officer).notices
        notice = workflow.submit_notice(notice=draft, actor=world.officer)
        protect(world)
        assert Notice.objects.get().state == "draft"
        with pytest.raises(TransitionRefused):
            workflow.approve_notice(
                notice=notice, actor=world.supervisor, version=notice.version
            )
        notice = workflow.submit_notice(
            notice=Notice.objects.get(), actor=world.officer
        )
        workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version
        )
        assert nothing_names_it()

    def test_while_its_letter_waits_in_the_outbox_another_takes_its_place(self, world):
        _inside, _itself, elsewhere = targets_in_the_store(world)
        issue(world)
        protect(world)
        assert list(
            Delivery.objects.order_by("pk").values_list("state", flat=True)
        ) == ["cancelled", "pending"]
        assert letters.ids_in(Delivery.objects.get(state="pending")) == {
            elsewhere.thing.canonical_id
        }
        assert sorted(NoticeItem.objects.values_list("state", flat=True)) == [
            "open",
            "withdrawn",
            "withdrawn",
        ]
        assert nothing_names_it()

    def test_where_nothing_else_is_left_no_letter_goes_at_all(self, world):
        _inside, _itself, elsewhere = targets_in_the_store(world)
        put_into(
            Target.objects.filter(pk=elsewhere.pk), "dropped", dropped_reason="误报"
        )
        [notice] = issue(world)
        protect(world)
        assert list(Delivery.objects.values_list("state", flat=True)) == ["cancelled"]
        notice.refresh_from_db()
        assert notice.state == "completed"
        assert (
            AuditEntry.objects.about(Delivery.objects.get())
            .filter(verb="delivery.cancelled")
            .exists()
        )


@pytest.mark.django_db(transaction=True)
class TestOnItsWay:
    """The account is registered while the letter that names it is being sent."""

    @pytest.fixture
    def issued(self, transactional_db: None) -> tuple[World, Notice]:
        world = make_world()
        targets_in_the_store(world)
        [notice] = issue(world)
        return world, notice

    def test_a_letter_that_the_server_puts_off_does_not_leave_any_more(
        self, issued, smtp_sink: Sink, monkeypatch
    ):
        world, notice = issued
        smtp_sink.then(Behaviour.REFUSE_LATER)
        _register_while_sending(world, monkeypatch)
        outbox.send_due()
        _due_now()
        outbox.send_due()
        right, withdrawal = (
            letters.requests_of(notice).get(state="sent"),
            _withdrawals(notice).get(state="sent"),
        )
        assert {kept.message_id for kept in smtp_sink.kept} == {
            right.mail_id,
            withdrawal.mail_id,
        }
        assert letters.ids_in(right) == set(_ids(official=False))
        assert sorted(letters.requests_of(notice).values_list("state", flat=True)) == [
            "cancelled",
            "sent",
        ]

    def test_a_letter_that_the_server_refuses_goes_to_the_backup_without_it(
        self, issued, smtp_sink: Sink, monkeypatch
    ):
        world, notice = issued
        smtp_sink.then(Behaviour.REFUSE)
        _register_while_sending(world, monkeypatch)
        outbox.send_due()
        taken = letters.requests_of(notice).filter(
            mail_id__in=[kept.message_id for kept in smtp_sink.kept]
        )
        assert taken.exists()
        for sent in taken:
            assert letters.ids_in(sent) == set(_ids(official=False))

    def test_a_letter_that_the_server_refuses_goes_to_nobody_else_where_nothing_is_left_to_name(
        self, transactional_db, smtp_sink: Sink, monkeypatch
    ):
        world = make_world()
        _inside, _itself, elsewhere = targets_in_the_store(world)
        put_into(
            Target.objects.filter(pk=elsewhere.pk), "dropped", dropped_reason="误报"
        )
        [notice] = issue(world)
        smtp_sink.then(Behaviour.REFUSE)
        _register_while_sending(world, monkeypatch)
        outbox.send_due()
        assert [letter.state for letter in letters.requests_of(notice)] == ["failed"]
        # It was on its way when it was withdrawn: whoever might have got it is told.
        assert [kept.message_id for kept in smtp_sink.kept] == [
            _withdrawals(notice).get().mail_id
        ]

    def test_a_letter_that_has_arrived_is_followed_by_its_withdrawal_and_no_other(
        self, issued, smtp_sink: Sink
    ):
        world, notice = issued
        outbox.send_due()
        protect(world)
        assert [letter.state for letter in letters.requests_of(notice)] == ["sent"]
        assert [letter.state for letter in _withdrawals(notice)] == ["pending"]
        assert sorted(notice.items.values_list("state", flat=True)) == [
            "open",
            "withdrawn",
            "withdrawn",
        ]

    def test_a_letter_that_the_server_refuses_goes_to_nobody_who_was_dismissed(
        self, issued, smtp_sink: Sink
    ):
        world, notice = issued
        backup = world.platform.liaisons.get(duty="backup")
        dismiss_liaison(
            liaison=backup,
            actor=User.objects.create(username="admin", role="administrator"),
        )
        smtp_sink.then(Behaviour.REFUSE)
        outbox.send_due()
        assert [letter.state for letter in letters.deliveries_of(notice)] == ["failed"]
        told = Notification.objects.filter(user=world.officer, subject_id__isnull=False)
        assert any(str(notice) in line_of(line) for line in told)

    def test_an_uncertain_letter_that_an_officer_sends_again_stays_here(
        self, issued, smtp_sink: Sink
    ):
        world, notice = issued
        smtp_sink.then(Behaviour.DROP_AFTER_DATA)
        outbox.send_due()
        protect(world)
        lost = letters.deliveries_of(notice).get(state="uncertain")
        resend(
            delivery=lost, actor=world.officer, reason="平台称未收到", at=timezone.now()
        )
        outbox.send_due()
        lost.refresh_from_db()
        assert lost.state == "cancelled"
        assert smtp_sink.counts()[lost.mail_id] == 1
        corrected = letters.requests_of(notice).exclude(pk=lost.pk).get()
        assert corrected.state == "sent"
        assert letters.ids_in(corrected) == set(_ids(official=False))


def _withdrawals(notice: Notice) -> QuerySet[Delivery]:
    return letters.deliveries_of(notice).filter(message__purpose="withdrawal")


def _register_while_sending(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the account registered once the first letter is committed as `sending`, before its first byte leaves."""
    say = smtp.Line.say

    def say_late(line: smtp.Line, **letter) -> smtp.Answer:
        monkeypatch.setattr(smtp.Line, "say", say)
        protect(world)
        return say(line, **letter)

    monkeypatch.setattr(smtp.Line, "say", say_late)


def _due_now() -> None:
    Delivery.objects.filter(state="pending").update(due_at=timezone.now())


def _ids(*, official: bool) -> list[str]:
    return [
        target.thing.canonical_id
        for target in Target.objects.filter(is_official=official)
    ]
