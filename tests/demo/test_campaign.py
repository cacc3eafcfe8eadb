"""A campaign along the real path: Celery, Valkey, SMTP, and at the end what `expected.json` says."""

import email
import email.policy
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import SheetImport
from corps.mail import outbox
from corps.models import AuditEntry, Delivery, Installation, User
from corps.workflow import verify_audit
from dashboards.workflow import compare
from demo.services import messages_in
from notices.models import LedgerEntry, Notice, Objection, WithdrawalLetter
from runtime.demonstration import LOADING_LOCK

PROJECT = Path(__file__).resolve().parents[2]
SMALL = Path(__file__).parent / "data" / "small"
EXPECTED = json.loads((SMALL / "expected.json").read_text())
PASSWORD = "three-red-lanterns"

pytestmark = pytest.mark.django_db(transaction=True)


def load(folder: Path = SMALL) -> dict:
    """Walk a campaign in this process, with a worker and a sink in processes of their own; the printed object."""
    said = io.StringIO()
    call_command("campaign", str(folder), json=True, stdout=said, stderr=io.StringIO())
    return json.loads(said.getvalue().splitlines()[-1])


def _withdrawn_at() -> list[datetime]:
    return list(WithdrawalLetter.objects.values_list("issued_at", flat=True))


def test_the_small_campaign_ends_at_what_is_expected_of_it(
    monkeypatch: pytest.MonkeyPatch,
):
    # Whoever listens here is a stranger, and hears nothing.
    monkeypatch.setenv("EMAIL_URL", "smtp://127.0.0.1:1")
    assert load() == EXPECTED
    assert compare() == []
    call_command("recount", "--check", stdout=io.StringIO())
    assert verify_audit() is None

    sent = dict(Delivery.objects.values_list("mail_id", "state"))
    assert set(sent.values()) == {Delivery.State.SENT}
    upheld = Objection.objects.filter(state="upheld").count()
    assert (
        Delivery.objects.filter(message__purpose="notice").count()
        == Notice.objects.count()
    )
    assert 0 < Delivery.objects.filter(message__purpose="withdrawal").count() <= upheld
    # What is told of a sending stands where it happened in the story, not where it was recorded.
    told = AuditEntry.objects.filter(
        verb__in=("delivery.sent", "delivery.replayed")
    ).values_list("subject_id", "at")
    happened = {
        delivery.pk: delivery.happened_at
        for delivery in Delivery.objects.select_related("message")
    }
    assert dict(told) == happened
    issued = Notice.objects.values_list("issued_at", flat=True)
    assert {at for at in happened.values() if at is not None} <= {
        *issued,
        *_withdrawn_at(),
    }
    folders = list((settings.DATA_DIR / "mail").glob("replay-*"))
    arrived = [
        email.message_from_bytes(content, policy=email.policy.default)
        for folder in folders
        for content in messages_in(folder)
    ]
    assert Counter(message["Message-ID"] for message in arrived).keys() >= sent.keys()
    assert {
        count
        for mail_id, count in Counter(m["Message-ID"] for m in arrived).items()
        if mail_id in sent
    } == {1}

    # The corps's acts are its own accounts', none of which anybody can sign in with.
    verified = LedgerEntry.objects.filter(cause="verification").values_list(
        "check_row__by__username", flat=True
    )
    assert set(verified) == {"officer2"}
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert Installation.objects.get().demonstration == Installation.Demonstration.NONE
    assert AuditEntry.objects.filter(channel="replay").exists()

    with pytest.raises(CommandError, match="3 firms and 3 cases"):
        load()


def test_an_empty_database_becomes_a_demonstration_under_demo_1(
    monkeypatch: pytest.MonkeyPatch, client
):
    monkeypatch.setenv("DEMO", "1")
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    assert load() == EXPECTED
    assert Installation.objects.get().demonstration == Installation.Demonstration.LOADED
    logins = set(User.objects.values_list("username", flat=True))
    assert logins == {
        *(
            "officer",
            "officer2",
            "supervisor",
            "supervisor2",
            "reviewer",
            "chief",
            "officer3",
            "admin",
            "auditor",
        ),
        *("liaison-taobao", "liaison-jd", "liaison-pdd"),
        *("firm-CXT", "firm-HYS", "firm-YCB"),
    }
    assert all(
        user.check_password(PASSWORD)
        for user in User.objects.filter(username__in=["officer", "firm-CXT"])
    )
    assert Notice.objects.visible_to(User.objects.get(username="officer3")).count() == 0
    assert Notice.objects.visible_to(User.objects.get(username="liaison-jd")).exists()


def test_a_house_with_people_in_it_does_not_become_a_demonstration(
    monkeypatch: pytest.MonkeyPatch,
):
    User.objects.create(
        username="li", name="李", role=User.Role.ADMINISTRATOR, password="!"
    )
    monkeypatch.setenv("DEMO", "1")
    with pytest.raises(CommandError, match="not-empty"):
        load()
    assert Installation.objects.get().demonstration == Installation.Demonstration.NONE


def test_two_campaigns_are_not_loaded_at_once():
    with closing(connection.copy()) as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOADING_LOCK])
        with pytest.raises(CommandError, match="Another campaign"):
            load()
    assert not User.objects.exists()


def test_a_folder_that_is_not_right_is_refused_before_anything_is_written(
    tmp_path: Path,
):
    with pytest.raises(CommandError, match=r"campaign\.json is missing"):
        load(tmp_path)
    assert not User.objects.exists()


def test_what_a_killed_replay_left_unsent_is_cancelled_and_never_sent():
    command = [sys.executable, "manage.py", "campaign", str(SMALL)]
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as replay:
        deadline = time.monotonic() + 60
        while (
            not Delivery.objects.exists()
            and replay.poll() is None
            and time.monotonic() < deadline
        ):
            time.sleep(0.01)
        replay.send_signal(signal.SIGKILL)
    assert SheetImport.objects.filter(state=SheetImport.State.DONE).count() == 5
    # Its worker dies with it; what that was sending at the moment may have arrived, and nobody sends it again.
    deadline = time.monotonic() + 20
    left = Delivery.objects.filter(
        state__in=(Delivery.State.PENDING, Delivery.State.SENDING)
    )
    while left.exists() and time.monotonic() < deadline:
        outbox.clean_up()
    assert not left.exists()
    assert outbox.send_due() == 0
