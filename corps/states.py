"""State tables: all that is said of the states of an object, written down once.

The workflow asks a table before it moves anything, set-based SQL takes its pairs from it, the database's constraint and
trigger are made from it, and so are colours, `docs/states.md` and the tests.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import pgtrigger
from django.db import models


class Colour(StrEnum):
    """One meaning for each colour, whatever page it stands on."""

    GREY = "grey"  # not begun, or over without a result
    BLUE = "blue"  # in progress
    AMBER = "amber"  # waits for somebody
    GREEN = "green"  # verified, done
    RED = "red"  # overdue, refused, contradiction
    PURPLE = "purple"  # needs approval


GREY, BLUE, AMBER, GREEN, RED, PURPLE = Colour

# Colours of the words of all state tables.
COLOURS: dict[str, Colour] = {}


class Counted(StrEnum):
    """Whether an object in a state counts in one of the two numbers."""

    NEVER = "never"
    MAYBE = "maybe"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class State:
    """One state of an object.

    moves: the states that may follow; none: the state is final. finished: nothing is to be done on the object any more.
    groups: sets of states that verbs and pages ask for, by name. listed_under: the word by which its list's filter
    shows it among others, beside its own; empty where it has its own alone.
    """

    value: str
    colour: Colour
    moves: tuple[str, ...] = ()
    finished: bool = False
    counted: Counted = Counted.NEVER
    groups: tuple[str, ...] = ()
    listed_under: str = ""


Choice = TypeVar("Choice", bound=models.TextChoices)


class StateTable(Generic[Choice]):
    """The states of one object, in the order of their choices.

    Raises ValueError if a state is missing or said twice, a move leads to none of them, or a word has another colour in
    another table.
    """

    def __init__(self, choices: type[Choice], *states: State) -> None:
        self.choices = choices
        by_value = {state.value: state for state in states}
        if len(by_value) != len(states) or set(by_value) != set(choices.values):
            raise ValueError(f"each of {choices.values} once, not {list(by_value)}")
        self.states: dict[Choice, State] = {
            choice: by_value[choice] for choice in choices
        }
        for state in states:
            if unknown := set(state.moves) - set(choices.values):
                raise ValueError(f"{state.value} leads to {sorted(unknown)}")
            if COLOURS.setdefault(str(state.value), state.colour) != state.colour:
                raise ValueError(f"{state.value} has another colour elsewhere")

    @property
    def moves(self) -> dict[Choice, tuple[str, ...]]:
        """The states that may follow each."""
        return {choice: state.moves for choice, state in self.states.items()}

    def allows(self, before: str, after: str) -> bool:
        """Whether an object may go from one state to the other."""
        return after in self.states[self.choices(before)].moves

    def before(self, after: str, *, without: Iterable[str] = ()) -> tuple[Choice, ...]:
        """The states from which `after` can be reached in one step, but for those of `without`."""
        return tuple(
            choice
            for choice, state in self.states.items()
            if after in state.moves and choice not in without
        )

    def finished(self) -> tuple[Choice, ...]:
        """The states in which nothing is to be done any more."""
        return tuple(choice for choice, state in self.states.items() if state.finished)

    def unfinished(self) -> tuple[Choice, ...]:
        """The states in which something is to be done."""
        return tuple(
            choice for choice, state in self.states.items() if not state.finished
        )

    def counted(self, counted: Counted) -> tuple[Choice, ...]:
        """The states in which an object counts so."""
        return tuple(
            choice for choice, state in self.states.items() if state.counted == counted
        )

    def group(self, name: str) -> tuple[Choice, ...]:
        """The states of a group. Raises KeyError if none is in it."""
        return self._named(name, lambda state: name in state.groups)

    def listed_under(self, word: str) -> tuple[Choice, ...]:
        """The states that a list's filter shows under a word. Raises KeyError if none is."""
        return self._named(word, lambda state: word == state.listed_under)

    def _named(self, name: str, has: Callable[[State], bool]) -> tuple[Choice, ...]:
        named = tuple(choice for choice, state in self.states.items() if has(state))
        if not named:
            raise KeyError(f"no state of {self.choices.__qualname__} says {name!r}")
        return named

    def move(self, subject: models.Model, after: str, field: str = "state") -> str:
        """Put an object, which the caller saves, into a state; the state before.

        Raises ValueError for a move that the table does not have: the caller's guard has told people so before.
        """
        before = getattr(subject, field)
        if not self.allows(before, after):
            raise ValueError(f"{self.choices.__qualname__}: {before} to {after}")
        setattr(subject, field, after)
        return before

    def move_all(self, rows: models.QuerySet, after: str, /, **changes: Any) -> int:
        """Put rows into a state, with other changes; how many there were. One statement.

        The caller has locked and judged them, or names the state from which they go. None is left out: the database
        refuses the whole statement (IntegrityError) if one may not go there.
        """
        return rows.update(state=after, **changes)

    def constraint(self, name: str, field: str = "state") -> models.CheckConstraint:
        """A check constraint that knows no other states than these."""
        return models.CheckConstraint(
            name=name, condition=models.Q(**{f"{field}__in": self.choices.values})
        )

    def trigger(self) -> pgtrigger.Trigger:
        """A trigger by which the database refuses every other move, as check_violation (IntegrityError).

        Its condition is judged where the row is written: no function is called, and no transition table kept, unless a
        move is to be refused; and nothing at all where a statement does not name `state`.
        """
        ways = "\n".join(
            f"    WHEN '{before}' THEN NEW.state NOT IN ({_quoted(after)})"
            for before, after in self.moves.items()
            if after
        )
        refused = (
            f"OLD.state <> NEW.state AND CASE OLD.state\n{ways}\n    ELSE true END"
        )
        return pgtrigger.Trigger(
            name="state_moves",
            level=pgtrigger.Row,
            when=pgtrigger.After,
            operation=pgtrigger.UpdateOf("state"),
            condition=pgtrigger.Condition(refused),
            func=REFUSE_MOVE,
        )


REFUSE_MOVE = """RAISE EXCEPTION '% %: nothing leads from "%" to "%"', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state
    USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, COLUMN = 'state';"""


def _quoted(states: Iterable[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)
