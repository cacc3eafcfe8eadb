"""State tables: what they say of states and moves, and which tables are no tables at all."""

from types import SimpleNamespace

import pytest
from django.db import models

from corps import states
from corps.states import BLUE, GREEN, GREY, RED, Counted, State, StateTable


class Parcel(models.TextChoices):
    PACKED = "packed", "Packed"
    SENT = "sent", "Sent"
    LOST = "lost", "Lost"
    RECEIVED = "received", "Received"


PACKED = State("packed", GREY, ("sent",), groups=("here",), listed_under="open")
SENT = State(
    "sent", BLUE, ("lost", "received"), counted=Counted.MAYBE, listed_under="open"
)
LOST = State("lost", RED, ("sent",), finished=True)
RECEIVED = State("received", GREEN, finished=True, counted=Counted.ALWAYS)


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The colours of these tests' own tables, so that those of the product stay as they are."""
    known: dict[str, str] = {}
    monkeypatch.setattr(states, "COLOURS", known)
    return known


@pytest.fixture
def table() -> StateTable[Parcel]:
    """A table whose states are not said in the order of their choices."""
    return StateTable(Parcel, RECEIVED, LOST, SENT, PACKED)


def test_states_stand_in_the_order_of_their_choices_however_they_are_said(table):
    assert list(table.states) == list(Parcel)


def test_only_a_move_that_is_written_down_is_allowed(table):
    allowed = {(a, b) for a in Parcel for b in Parcel if table.allows(a, b)}
    assert allowed == {
        ("packed", "sent"),
        ("sent", "lost"),
        ("sent", "received"),
        ("lost", "sent"),
    }


def test_asking_about_a_state_that_does_not_exist_is_an_error(table):
    with pytest.raises(ValueError, match="burnt"):
        table.allows("burnt", "sent")


def test_what_leads_to_a_state_can_be_asked_without_some_states(table):
    assert table.before("sent") == (Parcel.PACKED, Parcel.LOST)
    assert table.before("sent", without=(Parcel.LOST,)) == (Parcel.PACKED,)
    assert table.before("packed") == ()


def test_each_state_is_finished_or_unfinished_and_never_both(table):
    assert table.finished() == (Parcel.LOST, Parcel.RECEIVED)
    assert table.unfinished() == (Parcel.PACKED, Parcel.SENT)


def test_each_state_counts_in_one_way(table):
    assert table.counted(Counted.NEVER) == (Parcel.PACKED, Parcel.LOST)
    assert table.counted(Counted.MAYBE) == (Parcel.SENT,)
    assert table.counted(Counted.ALWAYS) == (Parcel.RECEIVED,)


def test_a_group_and_a_word_of_a_list_that_no_state_says_are_errors(table):
    assert table.group("here") == (Parcel.PACKED,)
    assert table.listed_under("open") == (Parcel.PACKED, Parcel.SENT)
    with pytest.raises(KeyError, match="open"):
        table.group("open")
    with pytest.raises(KeyError, match="here"):
        table.listed_under("here")


def test_moving_an_object_tells_where_it_was(table):
    parcel = SimpleNamespace(state="packed")
    assert table.move(parcel, Parcel.SENT) == "packed"
    assert parcel.state == "sent"


def test_a_move_that_the_table_does_not_have_leaves_the_object_where_it_is(table):
    parcel = SimpleNamespace(state="received")
    with pytest.raises(ValueError, match="received to packed"):
        table.move(parcel, "packed")
    assert parcel.state == "received"


def test_an_object_does_not_move_to_where_it_is(table):
    with pytest.raises(ValueError, match="sent to sent"):
        table.move(SimpleNamespace(state="sent"), "sent")


@pytest.mark.parametrize(
    "said", [(PACKED, SENT, LOST), (PACKED, PACKED, SENT, LOST, RECEIVED)]
)
def test_a_state_that_is_missing_or_said_twice_makes_no_table(said):
    with pytest.raises(ValueError, match="each of"):
        StateTable(Parcel, *said)


def test_a_move_to_a_state_of_another_object_makes_no_table():
    astray = State("packed", GREY, ("sent", "closed"))
    with pytest.raises(ValueError, match="packed leads to \\['closed'\\]"):
        StateTable(Parcel, astray, SENT, LOST, RECEIVED)


def test_a_word_has_one_colour_in_all_tables(table, colours):
    class Letter(models.TextChoices):
        LOST = "lost", "Lost"

    with pytest.raises(ValueError, match="lost has another colour"):
        StateTable(Letter, State("lost", GREY))
    StateTable(Letter, State("lost", RED))
    assert colours["lost"] == RED


def test_the_trigger_lets_a_final_state_go_nowhere(table):
    condition = str(table.trigger().condition.sql)
    assert "WHEN 'sent' THEN NEW.state NOT IN ('lost', 'received')" in condition
    assert "WHEN 'received'" not in condition
    assert condition.endswith("ELSE true END")
