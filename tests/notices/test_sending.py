"""Just before a letter leaves, its neighbours are asked once more; who is told, and where it goes instead."""

import pytest
from django.conf import settings
from django.utils import timezone

from corps.mail import outbox
from corps.models import AuditEntry, Delivery, Notification
from notices.models import Notice
from tests.notices.world import World, add_targets, issue, make_world
from tests.put_into import put_into
from tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch):
    with Sink() as open_sink:
        monkeypatch.setattr(
            settings,
            "EMAIL_CONFIG",
            {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": open_sink.port},
        )
        yield open_sink


def states() -> list[tuple[str, str]]:
    return list(
        Delivery.objects.order_by("pk").values_list("message__recipient", "state")
    )


def test_a_letter_to_a_liaison_who_left_goes_to_another_and_an_officer_is_told(
    world: World, sink: Sink
):
    add_targets(world, 1)
    [notice] = issue(world)
    world.platform.liaisons.filter(duty="primary").update(is_active=False)
    outbox.send_due()
    outbox.send_due()
    assert states() == [
        ("liaison@taobao.example", "cancelled"),
        ("liaison-b@taobao.example", "sent"),
    ]
    assert list(sink.counts().values()) == [1]
    assert Notification.objects.get(user=world.officer).url == notice.get_absolute_url()


def test_a_mailbox_that_only_another_platform_still_has_gets_no_letter(
    world: World, sink: Sink
):
    add_targets(world, 1)
    add_targets(world, 1, platform=world.other_platform)
    issue(world)  # two letters, asked about together
    world.platform.liaisons.update(is_active=False)
    world.other_platform.liaisons.create(
        name="方", email="liaison@taobao.example", duty="backup"
    )
    outbox.send_due()
    assert sorted(states()) == [
        ("liaison@jd.example", "sent"),
        ("liaison@taobao.example", "cancelled"),
    ]
    assert list(sink.counts().values()) == [1]


def test_where_nobody_is_left_nothing_leaves_and_an_officer_is_told(
    world: World, sink: Sink
):
    add_targets(world, 1, platform=world.other_platform)
    issue(world)
    type(world.liaison).objects.filter(pk=world.other_liaison.pk).update(
        is_active=False
    )
    outbox.send_due()
    assert states() == [("liaison@jd.example", "cancelled")]
    assert not sink.counts()
    assert "liaison@jd.example" in Notification.objects.get(user=world.officer).text


@pytest.mark.parametrize("state", ["withdrawn", "transferred"])
def test_a_letter_of_a_case_that_was_left_does_not_leave(
    world: World, sink: Sink, state: str
):
    add_targets(world, 1)
    issue(world)
    put_into(type(world.case).objects.filter(pk=world.case.pk), state)
    outbox.send_due()
    assert states() == [("liaison@taobao.example", "cancelled")]
    assert Notification.objects.filter(user=world.officer).count() == 1
    assert not sink.counts()


def test_a_letter_of_a_suspended_case_waits_until_it_is_resumed(
    world: World, sink: Sink
):
    add_targets(world, 1)
    issue(world)
    cases = type(world.case).objects.filter(pk=world.case.pk)
    put_into(
        cases, "suspended", suspended_at=timezone.now(), suspended_from="disposing"
    )
    for _time in range(2):
        outbox.send_due()
        Delivery.objects.update(due_at=timezone.now())
    assert states() == [("liaison@taobao.example", "pending")]
    assert Delivery.objects.get().tries == 0
    assert AuditEntry.objects.filter(verb="delivery.held").count() == 1
    put_into(cases, "disposing")
    outbox.send_due()
    assert states() == [("liaison@taobao.example", "sent")]
    assert list(sink.counts().values()) == [1]


def test_a_letter_of_which_nothing_stands_does_not_leave(world: World, sink: Sink):
    add_targets(world, 1)
    [notice] = issue(world)
    put_into(notice.items, "withdrawn")
    outbox.send_due()
    assert [state for _recipient, state in states()] == ["cancelled"]
    assert not sink.counts()
    assert Notice.objects.get().state == "issued"
