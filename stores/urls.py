"""Pages of this app."""

from django.urls import path, re_path

from corps.ui.list_export import KIND
from stores import views

app_name = "stores"
urlpatterns = [
    path("", views.list_stores, name="list"),
    re_path(rf"^list\.{KIND}$", views.export_stores, name="export"),
    path("<int:pk>/", views.show_store, name="store"),
    path("platforms/", views.list_platforms, name="platforms"),
    path("platforms/new/", views.new_platform, name="platform_new"),
    path("platforms/<slug:slug>/", views.show_platform, name="platform"),
    path(
        "platforms/<slug:slug>/change/", views.change_platform, name="platform_change"
    ),
    path(
        "platforms/<slug:slug>/retire/", views.retire_platform, name="platform_retire"
    ),
    path(
        "platforms/<slug:slug>/resume/", views.resume_platform, name="platform_resume"
    ),
    path("platforms/<slug:slug>/liaisons/", views.new_liaison, name="liaison_new"),
    path("liaisons/<int:pk>/", views.change_liaison, name="liaison"),
    path("liaisons/<int:pk>/dismiss/", views.dismiss_liaison, name="liaison_dismiss"),
]
