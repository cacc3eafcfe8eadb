"""What of an administrator's first day concerns firms."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.monitoring.extensions import Step
from firms.models import Firm


def of_firms() -> Iterator[Step]:
    """A firm that complains."""
    yield Step(
        80,
        _("A direct-selling firm with its brands"),
        Firm.objects.exists(),
        reverse("firms:new"),
    )
