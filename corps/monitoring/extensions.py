"""What `corps.monitoring` asks of the apps: how things stand, and what is still to be set up."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from corps.extensions import Cardinality, ExtensionPoint, KeyedExtensionPoint


@dataclass(frozen=True, slots=True)
class Status:
    """What a provider tells. value: plain JSON, without secrets or personal data. is_ok: nobody needs to look."""

    value: Any
    is_ok: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One step. order: where it stands in the list. url: where it is done; who does it otherwise, or how, says note."""

    order: int
    text: Any
    is_done: bool
    url: str = ""
    note: Any = ""


status_providers = KeyedExtensionPoint[str, Callable[[], Status]](
    "corps.monitoring.status_providers",
    "A part of what /statusz tells, by its name.",
    Cardinality.AT_LEAST_ONE,
)
first_steps = ExtensionPoint[Callable[[], Iterable[Step]]](
    "corps.monitoring.first_steps",
    "What an administrator does on the first day; a fixed number of statements.",
    Cardinality.AT_LEAST_ONE,
)
