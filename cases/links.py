"""The lines of the rail and the home pages that belong to this room."""

from django.utils.translation import gettext_lazy as _

from cases import story
from cases.views import casework, complaints, home
from corps import navigation
from corps.home import home_views


def register_links() -> None:
    """Called once, from `AppConfig.ready()`."""
    corps = ("officer", "supervisor")
    home_views["officer"] = "cases.views.home.officer"
    home_views["representative"] = "cases.views.home.representative"
    story.providers["take_in"].append(home.take_in)
    story.providers["due"].append(home.handling)
    story.providers["waiting"].append(home.to_file)
    register = navigation.register
    register("home", _("Desk"), "home", section="desk", order=5, roles=("officer", "representative"))
    register(
        "complaints", _("Complaints, imports"), "cases:complaints", section="casework", order=10,
        roles=(*corps, "representative"), count=complaints.waiting,
    )  # fmt: skip
    register("cases", _("Cases"), "cases:list", section="casework", order=20, roles=corps, count=casework.under_way)
    navigation.register_place(
        "representative", lambda user: user.representative.firm.short_label if hasattr(user, "representative") else ""
    )
