"""What listings ask of the apps above: which sheets named a host."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from corps.extensions import ExtensionPoint
from corps.models import User

sheet_links = ExtensionPoint[
    Callable[[Collection[UUID], User], Mapping[UUID, tuple[str, str]]]
](
    "listings.sheet_links",
    "What imports with these keys are called, and their pages, of those that a person may"
    " see; one statement.",
)
