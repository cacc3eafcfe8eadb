"""Who has business on the pages of the listings room."""

from tests.routes import CORPS

ROUTES = {
    "listings:list": CORPS,
    "listings:export": CORPS,
    "listings:listing": CORPS,
    "listings:addresses": CORPS | {"administrator"},
    "listings:addresses_try": CORPS | {"administrator"},
    "listings:address_form_new": {"administrator"},
    "listings:address_form": CORPS | {"administrator"},
    "listings:address_form_retire": {"administrator"},
    "listings:unknown_hosts": CORPS | {"administrator"},
    "listings:unknown_host_mark": {"administrator"},
    "listings:official": CORPS | {"representative"},
    "listings:official_export": CORPS | {"representative"},
    "listings:official_new": CORPS,
    "listings:official_account": CORPS,
    "listings:official_confirm": {"supervisor"},
    "listings:official_strike": CORPS,
    "listings:official_decide": {"supervisor"},
}
