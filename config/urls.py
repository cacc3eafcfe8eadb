"""Every address of the system: its own, then those of the apps."""

from allauth.account import views as account_views
from django.contrib import admin
from django.urls import include, path, re_path

import cases.api
import dashboards.api
import notices.api
from corps.ui.list_export import KIND
from corps.views import (
    account,
    audit,
    calendar,
    lists,
    organisation,
    outbox,
    people,
    pulse,
    schema,
    search,
    site,
    status,
    units,
)

handler400 = site.bad_request
handler403 = site.permission_denied
handler404 = site.page_not_found
handler429 = site.too_many_requests
handler500 = site.server_error

# Of allauth's pages only these: accounts are made by administrators, and no mail leaves but through the outbox.
accounts = [
    path("login/", account_views.login, name="account_login"),
    path("logout/", account.sign_out, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path(
        "reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"
    ),
    path(
        "password/change/",
        account_views.password_change,
        name="account_change_password",
    ),
    path("password/set/", account_views.password_set, name="account_set_password"),
    path("telephone/", account.change_phone, name="account_telephone"),
    path("sessions/", account.list_sessions, name="account_sessions"),
    path("sessions/end/", account.end_sessions, name="account_sessions_end"),
    path("2fa/", include("allauth.mfa.urls")),
]

administration = [
    path("", people.list_users, name="users"),
    re_path(rf"^list\.{KIND}$", people.export_users, name="users_export"),
    path("<str:username>/", people.show_user, name="user"),
    path("<str:username>/close/", people.close_user, name="user_close"),
    path("<str:username>/reopen/", people.reopen_user, name="user_reopen"),
    path("<str:username>/password/", people.reset_password, name="user_password"),
    path("<str:username>/unlock/", people.unlock_user, name="user_unlock"),
    path(
        "<str:username>/second-factor/",
        people.reset_second_factor,
        name="user_second_factor",
    ),
    path("<str:username>/keys/", people.make_key, name="user_key"),
    path(
        "<str:username>/keys/<int:pk>/revoke/",
        people.revoke_key,
        name="user_key_revoke",
    ),
]

api = [
    path("schema/", schema.SchemaView.as_view(), name="api_schema"),
    *cases.api.urls,
    *notices.api.urls,
    *dashboards.api.urls,
]

urlpatterns = [
    path("", site.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="search_suggest"),
    path("healthz", status.healthz, name="healthz"),
    path("readyz", status.readyz, name="readyz"),
    path("statusz", status.statusz, name="statusz"),
    path("pulse/", pulse.pulse, name="pulse"),
    path("language/", site.set_language, name="set_language"),
    path("notifications/", site.notifications, name="notifications"),
    path("notifications/read/", site.read_notifications, name="notifications_read"),
    path("lists/<slug:key>/columns/", lists.choose_columns, name="list_columns"),
    path("lists/<slug:key>/filters/", lists.keep_filter, name="list_filters"),
    path("accounts/", include(accounts)),
    path("users/", include(administration)),
    path("new-account/<slug:role>/", people.create_user, name="user_new"),
    path("organisation/", organisation.change_organisation, name="organisation"),
    path("units/", units.list_units, name="units"),
    path("units/<int:pk>/", units.change_unit, name="unit"),
    path("outbox/", outbox.show_outbox, name="outbox"),
    path("outbox/hold/", outbox.hold_outbox, name="outbox_hold"),
    path("outbox/release/", outbox.release_outbox, name="outbox_release"),
    path("outbox/mails/release/", outbox.release_mails, name="outbox_mails_release"),
    path("outbox/mails/drop/", outbox.drop_mails, name="outbox_mails_drop"),
    path("calendar/", calendar.list_years, name="calendar"),
    path("calendar/<int:year>/", calendar.show_year, name="calendar_year"),
    path("calendar/<int:year>/publish/", calendar.publish, name="calendar_publish"),
    path("audit/", audit.list_entries, name="audit"),
    path("audit/access/", audit.show_access, name="audit_access"),
    re_path(rf"^audit\.{KIND}$", audit.export_entries, name="audit_export"),
    path("audit/verify/", audit.verify, name="audit_verify"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    path("firms/", include("firms.urls")),
    path("stores/", include("stores.urls")),
    path("listings/", include("listings.urls")),
    path("cases/", include("cases.urls")),
    path("notices/", include("notices.urls")),
    path("dashboards/", include("dashboards.urls")),
]
