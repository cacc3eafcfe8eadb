"""Campaigns."""

from datetime import date, datetime

from django.db import transaction

from cases.extensions import campaign_checks
from cases.models import Campaign
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.field_changes import put
from corps.audit.recording import record
from corps.database.locking import locked
from corps.deadlines.clock import now
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
    record(
        actor,
        "campaign.opened",
        campaign,
        at=at,
        name=name,
        opens_on=opens_on,
        closes_on=closes_on,
    )
    return campaign


@transaction.atomic
def change_campaign(
    *,
    campaign: Campaign,
    actor: User,
    name: str,
    opens_on: date,
    closes_on: date,
    name_en: str = "",
    reply_working_days: int | None = None,
    check_working_days: int | None = None,
    at: datetime | None = None,
) -> Campaign:
    """Correct a campaign. Its lengths hold for what begins later: deadlines that run keep the length they began with.

    Raises PermissionDenied; ValidationError by field; TransitionRefused of `campaign_checks`.
    """
    at = accept_at(actor, at, now())
    campaign = locked(Campaign.objects).get(pk=campaign.pk)
    require(actor, "cases.open_campaign", campaign)
    wanted = {
        "name": name,
        "name_en": name_en,
        "opens_on": opens_on,
        "closes_on": closes_on,
    }
    lengths = {
        "reply_working_days": reply_working_days,
        "check_working_days": check_working_days,
    }
    before, after = put(campaign, wanted | lengths)
    if not after:
        return campaign
    campaign.full_clean()
    if "reply_working_days" in after:
        for check in campaign_checks:
            check(campaign)
    campaign.save(update_fields=list(after))
    record(actor, "campaign.changed", campaign, at=at, before=before, after=after)
    return campaign
