"""How a verb says no: a code for programs, and a sentence that tells who was first."""

from datetime import UTC, datetime

from django.utils import translation

from corps.errors import TransitionRefused, in_short, told_by_whom

# 14:30 in Shanghai, and half past midnight of the next day.
AFTERNOON = datetime(2026, 11, 5, 6, 30, tzinfo=UTC)
NIGHT = datetime(2026, 11, 5, 16, 30, tzinfo=UTC)


def test_programs_read_the_code_and_people_the_message():
    refused = TransitionRefused("not-open", "The case is not open.", ids=[3])
    assert str(refused) == refused.code == "not-open"
    assert refused.message == "The case is not open."
    assert refused.details == {"ids": [3]}


def test_who_came_second_is_told_who_was_first_and_when(english):
    refused = TransitionRefused("taken", "Taken.", by="Li Wei", at=AFTERNOON)
    assert str(refused.message) == "Taken. Li Wei was first, at 11-05 14:30."


def test_a_message_that_names_the_first_already_stays_as_it_is(english):
    assert str(told_by_whom("Taken by Li Wei.", "Li Wei", AFTERNOON)) == (
        "Taken by Li Wei."
    )


def test_nobody_is_named_where_person_or_time_is_unknown():
    assert told_by_whom("Taken.", "", AFTERNOON) == "Taken."
    assert told_by_whom("Taken.", "Li Wei", None) == "Taken."


def test_a_message_is_read_in_the_language_of_its_reader_not_of_its_writer():
    with translation.override("en"):
        message = told_by_whom("被占用。", "李伟", AFTERNOON)
    with translation.override("zh-hans"):
        assert "was first" not in str(message)
        assert "李伟" in str(message)


def test_a_moment_after_midnight_in_shanghai_is_told_as_the_next_day():
    assert in_short(NIGHT) == "11-06 00:30"
