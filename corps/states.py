"""The state table: which states a thing has and the ways between them, written down once.

The workflow asks it, the database's check constraint is made from it, the documentation page and the tests read it.
"""

from collections.abc import Mapping

from django.db import models


class StateTable:
    """moves: state → the states that may follow it. A state without ways on is final."""

    def __init__(
        self, choices: type[models.TextChoices], moves: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.choices = choices
        self.moves = {state: tuple(moves.get(state, ())) for state in choices.values}
        unknown = set(moves) | {s for ways in moves.values() for s in ways}
        if extra := unknown - set(choices.values):
            raise ValueError(f"unknown states: {sorted(extra)}")

    def allows(self, before: str, after: str) -> bool:
        """Whether a thing may go from one state to the other."""
        return after in self.moves[before]

    def sources(self, after: str) -> tuple[str, ...]:
        """The states from which `after` can be reached in one step: what a compare-and-set must find."""
        return tuple(state for state, ways in self.moves.items() if after in ways)

    def constraint(self, name: str, field: str = "state") -> models.CheckConstraint:
        """A check constraint that knows no other states than these."""
        return models.CheckConstraint(
            name=name, condition=models.Q(**{f"{field}__in": self.choices.values})
        )
