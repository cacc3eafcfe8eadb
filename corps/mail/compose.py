"""Making finished messages: the bytes of a letter, fixed once, and its place in the outbox."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from corps.audit.origin import current
from corps.errors import TransitionRefused
from corps.installation.organisation import current as current_organisation
from corps.models import Delivery, Message

# RFC 5322, 2.1.1: without its line end.
LONGEST_LINE = 998


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. name: as the recipient sees it. content_type: such as "text/csv"."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A stored message as a person looks at it: headers in order, both bodies, attachments."""

    headers: list[tuple[str, str]]
    text: str
    html: str
    attachments: list[Attachment]


def compose(
    subject: models.Model,
    *,
    recipient: str,
    recipient_name: str = "",
    purpose: str,
    step: int = 1,
    title: str,
    text: str,
    html: str = "",
    attachments: Iterable[Attachment] = (),
    reply_to: str = "",
    thread: str = "",
    at: datetime | None = None,
    happened_at: datetime | None = None,
    due_at: datetime | None = None,
) -> Delivery:
    """Put a finished message into the outbox, in the present transaction; the caller enqueues `corps.tasks.send_due`.

    subject: what it is about. recipient: one address. purpose and step: with subject and recipient they are unique, so
    that nothing is said twice. title: the subject line. text and html: the two bodies. thread: audit thread in whose
    timeline the sending shows. at: the date it bears, now unless given. happened_at: when the act that causes it
    happened. due_at: not sent before.
    A replay's mark is taken from `corps.audit.origin.current()`.

    Raises TransitionRefused "already-said", "bad-address"; TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError(
            "A message is made in the transaction that causes it."
        )
    recipient, title = ascii_address(recipient), one_line(title)
    mail_id = f"<{uuid7().hex}@{settings.MESSAGE_ID_DOMAIN}>"
    letter = _letter(
        mail_id,
        recipient,
        one_line(recipient_name),
        title,
        reply_to,
        at or timezone.now(),
    )
    content = _finished(letter, text, html, attachments)
    try:
        with transaction.atomic():
            message = Message.objects.create(
                subject_type=subject._meta.label_lower,
                subject_id=subject.pk,
                recipient=recipient,
                recipient_name=one_line(recipient_name)[:80],
                purpose=purpose,
                step=step,
                title=title[:200],
                thread=thread,
                at=happened_at,
            )
    except IntegrityError as clash:
        raise TransitionRefused(
            "already-said", _("This message to this recipient exists already.")
        ) from clash
    when = {"due_at": due_at} if due_at else {}
    return Delivery.objects.create(
        message=message,
        mail_id=mail_id,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        replay=current().replay,
        **when,
    )


def compose_test(recipient: str) -> tuple[str, bytes]:
    """A finished test mail and its recipient's address as the server gets it; nothing is kept of it.

    Raises TransitionRefused "bad-address".
    """
    recipient = ascii_address(recipient)
    mail_id = f"<{uuid7().hex}@{settings.MESSAGE_ID_DOMAIN}>"
    letter = _letter(mail_id, recipient, "", "测试邮件 / Test mail", "", timezone.now())
    text = f"这是系统管理员从 {settings.SITE_URL} 发出的测试邮件。\nA test mail from the administrator of this site.\n"
    return recipient, _finished(letter, text, "", ())


def read(delivery: Delivery) -> Reading:
    """The stored bytes of a delivery, taken apart for showing."""
    letter: Any = message_from_bytes(bytes(delivery.content), policy=policy.SMTP)
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    return Reading(
        headers=[(name, str(value)) for name, value in letter.items()],
        text=text.get_content().replace("\r\n", "\n") if text else "",
        html=html.get_content().replace("\r\n", "\n") if html else "",
        attachments=[
            Attachment(
                part.get_filename(""),
                part.get_payload(decode=True),
                part.get_content_type(),
            )
            for part in letter.iter_attachments()
        ],
    )


def ascii_address(address: str) -> str:
    """An e-mail address with its domain in ASCII (IDNA). Raises TransitionRefused "bad-address"."""
    name, _at, domain = address.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if (
        not name.isascii()
        or not re.fullmatch(r"[^\s@<>\"(),:;\\]+", name)
        or not ascii_domain
    ):
        said = _("Mail cannot be sent to this address: %(address)s") % {
            "address": address[:80]
        }
        raise TransitionRefused("bad-address", said)
    return f"{name}@{ascii_domain}"


def one_line(text: str) -> str:
    """Text for a header: no line breaks, single spaces."""
    return " ".join(text.split())


def _letter(
    mail_id: str,
    recipient: str,
    recipient_name: str,
    title: str,
    reply_to: str,
    at: datetime,
) -> EmailMessage:
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"] = Address(current_organisation().name, addr_spec=settings.MAIL_FROM)
    letter["To"] = Address(recipient_name, addr_spec=recipient)
    if reply_to:
        letter["Reply-To"] = Address(addr_spec=ascii_address(reply_to))
    letter["Subject"] = title
    letter["Date"] = timezone.localtime(at)
    letter["Message-ID"] = mail_id
    letter["Auto-Submitted"] = "auto-generated"
    return letter


def _finished(
    letter: EmailMessage, text: str, html: str, attachments: Iterable[Attachment]
) -> bytes:
    """The bytes as they will leave: CRLF only, ASCII only, no line too long."""
    letter.set_content(
        text, charset="utf-8", cte="base64" if not text.isascii() else None
    )
    if html:
        letter.add_alternative(html, subtype="html", charset="utf-8", cte="base64")
    for file in attachments:
        kind, _slash, detail = file.content_type.partition("/")
        letter.add_attachment(
            file.content, maintype=kind, subtype=detail, filename=file.name
        )
    content = letter.as_bytes()
    lines = content.split(b"\r\n")
    if not content.isascii() or any(
        b"\n" in line or b"\r" in line or len(line) > LONGEST_LINE for line in lines
    ):
        raise ValueError(
            "The message cannot be sent as it is: a bare line end, a long line or a raw character."
        )
    return content
