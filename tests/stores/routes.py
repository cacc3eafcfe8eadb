"""Who has business on the pages of the stores room."""

from tests.routes import CORPS

HOUSE = CORPS | {"administrator"}
ROUTES = {
    "stores:list": CORPS,
    "stores:export": CORPS,
    "stores:store": CORPS,
    "stores:platforms": HOUSE,
    "stores:platform_new": {"administrator"},
    "stores:platform": HOUSE,
    "stores:platform_change": {"administrator"},
    "stores:platform_retire": {"administrator"},
    "stores:platform_resume": {"administrator"},
    "stores:liaison": {"administrator"},
    "stores:liaison_new": {"administrator"},
    "stores:liaison_dismiss": {"administrator"},
}
