"""Finished messages: fixed bytes that any server takes."""

import email
import email.policy
import re

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from corps.audit.origin import audit_origin
from corps.errors import TransitionRefused
from corps.mail.compose import Attachment, compose, read
from corps.models import Delivery, Message
from tests.corps.conftest import NOW


def say(unit, **changes):
    words = {
        "recipient": "liu@taobao.example",
        "purpose": "notice",
        "title": "关于协助下架的通知",
        "text": "请于三日内处理。",
    }
    return compose(unit, at=NOW, **words | changes)


def test_a_message_holds_what_was_said_in_bytes_that_any_server_takes(unit):
    sheet = Attachment(
        "清单（第1份）.csv",
        "﻿编号,地址\r\n1,https://item.taobao.com/item.htm?id=1\r\n".encode(),
        "text/csv",
    )
    delivery = say(
        unit,
        recipient_name="刘晓（淘宝天猫）",
        title="关于协助下架违法商品链接的通知" * 12,
        text=".\n一行以点开头\n" + "长" * 5_000,
        html="<p>" + "长" * 5_000 + "</p>",
        attachments=[sheet],
        reply_to="desk@corps.example",
    )
    content = bytes(delivery.content)
    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert max(map(len, content.split(b"\r\n"))) <= 998
    letter = email.message_from_bytes(content, policy=email.policy.default)
    assert letter["Message-ID"] == delivery.mail_id
    assert letter["Subject"] == "关于协助下架违法商品链接的通知" * 12
    assert letter["Date"].datetime == NOW
    assert letter["To"].addresses[0].display_name == "刘晓（淘宝天猫）"
    seen = read(delivery)
    assert seen.text.startswith(".\n一行以点开头\n")
    assert "长" * 5_000 in seen.html
    assert seen.attachments == [sheet]


def test_the_same_thing_is_not_said_twice_to_the_same_recipient(unit):
    say(unit)
    with pytest.raises(TransitionRefused, match="already-said"):
        say(unit, title="Another title")
    say(unit, step=2)
    say(unit, purpose="reminder")
    say(unit, recipient="backup@taobao.example")
    assert Message.objects.count() == Delivery.objects.count() == 4


def test_a_rolled_back_cause_leaves_no_message(unit):
    with transaction.atomic():
        say(unit)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_a_line_break_in_a_title_or_name_makes_no_header(unit):
    delivery = say(
        unit, title="Notice\r\nBcc: somebody@else.example", recipient_name="Liu\nX: y"
    )
    letter = email.message_from_bytes(
        bytes(delivery.content), policy=email.policy.default
    )
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Notice Bcc: somebody@else.example"


def test_a_chinese_domain_is_written_in_ascii(unit):
    assert say(unit, recipient="liu@例子.cn").message.recipient == "liu@xn--fsqu00a.cn"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "liu",
        "liu@",
        "刘@taobao.example",
        "a b@c.example",
        "a@b@c.example",
        "<a@b.example>",
    ],
)
def test_an_address_that_mail_cannot_reach_is_refused(unit, address):
    with pytest.raises(TransitionRefused, match="bad-address"):
        say(unit, recipient=address)


def test_the_deliveries_of_a_replay_carry_its_mark(unit):
    with audit_origin(channel="replay", replay="replay:7"):
        assert say(unit).replay == "replay:7"
    assert say(unit, step=2).replay == ""


@pytest.mark.django_db(transaction=True)
def test_a_message_is_made_only_inside_the_transaction_that_causes_it(unit):
    with pytest.raises(TransactionManagementError):
        say(unit)
