"""Who has business on the pages and in the API of the notices room."""

from tests.routes import CORPS

DESK = CORPS | {"liaison"}
OFFICER = {"officer"}
ROUTES = {
    "notices:list": CORPS,
    "notices:desk": {"liaison"},
    "notices:pick": {"liaison"},
    "notices:answer": {"liaison"},
    "notices:answers": {"liaison"},
    "notices:retract": {"liaison"},
    "notices:answers_confirm": {"liaison"},
    "notices:answers_sheet": {"liaison"},
    "notices:approvals": {"supervisor"},
    "notices:decide": {"supervisor"},
    "notices:correction": {"supervisor"},
    "notices:strike": {"supervisor"},
    "notices:correction_new": CORPS,
    "notices:checks": CORPS,
    "notices:checks_list": CORPS,
    "notices:judge": OFFICER,
    "notices:undo": OFFICER,
    "notices:deliveries": CORPS,
    "notices:delivery": CORPS,
    "notices:delivery_message": CORPS,
    "notices:delivery_decide": OFFICER,
    "notices:objections": CORPS,
    "notices:objection": CORPS,
    "notices:objection_accept": CORPS,
    "notices:objection_new": CORPS,
    "notices:compose": CORPS,
    "notices:draft": OFFICER,
    "notices:change": OFFICER,
    "notices:change_items": OFFICER,
    "notices:serve": OFFICER,
    "notices:behalf": OFFICER,
    "notices:look_again": OFFICER,
    "notices:notice": DESK,
    "notices:letter": DESK,
    "notices:sheet": DESK,
    "api-notice-": DESK,
}
