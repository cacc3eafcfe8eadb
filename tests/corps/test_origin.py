"""From where the present act comes."""

import threading

import pytest

from corps.audit.origin import audit_origin, current


def test_what_a_block_does_not_state_stays_as_it_was_around_it():
    with audit_origin(channel="page", address="203.0.113.9"):
        with audit_origin(request_id="r1") as inner:
            assert (inner.channel, inner.address, inner.request_id) == (
                "page",
                "203.0.113.9",
                "r1",
            )
        assert current().request_id == ""
    assert current().channel == "command"


def test_an_act_that_fails_leaves_its_origin_behind_it():
    def act():
        with audit_origin(channel="replay", replay="2026"):
            assert current().is_replay
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert not current().is_replay


def test_another_thread_does_not_act_for_this_one():
    seen = []
    with audit_origin(channel="page", address="203.0.113.9"):
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
    assert (seen[0].channel, seen[0].address) == ("command", "")
