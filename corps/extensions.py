"""Extension points: how an app asks the apps above it, which it must not import.

An app declares what it asks in its `extensions.py`, corps in the `extensions.py` of the package that asks, and goes
through what was contributed, in the caller's transaction:

    closing_checks = ExtensionPoint[Callable[[Case], Iterable[Missing]]](
        "cases.closing_checks", "What still stands in the way of closing a case."
    )
    missing = [thing for check in closing_checks for thing in check(case)]

An app above contributes in its `plugin.py`, and nowhere else. Each plugin is found when Django starts, in the order of
INSTALLED_APPS, which is the order of what they contribute:

    closing_checks.contribute(closing.open_work)

`manage.py extensions` prints each point and who contributes to it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
_MODULES = re.compile(r"\b(?:[a-z_]\w*\.)+(?=\w)")


class Cardinality(Enum):
    """How many contributions a point takes: the fewest and, None without a limit, the most."""

    EXACTLY_ONE = (1, 1)
    AT_LEAST_ONE = (1, None)
    ANY = (0, None)

    def __str__(self) -> str:
        return self.name.replace("_", " ").lower()

    def allows(self, count: int) -> bool:
        """Whether so many contributions are right."""
        fewest, most = self.value
        return count >= fewest and (most is None or count <= most)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What the plugin of an app contributed. order: before those of a higher one. key: None but in a keyed point."""

    value: Any
    app: str
    order: int = 0
    key: Any = None


class _Points:
    """Every point that was declared, by its name, and the app whose plugin is being loaded."""

    by_name: dict[str, "Point"] = {}
    contributor: str | None = None


class Point:
    """What both sorts of points have: a name, what it is for, and what was contributed.

    name: `<app>.<what is asked>`. description: one sentence, for whoever contributes. Declaring a name twice raises
    ImproperlyConfigured.
    """

    def __init__(
        self,
        name: str,
        description: str,
        cardinality: Cardinality = Cardinality.ANY,
    ) -> None:
        if name in _Points.by_name:
            raise ImproperlyConfigured(f"The extension point {name} is declared twice.")
        _Points.by_name[name] = self
        self.name, self.description, self.cardinality = name, description, cardinality
        self.contributions: tuple[Contribution, ...] = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {len(self.contributions)}>"

    @property
    def signature(self) -> str:
        """The type of a contribution as it is declared, without the names of modules: `Rule by str` with a key."""
        declared = getattr(self, "__orig_class__", None)
        *key, value = (type_name(one) for one in getattr(declared, "__args__", ("",)))
        return " by ".join([value, *key])

    def faults(self) -> Iterator[str]:
        """What is wrong with what was contributed, one sentence each."""
        count = len(self.contributions)
        if not self.cardinality.allows(count):
            names = ", ".join(sorted({one.app for one in self.contributions}))
            yield (
                f"{self.name} takes {self.cardinality} contribution and has {count}"
                f" ({names or 'of no app'})."
            )

    def _add(self, values: Iterable[tuple[Any, Any]], order: int) -> None:
        """Add values, each with its key, as contributions of the plugin that is being loaded."""
        app = _Points.contributor
        if app is None:
            raise ImproperlyConfigured(
                f"{self.name}: contribute in the plugin.py of an installed app, which is"
                " loaded when Django starts; a test adds something for a while with"
                " `extended`."
            )
        added = [Contribution(value, app, order, key) for key, value in values]
        self._set([*self.contributions, *added])

    def _set(self, contributions: Iterable[Contribution]) -> None:
        # The sort is stable, so that what has the same order stays in that of the apps.
        self.contributions = tuple(sorted(contributions, key=lambda one: one.order))

    @contextmanager
    def _with(self, contributions: Iterable[Contribution]) -> Iterator[None]:
        before = self.contributions
        self._set(contributions)
        try:
            yield
        finally:
            self._set(before)


