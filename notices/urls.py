"""Pages of the notices app."""

from django.urls import path, re_path

from corps.ui.list_export import KIND
from notices.views import (
    approvals,
    behalf,
    checks,
    deliveries,
    later_checks,
    liaison,
    notices,
    objections,
    papers,
    printing,
    sheets,
    withdrawals,
)

app_name = "notices"
NUMBER = r"(?P<number>[A-Z0-9-]+)"
LETTER = r"(?P<letter>[A-Z0-9-]+)"

urlpatterns = [
    path("", notices.list_notices, name="list"),
    re_path(rf"^list\.{KIND}$", notices.export_notices, name="export"),
    path("desk/", liaison.list_notices, name="desk"),
    path("approvals/", approvals.inbox, name="approvals"),
    re_path(rf"^filing/{NUMBER}/$", approvals.file_case, name="filing"),
    path("strikes/<int:pk>/", approvals.decide_revocation, name="strike"),
    path("corrections/<int:pk>/", approvals.decide_correction, name="correction"),
    path("checks/", checks.show_queue, name="checks"),
    path("checks/table/", checks.list_queue, name="checks_list"),
    re_path(rf"^checks\.{KIND}$", checks.export_checks, name="checks_export"),
    path("checks/judge/", checks.judge, name="judge"),
    path("checks/undo/", checks.undo, name="undo"),
    path("deliveries/", deliveries.list_deliveries, name="deliveries"),
    re_path(
        rf"^deliveries\.{KIND}$",
        deliveries.export_deliveries,
        name="deliveries_export",
    ),
    path("deliveries/<int:pk>/", deliveries.show_delivery, name="delivery"),
    path(
        "deliveries/<int:pk>/message.eml", deliveries.download, name="delivery_message"
    ),
    path("deliveries/<int:pk>/decide/", deliveries.decide, name="delivery_decide"),
    path("objections/", objections.list_objections, name="objections"),
    re_path(
        rf"^objections\.{KIND}$",
        objections.export_objections,
        name="objections_export",
    ),
    path("objections/decide/", objections.decide_many, name="objections_decide"),
    path("objections/target/<int:pk>/", objections.lodge, name="objection_new"),
    path(
        "corrections/target/<int:pk>/",
        objections.propose_correction,
        name="correction_new",
    ),
    path("checks/target/<int:pk>/", later_checks.check_again, name="look_again"),
    path("answers/<int:pk>/paper", papers.open_answer_paper, name="answer_paper"),
    re_path(rf"^objections/{NUMBER}/$", objections.show_objection, name="objection"),
    re_path(
        rf"^objections/{NUMBER}/accept/$", objections.accept, name="objection_accept"
    ),
    re_path(rf"^compose/{NUMBER}/$", notices.compose, name="compose"),
    re_path(rf"^compose/{NUMBER}/draft/$", notices.draft, name="draft"),
    re_path(rf"^{NUMBER}/$", notices.show_notice, name="notice"),
    re_path(rf"^{NUMBER}/print/$", printing.print_items, name="print"),
    re_path(rf"^{NUMBER}/change/$", notices.change_draft, name="change"),
    re_path(rf"^{NUMBER}/items\.{KIND}$", notices.export_items, name="items_export"),
    re_path(rf"^{NUMBER}/items/$", notices.change_items, name="change_items"),
    re_path(rf"^{NUMBER}/decide/undo/$", approvals.undo_approval, name="approval_undo"),
    re_path(rf"^{NUMBER}/decide/$", approvals.decide, name="decide"),
    re_path(rf"^{NUMBER}/behalf/$", behalf.answer_on_behalf, name="behalf"),
    re_path(rf"^{NUMBER}/serve/$", notices.serve, name="serve"),
    re_path(
        rf"^{NUMBER}/service-proof$", papers.open_service_proof, name="service_proof"
    ),
    re_path(rf"^{NUMBER}/withdraw/$", withdrawals.withdraw_notice, name="withdraw"),
    re_path(
        rf"^{NUMBER}/withdrawals/{LETTER}/$", withdrawals.show_letter, name="withdrawal"
    ),
    re_path(
        rf"^{NUMBER}/withdrawals/{LETTER}/sheet/$",
        withdrawals.download_sheet,
        name="withdrawal_sheet",
    ),
    re_path(rf"^{NUMBER}/letter/$", notices.letter, name="letter"),
    re_path(rf"^{NUMBER}/sheet/$", notices.sheet, name="sheet"),
    re_path(rf"^{NUMBER}/pick/$", liaison.pick, name="pick"),
    re_path(rf"^{NUMBER}/answer/$", liaison.answer, name="answer"),
    re_path(rf"^{NUMBER}/answers/retract/$", liaison.retract, name="retract"),
    re_path(rf"^{NUMBER}/answers/$", sheets.upload, name="answers"),
    re_path(rf"^{NUMBER}/answers/confirm/$", sheets.confirm, name="answers_confirm"),
    re_path(
        rf"^{NUMBER}/answers\.(?P<kind>xlsx|csv)$",
        sheets.download,
        name="answers_sheet",
    ),
]
