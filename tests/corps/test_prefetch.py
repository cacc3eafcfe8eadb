"""Whether somebody really reads what a request asks for."""

import socket
from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from corps.ui.prefetch import is_read

ask = RequestFactory()


@pytest.fixture
def line():
    """Both ends of a connection: the server's and the reader's."""
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def served_by(ours):
    """A request of a connection, as the web server hands it on."""

    class Channel:
        socket = ours

        def has_hung_up(self):
            """waitress hands on this method; only its channel is looked at."""

    return ask.get("/", **{"waitress.client_disconnected": Channel().has_hung_up})


def test_a_page_that_a_person_asks_for_is_read():
    assert is_read(ask.get("/"))


@pytest.mark.parametrize("method", ["head", "post", "options"])
def test_nothing_is_read_by_what_is_no_get(method):
    assert not is_read(getattr(ask, method)("/"))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("X-Purpose", "preview"),
        ("X-Moz", "Prefetch"),
    ],
)
def test_what_a_browser_fetches_ahead_is_not_read(header, value):
    assert not is_read(ask.get("/", headers={header: value}))


def test_another_purpose_does_not_keep_a_page_from_being_read():
    assert is_read(ask.get("/", headers={"Purpose": "navigate"}))


def test_a_reader_who_waits_reads(line):
    assert is_read(served_by(line[0]))


def test_a_reader_who_has_hung_up_reads_nothing(line):
    ours, theirs = line
    theirs.close()
    assert not is_read(served_by(ours))


def test_a_reader_who_sends_the_next_request_already_still_reads_this_one(line):
    ours, theirs = line
    theirs.send(b"GET /next HTTP/1.1\r\n")
    assert is_read(served_by(ours))
    assert ours.recv(3) == b"GET"


def test_a_connection_that_is_closed_on_our_side_has_no_reader(line):
    line[0].close()
    assert not is_read(served_by(line[0]))


def test_a_server_that_does_not_tell_of_its_connections_has_readers():
    odd = ask.get("/", **{"waitress.client_disconnected": SimpleNamespace()})
    assert is_read(odd)
