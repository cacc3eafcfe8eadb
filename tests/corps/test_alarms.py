"""Mail that does not leave is told: on the administrator's first page, and once to each administrator after an hour."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from corps import tasks
from corps.mail.compose import compose
from corps.models import Delivery, Message, Notification
from corps.workflow import alarm_administrators, resend
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


def ago(**times):
    return timezone.now() - timedelta(**times)


@pytest.fixture
def delivery(unit) -> Delivery:
    with transaction.atomic():
        return compose(
            unit,
            recipient="liaison@platform.example",
            purpose="notice",
            title="通知",
            text="请处理。",
        )


def waiting_since(delivery: Delivery, since) -> None:
    Message.objects.filter(pk=delivery.message_id).update(created_at=since)


def told(person) -> list[str]:
    return list(
        Notification.objects.filter(user=person)
        .order_by("pk")
        .values_list("text", flat=True)
    )


def test_what_waits_for_an_hour_is_told_to_administrators_once(
    delivery, administrator, officer
):
    waiting_since(delivery, ago(minutes=50))
    assert alarm_administrators() == 0
    waiting_since(delivery, ago(minutes=70))
    assert alarm_administrators() == 1
    assert alarm_administrators() == 0
    assert told(administrator) == ["有 1 封邮件超过 1 小时未发出。"]
    assert told(officer) == []


@pytest.mark.parametrize(
    ("state", "words"), [("uncertain", "去向不明"), ("failed", "发送失败")]
)
def test_what_nobody_decided_for_an_hour_is_told_once_and_again_only_after_it_was_sent_again(
    delivery, administrator, officer, state, words
):
    put_into(
        Delivery.objects.filter(pk=delivery.pk), state, finished_at=ago(minutes=50)
    )
    assert alarm_administrators() == 0
    Delivery.objects.filter(pk=delivery.pk).update(finished_at=ago(minutes=70))
    assert (alarm_administrators(), alarm_administrators()) == (1, 0)
    assert words in told(administrator)[0]
    resend(delivery=delivery, actor=officer, reason="再发", at=timezone.now())
    assert Delivery.objects.get(pk=delivery.pk).alarmed_at is None


def test_what_waits_between_two_tries_waits_and_what_may_not_go_yet_does_not(
    delivery, administrator
):
    waiting_since(delivery, ago(hours=3))
    Delivery.objects.filter(pk=delivery.pk).update(
        due_at=timezone.now() + timedelta(hours=1)
    )
    assert alarm_administrators() == 0
    Delivery.objects.filter(pk=delivery.pk).update(tries=4)
    assert alarm_administrators() == 1


@pytest.mark.django_db(transaction=True)
def test_maintenance_tells(delivery, administrator, monkeypatch):
    monkeypatch.setattr("corps.mail.outbox.send_due", lambda: 0)
    waiting_since(delivery, ago(hours=3))
    tasks.sweep()
    assert len(told(administrator)) == 1


def test_the_administrators_first_page_says_what_is_stuck_and_undecided(
    client, delivery, administrator
):
    client.force_login(administrator)
    assert "尚未发出" not in client.get("/").content.decode()
    waiting_since(delivery, ago(minutes=125))
    page = client.get("/").content.decode()
    assert "1 封邮件尚未发出" in page
    assert "最早的已等待 2 小时" in page
    put_into(
        Delivery.objects.filter(pk=delivery.pk), "uncertain", finished_at=timezone.now()
    )
    assert "去向不明的邮件 1 封" in client.get("/").content.decode()
