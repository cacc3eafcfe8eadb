"""Pages of this app."""

from django.urls import path

from firms import views

app_name = "firms"
urlpatterns = [
    path("", views.list_firms, name="list"),
    path("new/", views.new_firm, name="new"),
    path("<slug:code>/", views.show_firm, name="firm"),
    path("<slug:code>/change/", views.change_firm, name="change"),
    path("<slug:code>/brands/<int:pk>/", views.change_brand, name="brand"),
    path(
        "<slug:code>/brands/<int:pk>/retire/", views.retire_brand, name="brand_retire"
    ),
]
