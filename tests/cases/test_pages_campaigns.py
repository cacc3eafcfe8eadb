"""The pages of campaigns."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from cases.models import Campaign, Complaint
from cases.workflow import change_campaign
from corps.models import AuditEntry
from tests.cases.conftest import Scenario, sheet_of, take_in

ROW = "https://item.taobao.com/item.htm?id=655000000001,,下架链接,面膜"
SAID = {
    "name": "双11专项",
    "opens_on": "2026-10-20",
    "closes_on": "2026-11-20",
    "reply_working_days": "5",
}


@pytest.fixture
def supervisor(client: Client, scenario: Scenario) -> Client:
    user = scenario.officer.__class__.objects.create(
        username="head", name="head", role="supervisor", unit=scenario.officer.unit
    )
    client.force_login(user)
    return client


def test_a_supervisor_opens_a_campaign_and_its_numbers_lead_to_their_rows(
    supervisor, scenario
):
    answer = supervisor.post(reverse("cases:campaign_new"), SAID)
    assert answer.status_code == 302
    campaign = Campaign.objects.get()
    assert (
        campaign.name,
        campaign.reply_working_days,
        campaign.check_working_days,
    ) == ("双11专项", 5, None)
    complaints = [take_in(scenario, sheet_of(ROW)).complaint for _ in range(2)]
    Complaint.objects.filter(pk=complaints[0].pk).update(campaign=campaign)
    page = supervisor.get(reverse("cases:campaigns"))
    [(_campaign, _is_on, complaint_count, case_count)] = page.context["rows"]
    assert (complaint_count, case_count) == (1, 0)
    rows = supervisor.get(
        f"{reverse('cases:complaints')}?campaign={campaign.pk}"
    ).context["page"]
    assert [complaint.pk for complaint in rows] == [complaints[0].pk]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("closes_on", "2026-10-19"),
        ("name", ""),
        ("reply_working_days", "0"),
        ("opens_on", "soon"),
    ],
)
def test_what_is_wrong_with_a_campaign_is_said_beside_its_field(
    supervisor, field, typed
):
    page = supervisor.post(reverse("cases:campaign_new"), SAID | {field: typed})
    assert (page.status_code, list(page.context["form"].errors)) == (200, [field])
    assert not Campaign.objects.exists()


def test_a_supervisor_corrects_a_campaign_and_the_audit_says_what_it_was(supervisor):
    supervisor.post(reverse("cases:campaign_new"), SAID)
    campaign = Campaign.objects.get()
    page = reverse("cases:campaign_change", args=[campaign.pk])
    wrong = supervisor.post(page, SAID | {"closes_on": "2026-10-01"})
    assert list(wrong.context["form"].errors) == ["closes_on"]
    changed = SAID | {"closes_on": "2026-12-20", "reply_working_days": "3"}
    assert supervisor.post(page, changed).status_code == 302
    assert supervisor.post(page, changed).status_code == 302
    [entry] = AuditEntry.objects.about(campaign).filter(verb="campaign.changed")
    assert entry.detail["before"] == {
        "closes_on": "2026-11-20",
        "reply_working_days": 5,
    }
    assert entry.detail["after"] == {"closes_on": "2026-12-20", "reply_working_days": 3}
    assert (
        reverse("cases:campaign_change", args=[campaign.pk])
        in supervisor.get(reverse("cases:campaigns")).content.decode()
    )


def test_an_officer_reads_campaigns_and_changes_none(supervisor, scenario, client):
    supervisor.post(reverse("cases:campaign_new"), SAID)
    campaign = Campaign.objects.get()
    client.force_login(scenario.officer)
    assert (
        client.post(
            reverse("cases:campaign_change", args=[campaign.pk]), SAID
        ).status_code
        == 404
    )
    with pytest.raises(PermissionDenied):
        change_campaign(
            campaign=campaign,
            actor=scenario.officer,
            name="x",
            opens_on=campaign.opens_on,
            closes_on=campaign.closes_on,
        )
