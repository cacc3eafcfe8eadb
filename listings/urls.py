"""Pages of this room."""

from django.urls import path

from listings import views

app_name = "listings"
urlpatterns = [
    path("", views.list_listings, name="list"),
    path("<int:pk>/", views.show_listing, name="listing"),
    path("official/", views.list_official, name="official"),
    path("official/new/", views.new_official, name="official_new"),
    path("official/<int:pk>/", views.show_official, name="official_account"),
    path("official/<int:pk>/confirm/", views.confirm_official, name="official_confirm"),
    path("official/<int:pk>/strike/", views.propose_strike, name="official_strike"),
    path("official/<int:pk>/decide/", views.decide_strike, name="official_decide"),
]
