"""Firms, their brands and who speaks for them."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from corps.deadlines.clock import now, today
from corps.errors import TransitionRefused
from corps.models import AuditEntry, Unit, User
from firms.models import Firm, Representative
from firms.workflow import (
    add_brand,
    appoint_representative,
    change_firm,
    register_firm,
    rename_brand,
    retire_brand,
)

pytestmark = pytest.mark.django_db

USCC = "91310000MA1FT00192"


@pytest.fixture
def admin():
    return User.objects.create(username="admin", name="admin", role="administrator")


def register(admin: User, **said) -> Firm:
    return register_firm(
        **{
            "actor": admin,
            "code": "CXT",
            "name": "澄溪岚堂日用品有限公司",
            "uscc": USCC,
        }
        | said
    )


def test_a_firm_is_registered_with_its_brands_and_a_name_short_enough_for_tables(admin):
    firm = register(admin, brands=["砚露", "砚露", " 澄溪岚 ", ""])
    assert firm.short_name == "砚露"
    assert [brand.name for brand in firm.brands.order_by("id")] == ["砚露", "澄溪岚"]
    assert AuditEntry.objects.about(firm).get().verb == "firm.registered"
    assert (
        register(admin, code="HYS", uscc="91310115MA1HT8K28P").short_name == "澄溪岚堂"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "cx t"),
        ("uscc", "91310000MA1FT00193"),
        ("name", ""),
        ("code", "LONGERTHANTWELVE"),
    ],
)
def test_a_wrong_value_is_named_by_its_field_and_nothing_is_kept(admin, field, value):
    with pytest.raises(ValidationError) as wrong:
        register(admin, **{field: value})
    assert field in wrong.value.message_dict
    assert not Firm.objects.exists()


def test_code_and_credit_code_are_unique(admin):
    register(admin)
    with pytest.raises(ValidationError) as taken:
        register(admin)
    assert {"code", "uscc"} <= set(taken.value.message_dict)


def test_a_brand_is_added_once(admin):
    firm = register(admin)
    assert add_brand(firm=firm, name=" 岑元 ", actor=admin).name == "岑元"
    with pytest.raises(ValidationError):
        add_brand(firm=firm, name="岑元", actor=admin)


def test_an_account_speaks_for_one_firm(admin):
    firm, other = (
        register(admin),
        register(admin, code="HYS", uscc="91310115MA1HT8K28P"),
    )
    user = User.objects.create(username="firm-CXT", name="x", role="representative")
    first = appoint_representative(firm=firm, user=user, actor=admin)
    assert appoint_representative(firm=firm, user=user, actor=admin, at=now()) == first
    with pytest.raises(TransitionRefused, match="speaks-for-another"):
        appoint_representative(firm=other, user=user, actor=admin)
    with pytest.raises(TransitionRefused, match="not-a-representative"):
        appoint_representative(firm=other, user=admin, actor=admin)
    assert Representative.objects.count() == 1
    assert list(Firm.objects.visible_to(user)) == [firm]


@pytest.mark.parametrize(
    "role", ["officer", "supervisor", "liaison", "representative", "auditor"]
)
def test_only_administrators_register_firms(admin, role):
    unit = Unit.objects.create(name="一支队", path="/1/")
    person = User.objects.create(username="x", name="x", role=role, unit=unit)
    with pytest.raises(PermissionDenied):
        register(person)
    firm = register(admin)
    with pytest.raises(PermissionDenied):
        add_brand(firm=firm, name="x", actor=person)
    with pytest.raises(PermissionDenied):
        appoint_representative(firm=firm, user=person, actor=person)


def test_a_firm_is_corrected_and_the_audit_says_what_it_was(admin):
    firm = register(admin, brands=["砚露"])
    said = {"name": "澄溪岚堂生物科技有限公司", "uscc": USCC, "licence": "直销 2026-7"}
    changed = change_firm(firm=firm, actor=admin, **said)
    assert (changed.code, changed.name, changed.short_name) == (
        "CXT",
        said["name"],
        "砚露",
    )
    entry = AuditEntry.objects.about(firm).get(verb="firm.changed")
    assert entry.detail["before"] == {"name": "澄溪岚堂日用品有限公司", "licence": ""}
    assert entry.detail["after"] == {"name": said["name"], "licence": "直销 2026-7"}
    change_firm(firm=firm, actor=admin, **said)
    assert AuditEntry.objects.about(firm).filter(verb="firm.changed").count() == 1


def test_a_correction_of_a_firm_keeps_the_rules_of_its_registration(admin):
    register(admin, code="HYS", uscc="91310115MA1HT8K28P")
    firm = register(admin)
    with pytest.raises(ValidationError) as wrong:
        change_firm(firm=firm, actor=admin, name="", uscc="91310115MA1HT8K28P")
    assert {"name", "uscc"} <= set(wrong.value.message_dict)
    officer = User.objects.create(
        username="o",
        name="o",
        role="officer",
        unit=Unit.objects.create(name="一", path="/1/"),
    )
    with pytest.raises(PermissionDenied):
        change_firm(firm=firm, actor=officer, name="x", uscc=USCC)


def test_a_brand_is_renamed_given_up_and_taken_up_again(admin):
    firm = register(admin, brands=["砚露", "岑元"])
    first, second = firm.brands.all()
    with pytest.raises(ValidationError):
        rename_brand(brand=first, name="岑元", actor=admin)
    rename_brand(brand=first, name="砚露堂", actor=admin)
    retire_brand(brand=second, actor=admin)
    with pytest.raises(TransitionRefused) as twice:
        retire_brand(brand=second, actor=admin)
    assert twice.value.code == "retired"
    assert list(firm.brands.values_list("name", "retired_on")) == [
        ("砚露堂", None),
        ("岑元", today()),
    ]
    assert add_brand(firm=firm, name="岑元", actor=admin).pk == second.pk
    assert list(firm.brands.exclude(retired_on=None)) == []
    verbs = [
        "firm.registered",
        "firm.brand_renamed",
        "firm.brand_retired",
        "firm.brand_added",
    ]
    assert (
        list(
            AuditEntry.objects.about(firm).order_by("pk").values_list("verb", flat=True)
        )
        == verbs
    )


def test_an_administrator_corrects_a_firm_and_its_brands_in_the_browser(admin, client):
    firm = register(admin, brands=["砚露"])
    [brand] = firm.brands.all()
    client.force_login(admin)
    typed = {
        "name": "澄溪岚堂",
        "name_en": "Chengxi",
        "short_name": "澄溪",
        "uscc": USCC,
        "licence": "7",
    }
    wrong = client.post(reverse("firms:change", args=["CXT"]), typed | {"uscc": "1"})
    assert list(wrong.context["form"].errors) == ["uscc"]
    assert client.post(reverse("firms:change", args=["CXT"]), typed).status_code == 302
    assert (
        client.post(
            reverse("firms:brand", args=["CXT", brand.pk]), {"name": "砚露堂"}
        ).status_code
        == 302
    )
    assert (
        client.post(reverse("firms:brand_retire", args=["CXT", brand.pk])).status_code
        == 302
    )
    page = client.get(reverse("firms:firm", args=["CXT"])).content.decode()
    assert "澄溪岚堂" in page
    assert "砚露堂" in page
    assert client.get(reverse("firms:brand", args=["HYS", brand.pk])).status_code == 404
