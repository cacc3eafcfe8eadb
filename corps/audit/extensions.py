"""What `corps.audit` asks of the apps: what their codes in the audit are called."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from corps.extensions import Cardinality, KeyedExtensionPoint

Names = dict[int, Any]
Codes = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that acts are about. names: what each of these ids is called, in one statement. codes: gives the
    words of what it was before and after: of its states, say."""

    label: Any
    names: Callable[[Collection[int]], Names]
    codes: Codes = dict


@dataclass(frozen=True, slots=True)
class Detail:
    """What an act notes. kind: its values are ids of that kind of thing. codes: gives the words of its values."""

    label: Any
    kind: str = ""
    codes: Codes = dict


act_labels = KeyedExtensionPoint[str, Any](
    "corps.audit.act_labels",
    "What an act is called, by its code, such as case.opened.",
    Cardinality.AT_LEAST_ONE,
)
act_families = KeyedExtensionPoint[str, Any](
    "corps.audit.act_families",
    "What all acts together are called whose codes begin alike, such as case.",
    Cardinality.AT_LEAST_ONE,
)
subject_kinds = KeyedExtensionPoint[str, Kind](
    "corps.audit.subject_kinds",
    "A kind of thing that acts are about, by the label of its model, such as cases.case.",
    Cardinality.AT_LEAST_ONE,
)
detail_labels = KeyedExtensionPoint[str, Detail](
    "corps.audit.detail_labels",
    "What a detail that acts note is called, by its name, and what its values mean.",
    Cardinality.AT_LEAST_ONE,
)
