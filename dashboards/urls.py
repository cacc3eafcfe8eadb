"""Pages of this app."""

from django.urls import path, re_path

from corps.ui.list_export import KIND
from dashboards import deadlines, views

app_name = "dashboards"
urlpatterns = [
    path("", views.show_dashboard, name="dashboard"),
    path("wall/", views.show_wall, name="wall"),
    path("statistics/", views.show_statistics, name="statistics"),
    path("statistics.csv", views.download_statistics, name="statistics_csv"),
    path("deadlines/", deadlines.list_deadlines, name="deadlines"),
    path("ledger/", views.list_ledger, name="ledger"),
    re_path(rf"^ledger\.{KIND}$", views.export_ledger, name="ledger_export"),
]
