"""Who has business on the pages of the firms room."""

from tests.routes import CORPS

ROUTES = {
    "firms:list": CORPS | {"administrator"},
    "firms:new": {"administrator"},
    "firms:firm": CORPS | {"administrator"},
}
