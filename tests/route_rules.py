"""The rules of all routes, gathered from `tests/<app>/routes.py`."""

import importlib
from pathlib import Path

from tests.routes import PUBLIC, every_route, rule_for

ROUTES: dict[str, frozenset[str]] = {}
for table in sorted(Path(__file__).parent.glob("*/routes.py")):
    ROUTES |= importlib.import_module(f"tests.{table.parent.name}.routes").ROUTES

EVERY = every_route()
GUARDED = [
    route for route in EVERY if rule_for(route.name, ROUTES) not in (None, PUBLIC)
]
