"""Pages of this app."""

from django.urls import path, re_path

from corps.ui.list_export import KIND
from listings import address_views, views

app_name = "listings"
urlpatterns = [
    path("", views.list_listings, name="list"),
    re_path(rf"^list\.{KIND}$", views.export_listings, name="export"),
    path("<int:pk>/", views.show_listing, name="listing"),
    path("addresses/", address_views.list_forms, name="addresses"),
    path("addresses/try/", address_views.try_addresses, name="addresses_try"),
    path("addresses/new/", address_views.new_form, name="address_form_new"),
    path("addresses/hosts/", address_views.list_hosts, name="unknown_hosts"),
    path("addresses/hosts/mark/", address_views.mark_host, name="unknown_host_mark"),
    path("addresses/<int:pk>/", address_views.show_form, name="address_form"),
    path(
        "addresses/<int:pk>/retire/",
        address_views.retire_form,
        name="address_form_retire",
    ),
    path("official/", views.list_official, name="official"),
    re_path(rf"^official\.{KIND}$", views.export_official, name="official_export"),
    path("official/new/", views.new_official, name="official_new"),
    path("official/<int:pk>/", views.show_official, name="official_account"),
    path("official/<int:pk>/confirm/", views.confirm_official, name="official_confirm"),
    path("official/<int:pk>/strike/", views.propose_revocation, name="official_strike"),
    path("official/<int:pk>/decide/", views.decide_revocation, name="official_decide"),
]
