"""The lines of the sidebar and the home pages that belong to this app."""

from django.utils.translation import gettext_lazy as _

from cases import acts, home_needs, home_news
from cases.views import casework, claims, complaints, imports
from cases.views.acts import ways_of_cases
from corps.ui import navigation
from corps.ui.home import Provider, home_views, streams, subject_providers, waiting_for
from corps.ui.home import needs as administrators_needs
from listings.unknown_hosts import sheet_links


def register_links() -> None:
    """Called once, from `AppConfig.ready()`."""
    _register_home()
    _register_navigation()


def _register_home() -> None:
    """The home pages, and what this app adds to those of others."""
    home_views["officer"] = "cases.views.home.show_home"
    home_views["representative"] = "cases.views.named.representative"
    home_views["supervisor"] = "cases.views.home.show_home"
    home_needs.register()
    home_news.register()
    subject_providers[claims.CLAIMS[0]] = claims.claims_subject
    streams["officer"].append(Provider(claims.to_judge, claims.claims_keys))
    acts.providers.append(ways_of_cases)
    administrators_needs.append(claims.without_effect)
    sheet_links.append(imports.named)


def _register_navigation() -> None:
    corps = ("officer", "supervisor")
    register = navigation.register
    register(
        "home",
        _("Desk"),
        "home",
        section="desk",
        order=5,
        roles=(*corps, "representative"),
        count=waiting_for,
    )
    register(
        "complaints", _("Complaints, imports"), "cases:complaints", section="casework", order=10,
        roles=(*corps, "representative"), count=complaints.waiting, counted="state=open",
    )  # fmt: skip
    register(
        "named",
        _("What you named"),
        "cases:named",
        section="casework",
        order=15,
        roles=("representative",),
    )
    register(
        "cases",
        _("Cases"),
        "cases:list",
        section="casework",
        order=20,
        roles=corps,
        count=casework.under_way,
        counted="state=open",
    )
    register(
        "claims", _("Claims of belonging"), "cases:claims", section="registers", order=55, roles=corps,
        count=claims.waiting,
    )  # fmt: skip
    register(
        "campaigns",
        _("Campaigns"),
        "cases:campaigns",
        section="registers",
        order=5,
        roles=corps,
    )
    register(
        "grounds",
        _("Legal grounds"),
        "cases:grounds",
        section="registers",
        order=25,
        roles=(*corps, "administrator"),
    )
    navigation.register_place(
        "representative",
        lambda user: (
            user.representative.firm.short_label
            if hasattr(user, "representative")
            else ""
        ),
    )
