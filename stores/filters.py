"""What lists may be narrowed by of this app."""

from corps.access.parameters import Parameter
from corps.models import User
from stores.models import Platform


def platform_slugs(user: User) -> list[str]:
    """The platforms that a person may filter by."""
    return list(Platform.objects.visible_to(user).values_list("slug", flat=True))


PLATFORM = Parameter("platform", platform_slugs)
