"""What of an administrator's first day concerns platforms, their liaisons and official accounts."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.monitoring.extensions import Step
from stores.models import Liaison, OfficialAccount, Platform


def of_platforms() -> Iterator[Step]:
    """A platform, a primary liaison for each, and the accounts that must never be named."""
    platforms = Platform.objects.exists()
    with_account = Liaison.objects.reachable().primary().exclude(user=None)
    missing = Platform.objects.taking_part().exclude(
        pk__in=with_account.values("platform")
    )
    reached = platforms and not missing.exists()
    yield Step(60, _("A platform"), platforms, reverse("stores:platform_new"))
    yield Step(
        70,
        _("A primary liaison with an account for each platform"),
        reached,
        reverse("stores:platforms"),
    )
    note = _("officers propose them on the firm's page, a supervisor confirms")
    yield Step(
        90,
        _("The firms' official accounts"),
        OfficialAccount.objects.protecting().exists(),
        "",
        note,
    )