class ExtensionPoint(Point, Generic[T]):
    """A point to which apps contribute values of one type, mostly functions. Iterating it gives them in order."""

    _values: tuple[T, ...] = ()

    def contribute(self, value: T, *, order: int = 0) -> T:
        """Add a value; also a decorator. order: before those of a higher one, whichever app they are from.

        Raises ImproperlyConfigured outside of a plugin.
        """
        self.contribute_all((value,), order=order)
        return value

    def contribute_all(self, values: Iterable[T], *, order: int = 0) -> None:
        """Add each of these values, as `contribute`."""
        self._add(((None, value) for value in values), order)

    def __iter__(self) -> Iterator[T]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def sole(self) -> T:
        """The one contribution of a point that takes exactly one."""
        (value,) = self._values
        return value

    def extended(self, *values: T) -> AbstractContextManager[None]:
        """With these besides, after the others, while a block of a test runs."""
        return self._with((*self.contributions, *_of_test(values)))

    def replaced(self, *values: T) -> AbstractContextManager[None]:
        """With these instead of the others while a block of a test runs."""
        return self._with(_of_test(values))

    def _set(self, contributions: Iterable[Contribution]) -> None:
        super()._set(contributions)
        self._values = tuple(one.value for one in self.contributions)


class KeyedExtensionPoint(Point, Mapping[K, V]):
    """A point to which apps contribute a value for each key: a mapping in order.

    required: keys that somebody must fill.
    """

    def __init__(
        self,
        name: str,
        description: str,
        cardinality: Cardinality = Cardinality.ANY,
        required: Collection[K] = (),
    ) -> None:
        super().__init__(name, description, cardinality)
        self.required = required
        self._by_key: dict[K, V] = {}

    def contribute(self, key: K, value: V, *, order: int = 0) -> None:
        """Add the value of a key. order: as of ExtensionPoint.

        Raises ImproperlyConfigured outside of a plugin, or if the key has a value.
        """
        self.contribute_all({key: value}, order=order)

    def contribute_all(self, values: Mapping[K, V], *, order: int = 0) -> None:
        """Add the value of each of these keys, as `contribute`."""
        for other in self.contributions:
            if other.key in values:
                raise ImproperlyConfigured(
                    f"{self.name}: {other.key!r} is contributed by {other.app} already,"
                    f" and now by {_Points.contributor}."
                )
        self._add(values.items(), order)

    def __getitem__(self, key: K) -> V:
        return self._by_key[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def faults(self) -> Iterator[str]:
        yield from super().faults()
        missing = sorted(str(key) for key in self.required if key not in self._by_key)
        if missing:
            yield f"{self.name} lacks {', '.join(missing)}: no app contributes it."

    def extended(self, values: Mapping[K, V]) -> AbstractContextManager[None]:
        """With these besides or instead of those of the same keys, while a block of a test runs."""
        kept = (one for one in self.contributions if one.key not in values)
        return self._with((*kept, *_of_test_by_key(values)))

    def replaced(self, values: Mapping[K, V]) -> AbstractContextManager[None]:
        """With these instead of the others while a block of a test runs."""
        return self._with(_of_test_by_key(values))

    def _set(self, contributions: Iterable[Contribution]) -> None:
        super()._set(contributions)
        self._by_key = {one.key: one.value for one in self.contributions}


def _of_test(values: Collection[Any]) -> tuple[Contribution, ...]:
    return tuple(Contribution(value, "test") for value in values)


def _of_test_by_key(values: Mapping[Any, Any]) -> tuple[Contribution, ...]:
    return tuple(Contribution(value, "test", key=key) for key, value in values.items())


def points() -> list[Point]:
    """Every point that was declared, by name."""
    return [point for _name, point in sorted(_Points.by_name.items())]


def load_plugins() -> None:
    """Load `plugin.py` of each installed app that has one, in the order of INSTALLED_APPS; called once, when the models
    are there."""
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "plugin"):
            _Points.contributor = config.label
            try:
                import_module(f"{config.name}.plugin")
            finally:
                _Points.contributor = None


def type_name(declared: Any) -> str:
    """`Callable[[Case], Iterable[Missing]]`, without the names of modules."""
    name = str(declared)
    if isinstance(declared, type) and not hasattr(declared, "__args__"):
        name = declared.__qualname__
    return _MODULES.sub("", name)
