"""Pages of this room."""

from django.urls import path

from firms import views

app_name = "firms"
urlpatterns = [
    path("", views.list_firms, name="list"),
    path("new/", views.new_firm, name="new"),
    path("<slug:code>/", views.show_firm, name="firm"),
]
