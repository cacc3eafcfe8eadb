"""Limits are data, and what is counted holds over all processes, is told with a wait, and is cleared."""

import csv
import hashlib
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine

from corps.access import limits
from corps.access.limits import Limit, LimitExceeded, clear_counts, count, count_often
from corps.models import ApiKey, RateCount, User

BEGIN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch) -> None:
    monkeypatch.setattr(limits, "_ahead", {})


@pytest.fixture
def few(monkeypatch) -> None:
    """Limits that a test reaches."""
    short = {
        "exports": Limit(
            "exports", 3, timedelta(minutes=10), HTTPStatus.TOO_MANY_REQUESTS
        ),
        "api.reads": Limit(
            "api.reads", 500, timedelta(minutes=1), HTTPStatus.TOO_MANY_REQUESTS
        ),
        "api.writes": Limit(
            "api.writes", 2, timedelta(minutes=1), HTTPStatus.TOO_MANY_REQUESTS
        ),
    }
    every = limits.limits() | short
    monkeypatch.setattr(limits, "limits", lambda: every)


def test_every_limit_of_the_table_is_read_in_bytes_seconds_and_numbers():
    assert limits.limit("body.sheet").most == 20 * 2**20
    assert limits.limit("papers.firm").most == 5 * 2**30
    assert limits.limit("exports") == Limit(
        "exports", 30, timedelta(minutes=10), HTTPStatus.TOO_MANY_REQUESTS
    )
    with limits.TABLE.open(encoding="utf-8", newline="") as table:
        codes = [row["code"] for row in csv.DictReader(table, delimiter="\t")]
    assert sorted(codes) == sorted(set(codes))
    assert set(limits.SUBJECTS) <= set(codes)


def test_one_more_than_the_limit_is_refused_until_the_window_ends(db, few):
    with time_machine.travel(BEGIN, tick=False) as clock:
        for _turn in range(3):
            count("exports", 7)
        count("exports", 8)
        clock.shift(60)
        with pytest.raises(LimitExceeded) as refused:
            count("exports", 7)
        assert refused.value.retry_after == 540
        assert (
            str(refused.value.message)
            == "列表导出：10 分钟内最多 3 次，请在 9 分钟后重试。"
        )
        clock.shift(540)
        count("exports", 7)


def test_what_comes_by_the_thousand_is_refused_at_the_limit_and_costs_few_statements(
    db, few, django_assert_max_num_queries
):
    with time_machine.travel(BEGIN, tick=False):
        with django_assert_max_num_queries(280):
            for _turn in range(500):
                count_often("api.reads", 1)
        with pytest.raises(LimitExceeded):
            count_often("api.reads", 1)


def test_two_processes_share_one_count(db, few, monkeypatch):
    with time_machine.travel(BEGIN, tick=False):
        ahead: list[dict] = [{}, {}]
        for turn in range(500):
            monkeypatch.setattr(limits, "_ahead", ahead[turn % 2])
            count_often("api.reads", 1)
        with pytest.raises(LimitExceeded):
            count_often("api.reads", 1)


def test_counts_of_windows_that_ended_are_cleared(db, few):
    with time_machine.travel(BEGIN, tick=False) as clock:
        count("exports", 7)
        assert clear_counts() == 0
        clock.shift(601)
        assert clear_counts() == 1
        assert not RateCount.objects.exists()


def test_a_key_that_writes_too_often_is_told_when_to_come_back(client, db, few):
    liaison = User.objects.create(username="liaison", name="l", role="representative")
    words = "a" * 43
    ApiKey.objects.create(
        user=liaison,
        prefix="aaaaaaaa",
        digest=hashlib.sha256(words.encode()).hexdigest(),
    )
    key = {"Authorization": f"Bearer {words}"}
    with time_machine.travel(BEGIN, tick=False):
        first = [
            client.post("/api/v1/complaints/", headers=key).status_code
            for _turn in range(2)
        ]
        told = client.post("/api/v1/complaints/", headers=key)
        reads = client.get("/api/v1/firms/", headers=key)
    assert HTTPStatus.TOO_MANY_REQUESTS not in first
    assert (told.status_code, told.headers["Retry-After"]) == (429, "60")
    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.json()["code"] == "throttled"
    assert told.json()["detail"] == "接口写入：60 秒内最多 2 次，请在 60 秒后重试。"
    assert reads.status_code != HTTPStatus.TOO_MANY_REQUESTS
