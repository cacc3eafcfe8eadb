from tests.routes import PUBLIC, SIGNED_IN

ADMINISTRATOR = frozenset({"administrator"})
AUDITOR = frozenset({"auditor"})

ROUTES = {
    "home": SIGNED_IN,
    "search": SIGNED_IN,
    "search_suggest": SIGNED_IN,
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "statusz": PUBLIC,
    # Asked by a script, which is told 401 and not led to the sign-in page.
    "pulse": PUBLIC,
    "set_language": PUBLIC,
    "notifications": SIGNED_IN,
    "notifications_read": SIGNED_IN,
    "list_": SIGNED_IN,
    "account_": SIGNED_IN,
    "account_telephone": {"officer", "supervisor"},
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "mfa_": SIGNED_IN,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "users": ADMINISTRATOR,
    "user_": ADMINISTRATOR,
    "user": ADMINISTRATOR,
    "organisation": ADMINISTRATOR,
    "units": ADMINISTRATOR,
    "unit": ADMINISTRATOR,
    "outbox": ADMINISTRATOR,
    "outbox_": ADMINISTRATOR,
    "calendar": ADMINISTRATOR,
    "calendar_": ADMINISTRATOR,
    "audit": AUDITOR,
    "audit_access": AUDITOR,
    "audit_verify": AUDITOR,
    "admin:": ADMINISTRATOR,
    "admin:login": PUBLIC,
    "api_schema": SIGNED_IN,
}
