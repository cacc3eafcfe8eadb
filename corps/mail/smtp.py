"""One kept-open SMTP connection, and what the server's answers mean for a message."""

import smtplib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Self


class Verdict(Enum):
    """What is known of a message after it was tried."""

    SENT = auto()  # the server has taken it
    LATER = auto()  # the server does not want it now, and has not taken it
    REFUSED = auto()  # the server will never take it
    UNREACHABLE = auto()  # the server could not be talked to; the message has not left
    UNCERTAIN = auto()  # the line broke after the message had begun to leave: taken or not, nobody here knows


@dataclass(frozen=True, slots=True)
class Answer:
    """verdict, and the server's words (or what happened to the line) as evidence."""

    verdict: Verdict
    text: str


class Line:
    """A connection that is opened when the first message needs it, kept, and opened again after a fault.

    config: Django's `EMAIL_…` names, as the environment's EMAIL_URL gives them. Every wait for the server ends after
    EMAIL_TIMEOUT seconds (30 unless stated); connecting, after ten at most.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config
        self.timeout = float(config.get("EMAIL_TIMEOUT") or 30)
        self.smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self.smtp is None:
            return
        try:
            self.smtp.quit()
        except OSError:
            self.smtp.close()
        self.smtp = None

    def say(self, *, sender: str, recipient: str, content: bytes) -> Answer:
        """Hand one message to the server for one recipient.

        content: finished RFC 5322 bytes with CRLF line ends only. Never raises for anything the server or the network
        does. A kept connection that turns out to be closed is opened anew once: nothing had left on it.
        """
        kept = self.smtp is not None
        try:
            smtp = self.smtp = self.smtp or self._open()
            refusal = self._ask(smtp, sender, recipient)
        except OSError as broken:  # smtplib's own errors are OSErrors too
            self._drop()
            if kept and not isinstance(broken, TimeoutError):
                return self.say(sender=sender, recipient=recipient, content=content)
            return Answer(Verdict.UNREACHABLE, _told(broken))
        if refusal is not None:
            return refusal
        try:
            smtp.send(_dotted(content))
            code, text = smtp.getreply()
        except OSError as broken:
            self._drop()
            return Answer(Verdict.UNCERTAIN, _told(broken))
        if code == 421:
            self._drop()
        return self._judge(code, text)

    def _open(self) -> smtplib.SMTP:
        kind = smtplib.SMTP_SSL if self.config.get("EMAIL_USE_SSL") else smtplib.SMTP
        # Without a name of our own smtplib asks the resolver, which may take long on a machine without one.
        smtp = kind(local_hostname=socket.gethostname(), timeout=min(self.timeout, 10))
        try:
            code, text = smtp.connect(
                self.config["EMAIL_HOST"], self.config["EMAIL_PORT"] or 25
            )
            if code != 220:
                raise smtplib.SMTPConnectError(code, text)
            if smtp.sock is not None:
                smtp.sock.settimeout(self.timeout)
            smtp.ehlo_or_helo_if_needed()
            if self.config.get("EMAIL_USE_TLS"):
                smtp.starttls()
            if self.config.get("EMAIL_HOST_USER"):
                smtp.login(
                    self.config["EMAIL_HOST_USER"], self.config["EMAIL_HOST_PASSWORD"]
                )
        except OSError:
            smtp.close()
            raise
        return smtp

    def _ask(self, smtp: smtplib.SMTP, sender: str, recipient: str) -> Answer | None:
        """MAIL, RCPT and DATA: None once the server waits for the message, otherwise its refusal."""
        for ask, wanted in (
            (lambda: smtp.mail(sender), (250,)),
            (lambda: smtp.rcpt(recipient), (250, 251)),
            (lambda: smtp.docmd("DATA"), (354,)),
        ):
            code, text = ask()
            if code in wanted:
                continue
            if code == 421 or code < 400:
                raise smtplib.SMTPResponseException(code, text)
            try:
                smtp.rset()
            except OSError:
                self._drop()
            return self._judge(code, text)
        return None

    def _judge(self, code: int, text: bytes) -> Answer:
        said = f"{code} {text.decode('utf-8', 'replace')}"
        if 200 <= code < 300:
            return Answer(Verdict.SENT, said)
        if 400 <= code < 500:
            return Answer(Verdict.LATER, said)
        if 500 <= code < 600:
            return Answer(Verdict.REFUSED, said)
        return Answer(Verdict.UNCERTAIN, said)

    def _drop(self) -> None:
        if self.smtp is not None:
            self.smtp.close()
            self.smtp = None


def _dotted(content: bytes) -> bytes:
    """The message as it goes over the line: leading dots doubled, and the end marked (RFC 5321, 4.5.2)."""
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    content = content.replace(b"\r\n.", b"\r\n..")
    return (b"." if content.startswith(b".") else b"") + content + b".\r\n"


def _told(broken: OSError) -> str:
    if isinstance(broken, smtplib.SMTPResponseException):
        said = broken.smtp_error
        return f"{broken.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return f"{type(broken).__name__}: {broken}"
