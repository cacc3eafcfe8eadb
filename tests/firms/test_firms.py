"""Firms, their brands and who speaks for them."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from corps.clock import now
from corps.errors import TransitionRefused
from corps.models import AuditEntry, Unit, User
from firms.models import Firm, Representative
from firms.workflow import add_brand, appoint_representative, register_firm

pytestmark = pytest.mark.django_db

USCC = "91310000MA1FT00192"


@pytest.fixture
def admin():
    return User.objects.create(username="admin", name="admin", role="administrator")


def register(admin: User, **said) -> Firm:
    return register_firm(**{"actor": admin, "code": "CXT", "name": "澄溪岚堂日用品有限公司", "uscc": USCC} | said)


def test_a_firm_is_registered_with_its_brands_and_a_name_short_enough_for_tables(admin):
    firm = register(admin, brands=["砚露", "砚露", " 澄溪岚 ", ""])
    assert firm.short_name == "砚露"
    assert [brand.name for brand in firm.brands.order_by("id")] == ["砚露", "澄溪岚"]
    assert AuditEntry.objects.about(firm).get().verb == "firm.registered"
    assert register(admin, code="HYS", uscc="91310115MA1HT8K28P").short_name == "澄溪岚堂"


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "cx t"), ("uscc", "91310000MA1FT00193"), ("name", ""), ("code", "LONGERTHANTWELVE")],
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
    firm, other = register(admin), register(admin, code="HYS", uscc="91310115MA1HT8K28P")
    user = User.objects.create(username="firm-CXT", name="x", role="representative")
    first = appoint_representative(firm=firm, user=user, actor=admin)
    assert appoint_representative(firm=firm, user=user, actor=admin, at=now()) == first
    with pytest.raises(TransitionRefused, match="speaks-for-another"):
        appoint_representative(firm=other, user=user, actor=admin)
    with pytest.raises(TransitionRefused, match="not-a-representative"):
        appoint_representative(firm=other, user=admin, actor=admin)
    assert Representative.objects.count() == 1
    assert list(Firm.objects.visible_to(user)) == [firm]


@pytest.mark.parametrize("role", ["officer", "supervisor", "liaison", "representative", "auditor"])
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
