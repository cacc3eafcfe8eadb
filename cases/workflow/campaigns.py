"""Campaigns."""

from datetime import date, datetime

from django.db import transaction

from cases.models import Campaign
from corps.access import require
from corps.audit import record
from corps.clock import accept_at, now
from corps.models import User


@transaction.atomic
def open_campaign(
    *,
    actor: User,
    name: str,
    opens_on: date,
    closes_on: date,
    name_en: str = "",
    reply_working_days: int | None = None,
    check_working_days: int | None = None,
    at: datetime | None = None,
) -> Campaign:
    """Begin a time-limited drive. opens_on, closes_on: Shanghai dates, both in it.

    reply_working_days, check_working_days: in place of rules PT_FK and PT_FH, where the campaign has agreed its own.
    Raises PermissionDenied; ValidationError by field.
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.open_campaign")
    campaign = Campaign(
        name=name,
        name_en=name_en,
        opens_on=opens_on,
        closes_on=closes_on,
        reply_working_days=reply_working_days,
        check_working_days=check_working_days,
    )
    campaign.full_clean()
    campaign.save()
    record(actor, "campaign.opened", campaign, at=at, name=name, opens_on=opens_on, closes_on=closes_on)
    return campaign
