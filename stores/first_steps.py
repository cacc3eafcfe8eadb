"""What of an administrator's first day concerns platforms, their liaisons and official accounts."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.first_steps import Step
from stores.models import OfficialAccount, Platform


def of_platforms() -> Iterator[Step]:
    """A platform, a primary liaison for each, and the accounts that must never be named."""
    platforms, unreachable = Platform.objects.exists(), Platform.objects.without_recipient().exists()
    reached = platforms and not unreachable
    yield Step(60, _("A platform"), platforms, reverse("stores:platform_new"))
    yield Step(70, _("A primary liaison with an account for each platform"), reached, reverse("stores:platforms"))
    note = _("officers propose them on the firm's page, a supervisor confirms")
    yield Step(90, _("The firms' official accounts"), OfficialAccount.objects.protecting().exists(), "", note)
