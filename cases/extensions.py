"""What cases ask of the apps above: what stands in the way of an act, what follows from it, and what pages show."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import QuerySet

from cases.models import Campaign, Case, Target
from cases.target_history import Panel, TargetProvider
from corps.deadlines.calendar import Span
from corps.extensions import Cardinality, ExtensionPoint, KeyedExtensionPoint
from corps.models import AuditEntry, User
from corps.ui.extensions import Aside, Need


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to be done before a case is closed. code: a stable word; count: of how many; text: a sentence."""

    code: str
    count: int
    text: Any


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits in a case which leaves, or is suspended. code: a stable word; count: of how many.

    text: a sentence that says what becomes of it. is_ended: whether the act changes it, so that whoever acts confirms
    the count.
    """

    code: str
    count: int
    text: Any
    is_ended: bool = True


@dataclass(frozen=True, slots=True)
class Leaving:
    """A case that leaves, or is suspended, under its lock and those of its targets; its own state is changed already.

    after: the state it goes to. take_back: ids of counted targets whose results are to be taken back.
    """

    case: Case
    after: str
    actor: User
    at: datetime
    reason: str
    take_back: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """A link to where an act is taken back or put right. label: a verb."""

    label: Any
    url: str


@dataclass(frozen=True, slots=True)
class Undoable:
    """An act that can still be undone for some seconds. text: what it is. url: takes a POST with `fields`."""

    text: Any
    url: str
    fields: tuple[tuple[str, Any], ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class NewsKind:
    """A kind of news. verbs: acts of the audit, in the order in which their kinds stand on the page."""

    label: Any
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AsideProvider:
    """What else stands at the side of the home page of who may do a verb; a fixed number of statements."""

    verb: str
    aside: Callable[[User], Aside]


class OfficialTargetsHook(Protocol):
    """What follows when targets are found to be official, in the same transaction.

    answered: whether what a platform answered already is withdrawn as well, and what is counted taken back in the same
    act.
    """

    def __call__(
        self, targets: list[int], *, actor: User, at: datetime, answered: bool
    ) -> Any: ...


# When a case ends, leaves or goes on.
closing_checks = ExtensionPoint[Callable[[Case], Iterable[Missing] | None]](
    "cases.closing_checks",
    "What is missing before a case may be closed; or raises TransitionRefused.",
    Cardinality.AT_LEAST_ONE,
)
leaving_checks = ExtensionPoint[Callable[[Case, str], Iterable[Waiting]]](
    "cases.leaving_checks",
    "What waits in a case before it leaves, or is suspended; given the state it goes to.",
    Cardinality.AT_LEAST_ONE,
)
leaving_hooks = ExtensionPoint[Callable[[Leaving], Any]](
    "cases.leaving_hooks",
    "Ends what waits in a case that leaves, or is suspended, in the same transaction.",
    Cardinality.AT_LEAST_ONE,
)
resuming_hooks = ExtensionPoint[Callable[[Case, Span, User, datetime], Any]](
    "cases.resuming_hooks",
    "Goes on with a case that is resumed, in the same transaction; given the days that do"
    " not count.",
)

# Before targets, campaigns and imports change.
drop_checks = ExtensionPoint[
    Callable[[Collection[int]], Mapping[int, tuple[str, Any]]]
](
    "cases.drop_checks",
    "Which of these targets must not be dropped, with code and sentence.",
    Cardinality.AT_LEAST_ONE,
)
draft_checks = ExtensionPoint[Callable[[Collection[int]], Collection[int]]](
    "cases.draft_checks",
    "Which of these targets a draft of their case names, so that they stay in it.",
    Cardinality.AT_LEAST_ONE,
)
undo_checks = ExtensionPoint[Callable[[Collection[int], datetime], Mapping[int, Any]]](
    "cases.undo_checks",
    "On which of these targets something was built since a moment, with a sentence that"
    " says by whom and when.",
)
import_checks = ExtensionPoint[Callable[[Collection[int]], Mapping[int, Any]]](
    "cases.import_checks",
    "Of which of these targets something has left or is under way, with a sentence that"
    " says what, so that their import cannot be undone.",
    Cardinality.AT_LEAST_ONE,
)
campaign_checks = ExtensionPoint[Callable[[Campaign], Any]](
    "cases.campaign_checks",
    "What stands against another length for answers: raises TransitionRefused.",
)
work_counters = ExtensionPoint[
    Callable[[Iterable[int]], Iterable[tuple[str, Any, int]]]
](
    "cases.work_counters",
    "What a correction of a listing's store touches about these targets: code, words and"
    " count of each kind.",
)
official_targets_hooks = ExtensionPoint[OfficialTargetsHook](
    "cases.official_targets_hooks",
    "What must follow in the same transaction when targets are found to be official.",
    Cardinality.AT_LEAST_ONE,
)

# What pages show.
target_providers = ExtensionPoint[TargetProvider](
    "cases.target_providers",
    "What an app above knows of a target and of its case.",
)
case_panels = ExtensionPoint[Panel](
    "cases.case_panels",
    "A tab of the case page.",
)
notice_annotation = ExtensionPoint[Callable[[QuerySet[Target]], QuerySet[Target]]](
    "cases.notice_annotation",
    "Adds to targets which notice binds them at present, without repeating a row:"
    ' `notice_number` ("" or null without one) and `due_on` (a Shanghai date, FAR where'
    " nothing is due).",
    Cardinality.EXACTLY_ONE,
)
awaiting_notice = ExtensionPoint[Callable[[Case], QuerySet[Target]]](
    "cases.awaiting_notice",
    "The targets of a case that wait for a notice.",
    Cardinality.EXACTLY_ONE,
)
timeline_words = KeyedExtensionPoint[str, tuple[Any, str]](
    "cases.timeline_words",
    "What an act is called in a timeline, by its code, and a word with a colour; what is"
    " told only in the audit has its words there.",
    Cardinality.AT_LEAST_ONE,
)
news_kinds = ExtensionPoint[NewsKind](
    "cases.news_kinds",
    "A kind of news of a home page.",
    Cardinality.AT_LEAST_ONE,
)
home_asides = ExtensionPoint[AsideProvider](
    "cases.home_asides",
    "A part at the side of the home pages of who may do its verb.",
)
home_warnings = ExtensionPoint[Callable[[Any], Iterable[Need]]](
    "cases.home_warnings",
    "What stops the work of officers and supervisors altogether, above their streams; a"
    " fixed number of statements.",
)
ways_back = ExtensionPoint[Callable[[list[AuditEntry], User], dict[int, Way]]](
    "cases.ways_back",
    "The ways back that are known from some entries of a person, by the entry's id; a few"
    " statements, whatever the number of entries.",
)
undoable_acts = ExtensionPoint[Callable[[User], Iterable[Undoable]]](
    "cases.undoable_acts",
    "What a person can still undo, newest first; a few statements.",
)
pasted_lookups = ExtensionPoint[Callable[[Collection[int]], Mapping[int, Any]]](
    "cases.pasted_lookups",
    "What is known in words of targets that a person may see, of those of which there is"
    " something; for addresses that were pasted.",
)
