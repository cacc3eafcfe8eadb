"""How much a firm and an officer may submit: asked by the page and by the API before a sheet is kept."""

from django.db.models import Sum
from django.utils.translation import gettext as _

from cases.models import Complaint
from corps.access.limits import LimitExceeded, count, limit
from corps.models import User
from firms.models import Firm

GIGABYTE = 2**30


def require_capacity_for_sheet(user: User, firm: Firm, size: int) -> None:
    """Count a sheet that is submitted. size: its bytes.

    Raises LimitExceeded: 429 with a wait if there were too many within the hour, 507 if the firm's papers together
    would be larger than is kept for one firm.
    """
    if user.is_corps:
        count("sheets.officer", user.pk)
    else:
        count("sheets.firm", firm.pk)
    space = limit("papers.firm")
    kept = (
        Complaint.objects.filter(firm=firm).aggregate(total=Sum("sheet__size"))["total"]
        or 0
    )
    if kept + size > space.most:
        said = {"firm": firm.short_label, "most": space.most // GIGABYTE}
        message = (
            _(
                "The papers of %(firm)s take %(most)d GB, and no more are kept. Ask the corps what can go."
            )
            % said
        )
        raise LimitExceeded(space, 0, message)
