"""The organisation as data: what an administrator states, what stands otherwise, and an officer's own telephone."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from corps import workflow
from corps.installation import organisation
from corps.models import AuditEntry, Organisation, User
from corps.workflow import document_number
from tests.corps.conftest import NOW

STATED = {
    "name": "滨江市市场监督管理局",
    "letter_head": "滨江市市场监督管理局执法总队",
    "document_prefix": "滨市监",
    "address": "滨江市江南路 8 号",
    "telephone": "0571-8888 0000",
}
NOTHING = dict.fromkeys(STATED, "")


def test_what_nobody_stated_is_what_the_settings_say_and_is_told_as_missing(
    db, settings
):
    settings.ORGANISATION = "某局"
    details = organisation.current()
    assert (details.name, details.letter_head, details.document_prefix) == (
        "某局",
        "某局",
        "沪市监总队",
    )
    assert details.missing == {"document_prefix", "address", "telephone"}


def test_an_administrator_states_it_on_its_page_and_the_audit_says_what_was_before(
    client, administrator
):
    client.force_login(administrator)
    assert "尚未填写" in client.get("/organisation/").content.decode()
    assert client.post("/organisation/", STATED).status_code == 302
    details = organisation.current()
    assert {name: getattr(details, name) for name in STATED} == STATED
    assert not details.missing
    assert document_number("协查", NOW) == "滨市监协查〔2026〕1号"
    client.post("/organisation/", STATED | {"telephone": ""})
    entry = AuditEntry.objects.filter(verb="organisation.changed").latest("pk")
    assert entry.detail == {
        "before": {"telephone": STATED["telephone"]},
        "after": {"telephone": ""},
    }
    page = client.get("/organisation/").content.decode()
    assert "江南路" in page
    assert (
        client.get("/api/v1/schema/?format=json").json()["info"]["contact"]["name"]
        == STATED["name"]
    )
    assert "尚未填写" in page
    client.post("/organisation/", STATED | {"telephone": ""})
    assert AuditEntry.objects.filter(verb="organisation.changed").count() == 2


def test_nobody_else_states_it_and_what_is_too_long_is_refused(officer, administrator):
    with pytest.raises(PermissionDenied):
        workflow.change_organisation(actor=officer, at=NOW, **STATED)
    with pytest.raises(ValidationError) as wrong:
        workflow.change_organisation(
            actor=administrator, at=NOW, **NOTHING | {"name": "局" * 81}
        )
    assert "name" in wrong.value.message_dict
    assert not Organisation.objects.exists()


def test_an_officer_enters_their_own_telephone(client, officer, auditor):
    client.force_login(officer)
    assert client.post("/accounts/telephone/", {"phone": " "}).status_code == 200
    assert (
        client.post("/accounts/telephone/", {"phone": " 021-5550 1234 "}).status_code
        == 302
    )
    assert User.objects.get(pk=officer.pk).phone == "021-5550 1234"
    entry = AuditEntry.objects.get(verb="account.changed")
    assert "5550" not in str(entry.detail)
    with pytest.raises(PermissionDenied):
        workflow.change_own_phone(user=auditor, phone="1", at=NOW)
