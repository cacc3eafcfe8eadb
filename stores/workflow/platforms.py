"""Platforms: registered, corrected, retired, and taking part again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.field_changes import put
from corps.audit.last_acts import last_act
from corps.audit.recording import record
from corps.database.locking import locked
from corps.deadlines.clock import now, shanghai_date
from corps.errors import TransitionRefused
from corps.models import User
from stores.models import Platform
from stores.status_providers import open_at, touched_version


@transaction.atomic
def register_platform(
    *,
    actor: User,
    slug: str,
    name: str,
    name_en: str = "",
    legal_name: str = "",
    uscc: str = "",
    legal_address: str = "",
    at: datetime | None = None,
) -> Platform:
    """Let a platform take part. slug: its name in files, addresses and the API.

    Rows held because their platform was unknown can be settled from now on.
    Raises PermissionDenied; ValidationError by field, such as for a slug that exists.
    """
    at = accept_at(actor, at, now())
    require(actor, "stores.register_platform")
    platform = Platform(
        slug=slug,
        name=name,
        name_en=name_en,
        legal_name=legal_name,
        uscc=uscc.strip().upper(),
        legal_address=legal_address,
    )
    platform.full_clean()
    platform.save()
    record(actor, "platform.registered", platform, at=at, slug=slug, name=name)
    return platform


@transaction.atomic
def change_platform(
    *,
    platform: Platform,
    name: str,
    actor: User,
    name_en: str = "",
    legal_name: str = "",
    uscc: str = "",
    legal_address: str = "",
    at: datetime | None = None,
) -> Platform:
    """Correct what is known of a platform and its legal person. Its slug stays: files and addresses name it.

    Letters that were sent keep their words; one that waits for approval is another from then on, and its approval void.
    Raises PermissionDenied; ValidationError by field.
    """
    at = accept_at(actor, at, now())
    platform = locked(Platform.objects).get(pk=platform.pk)
    require(actor, "stores.register_platform", platform)
    wanted = {
        "name": name,
        "name_en": name_en,
        "legal_name": legal_name,
        "uscc": uscc.strip().upper(),
    }
    before, after = put(platform, wanted | {"legal_address": legal_address})
    if not after:
        return platform
    platform.full_clean()
    platform.save(update_fields=sorted(after))
    record(actor, "platform.changed", platform, at=at, before=before, after=after)
    return platform


@transaction.atomic
def retire_platform(
    *,
    platform: Platform,
    actor: User,
    touches: str | None = None,
    at: datetime | None = None,
) -> Platform:
    """Let a platform take no new notices, and hold rows that name its sites. What was asked of it is answered and
    checked as before, and its history stays.

    touches: the version of what the person was shown that is open there
    (`stores.status_providers.touched_version`); None asks
    for no look. Raises PermissionDenied; TransitionRefused "platform-retired", "consequences-changed".
    """
    at = accept_at(actor, at, now())
    platform = locked(Platform.objects).get(pk=platform.pk)
    require(actor, "stores.register_platform", platform)
    require_taking_part(platform)
    still_open = open_at(platform)
    if touches is not None and touches != touched_version(still_open):
        said = _("What is open there has changed since you looked; look at it again.")
        raise TransitionRefused("consequences-changed", said)
    platform.retired_on = shanghai_date(at)
    platform.save(update_fields=["retired_on"])
    record(
        actor,
        "platform.retired",
        platform,
        at=at,
        open={one.code: one.count for one in still_open},
    )
    return platform


@transaction.atomic
def resume_platform(
    *, platform: Platform, actor: User, at: datetime | None = None
) -> Platform:
    """Let a platform that was retired take part again. Raises PermissionDenied; TransitionRefused "not-retired"."""
    at = accept_at(actor, at, now())
    platform = locked(Platform.objects).get(pk=platform.pk)
    require(actor, "stores.register_platform", platform)
    if platform.retired_on is None:
        raise TransitionRefused(
            "not-retired", _("This platform takes part."), **last_act(platform)
        )
    platform.retired_on = None
    platform.save(update_fields=["retired_on"])
    record(actor, "platform.resumed", platform, at=at)
    return platform


def require_taking_part(platform: Platform) -> None:
    """Raise TransitionRefused "platform-retired", with who retired it when, unless the platform takes part."""
    if platform.retired_on is not None:
        said = _("%(platform)s was retired and takes no new notices.") % {
            "platform": platform.label
        }
        raise TransitionRefused("platform-retired", said, **last_act(platform))
