"""Who has business on the pages of the listings room."""

from tests.routes import CORPS

ROUTES = {
    "listings:list": CORPS,
    "listings:listing": CORPS,
    "listings:official": CORPS | {"representative"},
    "listings:official_new": CORPS,
    "listings:official_account": CORPS,
    "listings:official_confirm": {"supervisor"},
    "listings:official_strike": CORPS,
    "listings:official_decide": {"supervisor"},
}
