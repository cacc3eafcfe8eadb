"""What `manage.py check --deploy` says of this installation, beside Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def https_is_on(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Warns where pages, passwords and cookies travel in the clear: HTTPS=1 is for everything but a demonstration."""
    if settings.HTTPS:
        return []
    hint = "Put a proxy with a certificate in front, set HTTPS=1, and TRUSTED_PROXIES to how many proxies there are."
    said = "HTTPS is off: passwords and the cookies of sessions travel unprotected, and can be set by other hosts."
    return [Warning(said, hint=hint, id="corps.W001")]
