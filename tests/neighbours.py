"""Every verb of an app with every state of every neighbour: how the tables of what is expected are read, and tried.

What a verb asks is tried in every state, always. Of a neighbour that it does not ask, and whose state therefore makes
no difference to it, the suite tries some states and `make proof` all.
"""

import inspect
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from corps.errors import TransitionRefused
from corps.results import Result

# A statement that locks rows: FOR NO KEY UPDATE OF "table", FROM "table" … FOR SHARE, or an advisory lock.
LOCK = re.compile(
    r'(?=FOR (?:NO KEY )?UPDATE OF|FROM "\w+" .* FOR SHARE|pg_advisory_xact)(?:FOR [A-Z ]+"|FROM ")?(\w+)',
    re.DOTALL,
)
ADVISORY = {"pg_advisory_xact_lock_shared": "shared", "pg_advisory_xact_lock": "alone"}
# Of the states of a neighbour that is not asked the suite tries one in so many.
SAMPLE = 8
# For each neighbour its states, and how it is put into one of them in a scene.
Neighbours = Mapping[str, tuple[Iterable[str], Callable[[Any, str], None]]]


def functions_of(workflow: ModuleType) -> set[str]:
    """The names of the functions that an app registers with its verbs, or that are public in its one module of them."""
    functions = dict(inspect.getmembers(workflow, inspect.isfunction))
    if hasattr(workflow, "__all__"):
        return functions.keys() & set(workflow.__all__)
    own = {
        name
        for name, function in functions.items()
        if function.__module__ == workflow.__name__
    }
    return {name for name in own if not name.startswith("_")}


def states_of(neighbours: Neighbours) -> dict[str, list[str]]:
    """The states that there are of each neighbour, each as one word, as tables name it."""
    return {
        name: [state.replace(" ", "-") for state in states]
        for name, (states, _put) in neighbours.items()
    }


def answers(states: str, refusals: str) -> dict[str, str]:
    """For each state of a neighbour what a verb answers: "done", unless a refusal names it.

    states: separated by spaces. refusals: such as "code: state state; other-code: state".
    """
    said = dict.fromkeys(states.split(), "done")
    for part in filter(None, refusals.split("; ")):
        code, named = part.split(": ")
        unknown = set(named.split()) - said.keys()
        assert not unknown, f"{refusals}: {unknown} are no states"
        said |= dict.fromkeys(named.split(), code)
    return said


def differences(
    verb: str,
    neighbours: Neighbours,
    expected: Callable[[str], Mapping[str, str]],
    scene_with: Callable[[Callable[[Any, str], None], str], Any],
    act: Callable[[Any], Any],
) -> Iterator[str]:
    """Where a verb does not answer what is expected, in words.

    verb: its name. expected: of a neighbour, by its states. scene_with: a scene in which a neighbour was put into a
    state, and which the verb is done in; all of it is undone afterwards.
    """
    for neighbour, (states, put) in neighbours.items():
        wanted = expected(neighbour)
        for state in _tried(f"{verb} {neighbour}", list(states), wanted):
            before = transaction.savepoint()
            found = outcome_of(act, scene_with(put, state))
            transaction.savepoint_rollback(before)
            transaction.savepoint_commit(before)
            if found != wanted[state.replace(" ", "-")]:
                yield f"{neighbour} {state}: {found}, not {wanted[state.replace(' ', '-')]}"


def _tried(name: str, states: list[str], wanted: Mapping[str, str]) -> list[str]:
    """The states to be tried: all, or a sample where the answer is always the same, another one for each name."""
    if os.environ.get("PROOF") or not states or set(wanted.values()) != {"done"}:
        return states
    first = zlib.crc32(name.encode()) % min(SAMPLE, len(states))
    return states[first::SAMPLE]


def outcome_of(act: Callable[[Any], Any], scene: Any) -> str:
    """ "done", or the code with which a verb said no. Anything else that it raises is a fault, and is raised."""
    try:
        found = act(scene)
    except TransitionRefused as refused:
        return refused.code
    except PermissionDenied:
        return "forbidden"
    if isinstance(found, str):
        return found
    found = getattr(found, "blocked", found)
    if isinstance(found, list):
        return next(
            (
                result.code
                for result in found
                if isinstance(result, Result) and not result.ok
            ),
            "done",
        )
    return "done"


def locks_of(act: Callable[[], Any]) -> list[str]:
    """Of what a verb locks rows, or keeps them as they are, until its transaction ends, in this order: models by their
    names; "shared" and "alone" for the advisory locks of registry and official accounts.
    """
    with CaptureQueriesContext(connection) as context:
        act()
    found = (LOCK.search(query["sql"]) for query in context.captured_queries)
    return list(
        dict.fromkeys(
            ADVISORY.get(match[1]) or match[1].partition("_")[2]
            for match in found
            if match
        )
    )
