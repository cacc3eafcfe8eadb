"""Who has business on the pages of the firms room."""

from tests.routes import CORPS

ROUTES = {
    "firms:list": CORPS | {"administrator"},
    "firms:new": {"administrator"},
    "firms:firm": CORPS | {"administrator"},
    "firms:change": {"administrator"},
    "firms:brand": {"administrator"},
    "firms:brand_retire": {"administrator"},
}
