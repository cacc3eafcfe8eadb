"""Who has business on the pages and in the API of the cases room."""

from tests.routes import CORPS

WITH_FIRMS = CORPS | {"representative"}
ROUTES = {
    "cases:list": CORPS,
    "cases:campaigns": CORPS,
    "cases:campaign_new": {"supervisor"},
    "cases:campaign_change": {"supervisor"},
    "cases:grounds": CORPS | {"administrator"},
    "cases:ground_new": {"administrator"},
    "cases:ground": {"administrator"},
    "cases:case": CORPS,
    "cases:case_": CORPS,
    "cases:target": CORPS,
    "cases:targets_act": CORPS,
    "cases:official_targets": CORPS,
    "cases:official_rows": CORPS,
    "cases:acts": CORPS,
    "cases:act_undo": CORPS,
    "cases:complaint_move": CORPS,
    "cases:claims": CORPS,
    "cases:claims_judge": CORPS,
    "cases:claims_answered": CORPS,
    "cases:belonging": CORPS,
    "cases:belonging_decide": {"supervisor"},
    "cases:named": {"representative"},
    "cases:complaints": WITH_FIRMS,
    "cases:complaint": WITH_FIRMS,
    "cases:complaint_": WITH_FIRMS,
    "cases:receipt": CORPS,
    "cases:import": WITH_FIRMS,
    "cases:import_": WITH_FIRMS,
    "cases:import_take_up": CORPS,
    "cases:import_undo": CORPS,
    "api-complaint-": WITH_FIRMS,
    "api-import-": WITH_FIRMS,
}
