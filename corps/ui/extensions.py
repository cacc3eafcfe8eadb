"""What `corps.ui` asks of the apps: the lines of the sidebar, and what stands on home pages."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import may
from corps.extensions import Cardinality, ExtensionPoint, KeyedExtensionPoint
from corps.models import User
from corps.ui.stream import Need as StreamNeed
from corps.ui.stream import Subject

# In the order in which they stand; the first has no head.
SECTIONS: dict[str, Any] = {
    "tasks": "",
    "casework": _("Casework"),
    "exchange": _("Correspondence"),
    "registers": _("Registers"),
    "oversight": _("Oversight"),
    "administration": _("Administration"),
}

Count = Callable[[Any], int | None]


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the sidebar. It is the current one where the address begins with its own, or the view sets
    `request.sidebar_key = key`.

    verb: of the access table; who may do it has the line. allowed: a further condition on the person. count: what waits
    there, called with the user when a whole page is rendered, never for a fragment; one cheap query. counted: the query
    with which the page lists just what is counted, such as "state=open", if that is not all it lists.
    """

    key: str
    label: Any
    url_name: str
    section: str
    order: int
    verb: str
    count: Count | None = None
    allowed: Callable[[Any], bool] | None = None
    counted: str = ""

    def __post_init__(self) -> None:
        if self.section not in SECTIONS:
            raise ValueError(f"no section {self.section!r}")

    def open_to(self, user: Any) -> bool:
        return may(user, self.verb) and (self.allowed is None or self.allowed(user))


@dataclass(frozen=True, slots=True)
class Need:
    """A line of the administrator's home page. colour, mark: of its badge. text, note: what it is. verb: what the
    button that leads to `url` says."""

    colour: str
    mark: Any
    text: Any
    note: Any
    url: str
    verb: Any


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who knows what waits for who may do a verb. needs: a fixed number of statements, whatever there is.
    subjects: of which subjects it has some, as `keys_of` gives them, so that the sidebar counts without fetching."""

    verb: str
    needs: Callable[[User], Iterable[StreamNeed]]
    subjects: Callable[[User], Iterable[QuerySet[Any]]]


@dataclass(frozen=True, slots=True)
class Aside:
    """A part at the side of a home page, below what happened. template: a fragment; context: what it needs."""

    template: str
    context: dict[str, Any]


sidebar_links = ExtensionPoint[Link](
    "corps.ui.sidebar_links",
    "A line of the sidebar.",
    Cardinality.AT_LEAST_ONE,
)
person_captions = KeyedExtensionPoint[str, Callable[[Any], Any]](
    "corps.ui.person_captions",
    "How people are introduced beside their name, by their scope: a liaison by the"
    " platform, say; others by their unit.",
)
home_pages = KeyedExtensionPoint[str, Callable[[HttpRequest], HttpResponseBase]](
    "corps.ui.home_pages",
    "The view of the first page of people, by their scope.",
    Cardinality.AT_LEAST_ONE,
    required=User.Scope.values,
)
home_streams = ExtensionPoint[Provider](
    "corps.ui.home_streams",
    "What waits for who may do a verb, for the stream of their home page.",
    Cardinality.AT_LEAST_ONE,
)
stream_subjects = KeyedExtensionPoint[
    str, Callable[[User, Collection[int]], Mapping[int, Subject]]
](
    "corps.ui.stream_subjects",
    "What the subjects of a stream with these ids are called, by their kind, in one"
    " statement.",
    Cardinality.AT_LEAST_ONE,
)
administrator_needs = ExtensionPoint[Callable[[Any], Iterable[Need]]](
    "corps.ui.administrator_needs",
    "Lines of the administrator's home page; a fixed number of statements.",
)
