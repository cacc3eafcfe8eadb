"""Which day a moment belongs to, and which times people may state."""

from datetime import UTC, date, datetime, timedelta

import pytest

from corps.access.past_events import accept_at
from corps.audit.origin import audit_origin
from corps.deadlines import clock
from corps.errors import TransitionRefused
from corps.models import User

NOW = datetime(2026, 11, 9, 2, 30, tzinfo=UTC)

officer = User(username="officer", role=User.Role.OFFICER, is_active=True)
recorder = User(
    username="recorder",
    role=User.Role.SUPERVISOR,
    is_active=True,
    duties=[User.Duty.PAST_EVENTS],
)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 9, 15, 59, 59, tzinfo=UTC), date(2026, 11, 9)),
        (datetime(2026, 11, 9, 16, 0, tzinfo=UTC), date(2026, 11, 10)),
        (datetime(2026, 11, 9, 23, 59, 59, tzinfo=clock.SHANGHAI), date(2026, 11, 9)),
    ],
)
def test_a_day_begins_and_ends_at_midnight_in_shanghai(moment, day):
    assert clock.shanghai_date(moment) == day


def test_a_naive_moment_lies_on_no_day_and_is_no_time_of_an_act():
    naive = datetime(2026, 11, 9)  # noqa: DTZ001
    with pytest.raises(ValueError, match="naive"):
        clock.shanghai_date(naive)
    with pytest.raises(ValueError, match="aware"):
        accept_at(officer, naive, NOW)


def test_an_act_without_a_stated_time_happened_now():
    assert accept_at(officer, None, NOW) == NOW


@pytest.mark.parametrize(
    "ahead", [timedelta(0), timedelta(minutes=5), timedelta(minutes=-2)]
)
def test_a_time_about_now_is_taken_as_stated(ahead):
    assert accept_at(officer, NOW + ahead, NOW) == NOW + ahead


@pytest.mark.parametrize("actor", [officer, recorder, None])
def test_a_time_more_than_five_minutes_ahead_is_refused_whoever_states_it(actor):
    with pytest.raises(TransitionRefused, match="at-ahead"):
        accept_at(actor, NOW + timedelta(minutes=5, seconds=1), NOW)
    with (
        audit_origin(channel="replay", replay="mark"),
        pytest.raises(TransitionRefused, match="at-ahead"),
    ):
        accept_at(actor, NOW + timedelta(days=1), NOW)


@pytest.mark.parametrize("actor", [officer, None])
def test_a_past_time_is_refused_without_the_permission(actor):
    with pytest.raises(TransitionRefused, match="at-past"):
        accept_at(actor, NOW - timedelta(minutes=2, seconds=1), NOW)


def test_a_past_time_is_a_fact_from_whoever_may_record_past_events():
    assert accept_at(recorder, NOW - timedelta(days=30), NOW) == NOW - timedelta(
        days=30
    )


def test_a_past_time_is_a_fact_in_a_replay():
    with audit_origin(channel="replay", replay="mark"):
        assert accept_at(officer, NOW - timedelta(days=30), NOW) == NOW - timedelta(
            days=30
        )
