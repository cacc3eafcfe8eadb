"""What `corps.access` asks of the apps: who may do their verbs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from corps.extensions import Cardinality, KeyedExtensionPoint


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do a verb. name: what the verb is called. roles: which roles may. duties: any of these duties may too,
    whatever the role."""

    name: Any
    roles: Collection[str] = ()
    duties: Collection[str] = ()


access_rules = KeyedExtensionPoint[str, Rule](
    "corps.access.access_rules",
    "The access table: who may do a verb, by its name, such as cases.close_case.",
    Cardinality.AT_LEAST_ONE,
)
