"""What the server's answers mean for a message: taken, refused, later, or nobody knows."""

import smtplib

import pytest

from corps.mail.smtp import Line, Verdict

CONTENT = b"Subject: x\r\n\r\n.hidden\r\nend"


class Server:
    """A connection that answers as it was told, and keeps what was sent."""

    def __init__(self, *, mail=250, rcpt=250, data=354, reply=250):
        self.answers = {"mail": mail, "rcpt": rcpt, "data": data, "reply": reply}
        self.sent, self.closed = b"", False

    def _answer(self, step):
        answer = self.answers[step]
        if isinstance(answer, Exception):
            raise answer
        return answer, b"said"

    def mail(self, sender):
        return self._answer("mail")

    def rcpt(self, recipient):
        return self._answer("rcpt")

    def docmd(self, command):
        return self._answer("data")

    def getreply(self):
        return self._answer("reply")

    def send(self, content):
        self.sent += content

    def rset(self):
        pass

    def close(self):
        self.closed = True


def say(*servers):
    """Say one message on a line whose connections are these, one after the other."""
    line, waiting = Line({}), list(servers)
    line._open = lambda: waiting.pop(0)
    return line.say(sender="a@a.example", recipient="b@b.example", content=CONTENT)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [(250, Verdict.SENT), (451, Verdict.LATER), (554, Verdict.REFUSED), (354, Verdict.UNCERTAIN)],
)  # fmt: skip
def test_the_answer_to_a_whole_message_decides(reply, verdict):
    answer = say(Server(reply=reply))
    assert (answer.verdict, answer.text) == (verdict, f"{reply} said")


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_message_that_is_refused_beforehand_does_not_leave(step):
    server = Server(**{step: 550})
    assert say(server).verdict == Verdict.REFUSED
    assert server.sent == b""


def test_a_recipient_who_is_not_wanted_now_may_be_tried_later():
    assert say(Server(rcpt=450)).verdict == Verdict.LATER


def test_a_line_that_breaks_before_the_message_leaves_it_unsent():
    server = Server(rcpt=ConnectionResetError("reset"))
    answer = say(server)
    assert answer.verdict == Verdict.UNREACHABLE
    assert server.closed
    assert server.sent == b""


@pytest.mark.parametrize("broken", [TimeoutError(), smtplib.SMTPServerDisconnected()])
def test_a_line_that_breaks_after_the_message_has_left_leaves_it_uncertain(broken):
    server = Server(reply=broken)
    assert say(server).verdict == Verdict.UNCERTAIN
    assert server.closed


def test_a_server_that_is_about_to_close_is_talked_to_no_further():
    server = Server(mail=421)
    answer = say(server)
    assert (answer.verdict, answer.text) == (Verdict.UNREACHABLE, "421 said")
    assert server.closed


def test_a_kept_connection_that_was_closed_is_opened_anew_once():
    closed, fresh = Server(mail=smtplib.SMTPServerDisconnected()), Server()
    line = Line({})
    line.smtp, line._open = closed, lambda: fresh
    answer = line.say(sender="a@a.example", recipient="b@b.example", content=CONTENT)
    assert answer.verdict == Verdict.SENT
    assert line.smtp is fresh


def test_a_line_that_begins_with_a_dot_arrives_with_it_and_the_end_is_marked():
    server = Server()
    say(server)
    assert server.sent == b"Subject: x\r\n\r\n..hidden\r\nend\r\n.\r\n"
