"""What lists may be narrowed by of this app."""

from corps.access.parameters import Parameter
from corps.models import User
from firms.models import Firm


def firm_codes(user: User) -> list[str]:
    """The firms that a person may filter by."""
    return list(Firm.objects.visible_to(user).values_list("code", flat=True))


FIRM = Parameter("firm", firm_codes)
