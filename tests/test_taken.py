"""What exists already is refused beside its field, in the reader's own language, whichever room it belongs to."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Campaign
from corps.models import Unit, User
from firms.models import Firm
from stores.models import Platform

pytestmark = pytest.mark.django_db

FIRM = {
    "code": "CXT",
    "name": "Chengxi",
    "short_name": "Chengxi",
    "uscc": "91310000MA1FT00192",
}
CAMPAIGN = {"name": "Spring", "opens_on": "2026-03-01", "closes_on": "2026-12-31"}


@pytest.fixture
def registered(db: None) -> dict[str, User]:
    """One of each, with names in which no Chinese stands, and whoever registers more, by role."""
    unit = Unit.objects.create(name="First", path="/1/")
    people = {
        "administrator": User.objects.create(
            username="admin", name="admin", role="administrator"
        ),
        "supervisor": User.objects.create(
            username="supervisor", name="supervisor", role="supervisor", unit=unit
        ),
    }
    Firm.objects.create(**FIRM)
    Platform.objects.create(slug="taobao", name="Taobao")
    Campaign.objects.create(**CAMPAIGN)
    other = Firm.objects.create(
        code="HYS", name="Heyao", short_name="Heyao", uscc="91310115MA1HT8K28P"
    )
    other.brands.create(name="HEYORA")
    Campaign.objects.create(**CAMPAIGN | {"name": "Summer"})
    return people


def refusal(page, field: str) -> str:
    assert page.status_code == 200
    [said] = page.context["form"].errors[field]
    return said


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("role", "route", "typed", "field"),
    [
        ("administrator", "firms:new", FIRM | {"uscc": "91310170MAG62BJN12"}, "code"),
        ("administrator", "firms:new", FIRM | {"code": "YCB"}, "uscc"),
        ("administrator", "units", {"name": "First"}, "name"),
        (
            "administrator",
            "stores:platform_new",
            {"slug": "taobao", "name": "Taobao"},
            "slug",
        ),
        ("supervisor", "cases:campaign_new", CAMPAIGN, "name"),
    ],
)
def test_what_exists_already_is_refused_beside_its_field(
    registered, role, route, typed, field, language
):
    client = Client()
    client.force_login(registered[role])
    client.cookies["django_language"] = language
    said = refusal(client.post(reverse(route), typed), field)
    if language == "en":
        assert not re.search("[\u4e00-\u9fff]", said)
    else:
        assert not re.search("[A-Za-z]", said)


def test_a_correction_to_what_exists_already_is_refused_as_well(registered):
    admin, supervisor = Client(), Client()
    admin.force_login(registered["administrator"])
    supervisor.force_login(registered["supervisor"])
    other = Firm.objects.get(code="HYS")
    said = refusal(admin.post(reverse("firms:change", args=["HYS"]), FIRM), "uscc")
    assert "已存在" in said
    other.refresh_from_db()
    assert other.uscc != FIRM["uscc"]
    summer = Campaign.objects.get(name="Summer")
    assert "已存在" in refusal(
        supervisor.post(reverse("cases:campaign_change", args=[summer.pk]), CAMPAIGN),
        "name",
    )
    assert "已存在" in refusal(
        admin.post(reverse("firms:firm", args=["HYS"]), {"name": "HEYORA"}), "name"
    )
