"""What `manage.py check` says of the extension points, and with `--deploy` of this installation."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError
from django.urls import reverse
from django.utils import translation

from corps.extensions import points
from corps.monitoring.placeholders import Placeholder, of_database, of_settings


@register()
def extension_points_are_filled(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """An error for each extension point that nobody fills although somebody must, or that too many do."""
    hint = "`manage.py extensions` shows who contributes; see docs/architecture.md."
    return [
        Error(fault, hint=hint, id="corps.E001")
        for point in points()
        for fault in point.faults()
    ]


@register(Tags.security, deploy=True)
def https_is_on(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Warns where pages, passwords and cookies travel in the clear: HTTPS=1 is for everything but a demonstration."""
    if settings.HTTPS:
        return []
    hint = "Put a proxy with a certificate in front, set HTTPS=1, and TRUSTED_PROXIES to how many proxies there are."
    said = "HTTPS is off: passwords and the cookies of sessions travel unprotected, and can be set by other hosts."
    return [Warning(said, hint=hint, id="corps.W001")]


@register(Tags.security, deploy=True)
def settings_are_ones_own(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Warns of what is still as it was shipped."""
    return _warnings(of_settings)


@register(Tags.security, deploy=True)
def database_is_ones_own(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """The same of what stands in the database, if that can be asked."""
    try:
        return _warnings(of_database)
    except DatabaseError as away:
        said = f"The database could not be asked about organisation and demonstration mode: {str(away).strip()}"
        return [
            Warning(
                said,
                hint="Start its services, or name it with DATA_DIR or DATABASE_URL.",
                id="corps.W011",
            )
        ]


def _elsewhere(line: Placeholder) -> str:
    """What to do about a line that no setting mends, or not a setting alone."""
    if not line.url_name:
        return "See the administrator's pages."
    page = f"{settings.SITE_URL.rstrip('/')}{reverse(line.url_name)}"
    return f"As administrator state it on {page}, or set {line.name} as above and start the services again."


def _sentence(line: Placeholder) -> str:
    return f"{line.text}. ({line.name})" if line.name else f"{line.text}."


def _warnings(found: Callable[[], Iterable[Placeholder]]) -> list[CheckMessage]:
    with translation.override("en"):
        return [
            Warning(
                _sentence(line),
                hint=str(line.remedy) or _elsewhere(line),
                id=f"corps.{line.code}",
            )
            for line in found()
        ]
