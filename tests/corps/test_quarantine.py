"""What holds the outbox: no mail server, an order, a copy of the installation. And how it is let go."""

import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from corps import tasks, workflow
from corps.audit.origin import audit_origin
from corps.errors import TransitionRefused
from corps.mail import outbox
from corps.mail.compose import compose
from corps.models import AuditEntry, Delivery, Installation, Unit, User
from tests.sink import Behaviour, Sink

pytestmark = pytest.mark.django_db(transaction=True)
Held = Installation.Held


@pytest.fixture
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    """A data directory of this test's own, where nothing is enrolled yet."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def unit(transactional_db: None) -> Unit:
    return Unit.objects.create(name="执法一支队", path="/1/")


@pytest.fixture
def queue(
    unit: Unit, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Delivery]]:
    """Puts messages into the outbox, one for each purpose."""
    for hooks in ("sending_checks", "holding_checks", "stopped_hooks"):
        monkeypatch.setattr(outbox, hooks, [])

    def put(*purposes: str) -> list[Delivery]:
        with transaction.atomic():
            return [
                compose(
                    unit,
                    recipient=f"liaison{n}@platform.example",
                    purpose=purpose,
                    title="关于某店",
                    text="请处理。",
                )
                for n, purpose in enumerate(purposes)
            ]

    return put


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def say(*words: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_without_a_mail_server_nothing_is_sent_outside_a_demonstration(
    queue, settings, smtp_sink: Sink
):
    settings.HAS_MAIL_SERVER = False
    queue("notice")
    assert outbox.send_due() == 0
    assert outbox.backlog().lacks_server
    Installation.objects.update(demonstration="loaded")
    assert outbox.send_due() == 1
    assert not outbox.backlog().lacks_server
    assert AuditEntry.objects.filter(verb="delivery.sent").count() == 1


def test_what_only_a_replays_sink_took_is_called_replayed(
    queue, settings, smtp_sink: Sink
):
    settings.HAS_MAIL_SERVER = False
    with outbox.replaying() as mark, audit_origin(channel="replay", replay=mark):
        queue("notice")
        assert outbox.send_due(replay=mark) == 1
    assert AuditEntry.objects.filter(verb="delivery.replayed").count() == 1
    assert not AuditEntry.objects.filter(verb="delivery.sent").exists()
    assert Delivery.objects.with_replayed().get().shown_state[0] == "replayed"
    Installation.objects.update(demonstration="loaded")
    assert Delivery.objects.with_replayed().get().shown_state[0] == "sent"


def without_token(folder: Path) -> None:
    shutil.rmtree(folder / "secrets")


def with_a_copied_token(folder: Path) -> None:
    """The first file stays where it was moved, so that its inode is not given to the copy."""
    (folder / "secrets").rename(folder / "before")
    shutil.copytree(folder / "before", folder / "secrets")


COPIES: dict[str, dict[str, object] | Callable[[Path], None]] = {
    Held.SYSTEM: {"system_identifier": "1"},
    Held.DATABASE: {"database_identifier": "1/1"},
    Held.TIMELINE: {"timeline": 99},
    Held.TOKEN: without_token,
    Held.COPIED: with_a_copied_token,
}


def test_a_copy_holds_itself_until_it_is_enrolled_and_released(
    queue, data_dir, smtp_sink, account
):
    admin = account("administrator")
    tasks.sweep()
    assert Installation.objects.get().token
    assert not Installation.objects.get().outbox_quarantined
    for number, (what, change) in enumerate(COPIES.items(), start=1):
        if callable(change):
            change(data_dir)
        else:
            Installation.objects.update(**change)
        queue(f"notice{number}")
        assert outbox.send_due() == 0
        tasks.sweep()
        workflow.check_identity(at=timezone.now())
        assert Installation.objects.get().held_because == [what]
        assert AuditEntry.objects.filter(verb="outbox.quarantined").count() == number
        assert admin.notifications.count() == number
        with pytest.raises(TransitionRefused) as refused:
            workflow.lift_quarantine(actor=admin, at=timezone.now())
        assert refused.value.code == "not-enrolled"
        assert "Differed: " in say("quarantine", "enrol")
        assert outbox.send_due() == 0
        assert "The outbox sends; 1 mails wait." in say("quarantine", "off")
        assert outbox.send_due() == 1
    assert smtp_sink.counts().total() == len(COPIES)


def test_a_copied_demonstration_goes_on(queue, data_dir, smtp_sink: Sink):
    Installation.objects.update(demonstration="loaded")
    tasks.sweep()
    with_a_copied_token(data_dir)
    queue("notice")
    tasks.sweep()
    assert states() == ["sent"]


def test_a_copied_database_gets_a_token_that_the_original_does_not_know(data_dir):
    workflow.check_identity(at=timezone.now())
    before = Installation.objects.get().token
    Installation.objects.update(timeline=99)
    assert workflow.enrol(at=timezone.now()) == [Held.TIMELINE]
    assert Installation.objects.get().token == before
    Installation.objects.update(system_identifier="1")
    assert workflow.enrol(at=timezone.now()) == [Held.SYSTEM]
    assert Installation.objects.get().token != before
    assert workflow.enrol(at=timezone.now()) == []


def test_the_command_holds_and_says_so(queue, smtp_sink: Sink):
    queue("notice")
    assert "held (an administrator or a command holds it); 1 mails wait" in say(
        "quarantine", "on"
    )
    tasks.sweep()
    assert states() == ["pending"]
    assert "is held" in say("quarantine")
    say("quarantine", "off")
    tasks.sweep()
    assert states() == ["sent"]


def test_an_administrator_releases_one_by_one_and_by_kind_and_drops_with_a_reason(
    client, queue, smtp_sink, account
):
    admin: User = account("administrator")
    client.force_login(admin)
    _first, second, third, fourth = queue(
        "notice", "notice", "withdrawal", "withdrawal"
    )
    assert "恢复外发" in client.post("/outbox/hold/", follow=True).content.decode()
    page = client.get("/outbox/").content.decode()
    assert "协查函" in page
    assert "/outbox/?kind=withdrawal" in page
    listed = client.get("/outbox/", {"kind": "notice"}).content.decode()
    assert second.mail_id.strip("<>") in listed
    assert "关于某店" not in listed
    client.post("/outbox/mails/release/", {"ids": str(second.pk), "kind": "notice"})
    tasks.sweep()
    assert states() == ["pending", "sent", "pending", "pending"]
    client.post(
        "/outbox/mails/drop/",
        {"ids": str(third.pk), "kind": "withdrawal", "reason": "恢复前已经发出"},
    )
    client.post("/outbox/mails/release/", {"kind": "withdrawal", "whole": "on"})
    tasks.sweep()
    assert states() == ["pending", "sent", "cancelled", "sent"]
    assert {kept.message_id for kept in smtp_sink.kept} == {
        second.mail_id,
        fourth.mail_id,
    }
    assert AuditEntry.objects.filter(verb="delivery.released", actor=admin).count() == 2
    assert (
        AuditEntry.objects.get(verb="delivery.cancelled", actor=admin).detail["reason"]
        == "恢复前已经发出"
    )

    refused = client.post(
        "/outbox/mails/drop/", {"kind": "notice", "whole": "on", "reason": " "}
    ).content.decode()
    assert 'id="id_reason_error"' in refused or "理由" in refused
    assert states()[0] == "pending"
    client.post("/outbox/release/")
    tasks.sweep()
    assert states()[0] == "sent"


def test_what_cannot_be_done_with_held_mails_keeps_what_was_ticked_and_does_nothing(
    client, queue, account
):
    client.force_login(account("administrator"))
    client.post("/outbox/hold/")
    mails = queue(*["notice"] * 51)
    second_page = client.get("/outbox/", {"kind": "notice"}).context["page"].next
    assert second_page.startswith("/outbox/?kind=notice&after=")
    query = second_page.removeprefix("/outbox/")
    shown = client.post(
        f"/outbox/mails/drop/{query}", {"ids": str(mails[0].pk), "kind": "notice"}
    )
    assert shown.context["ticked"] == [mails[0].pk]
    assert " checked" in shown.content.decode()
    assert shown.context["page"].previous.startswith("/outbox/?kind=notice&before=")
    too_long = {
        "kind": "notice",
        "whole": "on",
        "reason": "因" * 501,
        "ids": str(mails[0].pk),
    }
    for act in ("release", "drop"):
        assert client.post(f"/outbox/mails/{act}/{query}", too_long).context[
            "form"
        ].errors.keys() == {"reason"}
    assert set(states()) == {"pending"}
    assert not Delivery.objects.filter(released_at__isnull=False).exists()


def test_a_new_hold_takes_back_what_was_released_before(queue, account):
    admin = account("administrator")
    [mail] = queue("notice")
    workflow.quarantine_outbox(actor=admin, at=timezone.now())
    workflow.release_held(
        deliveries=Delivery.objects.all(), actor=admin, at=timezone.now()
    )
    workflow.quarantine_outbox(actor=None, at=timezone.now(), because=[Held.SYSTEM])
    mail.refresh_from_db()
    assert mail.released_at is None


def test_the_test_mail_goes_through_the_real_settings_and_the_audit_knows(
    settings, smtp_sink: Sink
):
    assert "took the mail" in say("mailtest", "admin@corps.test")
    assert smtp_sink.kept[0].recipients == ("admin@corps.test",)
    assert Installation.objects.get().mail_tested_at
    smtp_sink.then(Behaviour.REFUSE)
    with pytest.raises(
        CommandError,
        match=r"did not take the mail to admin@corps.test: 550 5.7.1 Refused for good",
    ):
        say("mailtest", "admin@corps.test")
    assert list(
        AuditEntry.objects.filter(verb="mail.tested")
        .order_by("pk")
        .values_list("detail__taken", flat=True)
    ) == [
        True,
        False,
    ]
    with pytest.raises(CommandError, match=r"^[ -~]*nobody[ -~]*$"):
        say("mailtest", "nobody")
    settings.HAS_MAIL_SERVER = False
    with pytest.raises(CommandError, match="EMAIL_URL is not set"):
        say("mailtest", "admin@corps.test")
