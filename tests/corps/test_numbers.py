"""Numbers: no gap, no clash."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from corps.models import Counter
from corps.workflow import document_number, next_number, take_number, take_numbers


def test_numbers_of_a_series_follow_each_other_and_each_year_begins_anew(db):
    assert [
        next_number("N", 2026),
        next_number("N", 2026),
        next_number("N", 2027),
        next_number("C", 2026),
    ] == [
        1,
        2,
        1,
        1,
    ]


def test_a_number_goes_by_the_shanghai_year_of_its_time(db):
    new_year_in_shanghai = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert take_number("N", new_year_in_shanghai) == "N2027-000001"


def test_many_numbers_are_taken_with_one_statement(db, django_assert_num_queries):
    take_number("C", datetime(2026, 3, 1, tzinfo=UTC))
    with django_assert_num_queries(1):
        numbers = take_numbers("C", datetime(2026, 3, 1, tzinfo=UTC), 300)
    assert (numbers[0], numbers[-1]) == ("C2026-000002", "C2026-000301")


def test_a_document_number_is_written_as_the_letterhead_wants_it(db, settings):
    settings.DOCUMENT_PREFIX = "沪市监总队"
    assert (
        document_number("协查", datetime(2026, 3, 1, tzinfo=UTC))
        == "沪市监总队协查〔2026〕1号"
    )


@pytest.mark.django_db(transaction=True)
def test_numbers_are_without_gaps_though_many_take_them_at_once_and_some_roll_back():
    kept: list[int] = []
    lock = threading.Lock()

    def take(worker: int) -> None:
        try:
            for turn in range(20):
                try:
                    with transaction.atomic():
                        number = next_number("N", 2026)
                        if (turn + worker) % 3 == 0:
                            raise RuntimeError
                    with lock:
                        kept.append(number)
                except RuntimeError:
                    pass
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[worker]) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert Counter.objects.get().last == len(kept)


@pytest.mark.django_db(transaction=True)
def test_a_number_is_refused_outside_a_transaction():
    with pytest.raises(TransactionManagementError):
        next_number("N", 2026)
