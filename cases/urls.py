"""Pages of this app."""

from django.urls import path, re_path

from cases.views import (
    acts,
    belonging,
    campaigns,
    casework,
    changes,
    claims,
    complaints,
    grounds,
    named,
    official,
    paste,
    printing,
    target_page,
    targets,
)
from cases.views.imports import reading, registration, review
from corps.ui.list_export import KIND

app_name = "cases"
NUMBER = r"(?P<number>[A-Z0-9-]+)"

urlpatterns = [
    path("", casework.list_cases, name="list"),
    re_path(rf"^list\.{KIND}$", casework.export_cases, name="export"),
    path("new/", casework.new_case, name="case_new"),
    path("complaints/", complaints.list_complaints, name="complaints"),
    re_path(
        rf"^complaints\.{KIND}$",
        complaints.export_complaints,
        name="complaints_export",
    ),
    path("complaints/new/", complaints.new_complaint, name="complaint_new"),
    path("complaints/guess/", complaints.guess_complaint, name="complaint_guess"),
    path("complaints/paste/", paste.paste, name="complaint_paste"),
    re_path(rf"^complaints/{NUMBER}/$", complaints.show_complaint, name="complaint"),
    re_path(
        rf"^complaints/{NUMBER}/sheet$", complaints.open_sheet, name="complaint_sheet"
    ),
    re_path(
        rf"^complaints/{NUMBER}/correct/$", complaints.correct, name="complaint_correct"
    ),
    re_path(
        rf"^complaints/{NUMBER}/hand-in/$",
        complaints.hand_in_sheet,
        name="complaint_hand_in",
    ),
    re_path(
        rf"^complaints/{NUMBER}/decide/$", complaints.decide, name="complaint_decide"
    ),
    re_path(rf"^complaints/{NUMBER}/receipt/$", complaints.set_receipt, name="receipt"),
    path("imports/<uuid:pk>/", review.show_import, name="import"),
    path("imports/<uuid:pk>/sheet/", reading.show_sheet, name="import_sheet"),
    path("imports/<uuid:pk>/correct/", reading.correct, name="import_correct"),
    path("imports/<uuid:pk>/forget/", reading.forget, name="import_forget"),
    path("imports/<uuid:pk>/settle/", review.settle, name="import_settle"),
    path("imports/<uuid:pk>/read/", review.read_address, name="import_read"),
    path("imports/<uuid:pk>/abandon/", registration.abandon, name="import_abandon"),
    path("imports/<uuid:pk>/register/", registration.register, name="import_register"),
    path("imports/<uuid:pk>/take-up/", registration.take_up, name="import_take_up"),
    path("imports/<uuid:pk>/undo/", registration.undo, name="import_undo"),
    path("imports/<uuid:pk>/file", registration.open_own_sheet, name="import_file"),
    path("imports/<uuid:pk>/rows.csv", review.download, name="import_rows"),
    path("targets/<int:pk>/", target_page.show_target, name="target"),
    path("claims/", claims.list_claims, name="claims"),
    re_path(rf"^claims\.{KIND}$", claims.export_claims, name="claims_export"),
    path("claims/judge/", claims.judge, name="claims_judge"),
    re_path(
        rf"^claims/answered\.{KIND}$",
        claims.export_answered,
        name="claims_answered_export",
    ),
    path("claims/answered/", claims.list_answered, name="claims_answered"),
    path("listings/<int:pk>/store/", belonging.show_belonging, name="belonging"),
    path(
        "listings/<int:pk>/store/decide/",
        belonging.decide_belonging,
        name="belonging_decide",
    ),
    path("official/<int:pk>/", official.list_targets, name="official_targets"),
    path("official/<int:pk>/rows/", official.list_rows, name="official_rows"),
    re_path(
        rf"^official/(?P<pk>[0-9]{{1,18}})/targets\.{KIND}$",
        official.export_targets,
        name="official_targets_export",
    ),
    re_path(
        rf"^official/(?P<pk>[0-9]{{1,18}})/rows\.{KIND}$",
        official.export_rows,
        name="official_rows_export",
    ),
    path("acts/", acts.list_acts, name="acts"),
    path("acts/<int:pk>/undo/", acts.undo, name="act_undo"),
    re_path(rf"^complaints/{NUMBER}/move/$", complaints.move, name="complaint_move"),
    path("named/", named.list_named, name="named"),
    re_path(rf"^named\.{KIND}$", named.export_named, name="named_export"),
    path("campaigns/", campaigns.list_campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.new_campaign, name="campaign_new"),
    path("campaigns/<int:pk>/", campaigns.change_campaign, name="campaign_change"),
    path("grounds/", grounds.list_grounds, name="grounds"),
    path("grounds/new/", grounds.new_ground, name="ground_new"),
    path("grounds/<int:pk>/", grounds.change_ground, name="ground"),
    re_path(rf"^{NUMBER}/$", casework.show_case, name="case"),
    re_path(
        rf"^{NUMBER}/targets\.{KIND}$", casework.export_targets, name="targets_export"
    ),
    re_path(rf"^{NUMBER}/act/$", casework.act, name="case_act"),
    re_path(rf"^{NUMBER}/print/$", printing.print_targets, name="case_print"),
    re_path(rf"^{NUMBER}/targets/$", targets.act_on_many, name="targets_act"),
    re_path(rf"^{NUMBER}/(?P<what>[a-z]+)/$", changes.change, name="case_change"),
]
