"""What lists may be narrowed by of this app."""

from cases.models import Campaign
from corps.access.parameters import Parameter
from corps.models import User


def campaigns_of(user: User) -> dict[str, str]:
    """The campaigns that a person may filter by: key, as it stands in an address → name."""
    return {
        str(campaign.pk): campaign.label
        for campaign in Campaign.objects.visible_to(user)
    }


CAMPAIGN = Parameter("campaign", campaigns_of)
