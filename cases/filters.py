"""What lists may be narrowed by of this app."""

from cases.models import Campaign
from corps.models import User
from corps.parameters import Parameter


def campaigns_of(user: User) -> dict[str, str]:
    """The campaigns that a person may filter by: key, as it stands in an address → name."""
    return {
        str(campaign.pk): campaign.label
        for campaign in Campaign.objects.visible_to(user)
    }


CAMPAIGN = Parameter("campaign", campaigns_of)
