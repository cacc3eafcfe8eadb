"""Forms of addresses that an administrator adds: what they read, what they may never take, and who learns of it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given, settings

from corps.errors import TransitionRefused
from corps.installation import reference_data
from corps.installation.reference_data import look
from corps.models import AuditEntry, User
from corps.search import Query
from listings import workflow
from listings.address_forms import explained, is_known
from listings.addresses import read_cell
from listings.addresses.added import Added, in_force, put_in_force
from listings.models import AddressForm
from listings.search_addresses import describe
from tests.corps.conftest import NOW
from tests.listings.address_cases import ITEM, rows
from tests.listings.address_strategies import addresses, read_as, spelt

VIP = "https://detail.vip.com/detail-1710612345-6918012345678901.html"
FORMS: dict[str, tuple[dict[str, str], tuple[str, str, str]]] = {
    "id in the path": (
        {
            "site": "vip",
            "kind": "listing",
            "host": "detail.vip.com",
            "path": "/detail-1710612345-{id}.html",
        }
        | {"id_shape": "N", "example": VIP},
        ("vip", "listing", "6918012345678901"),
    ),
    "id in a parameter": (
        {
            "site": "jd",
            "kind": "listing",
            "host": "kpl.m.jd.com",
            "path": "/product",
            "parameter": "wareId",
        }
        | {
            "id_shape": "N",
            "example": "https://kpl.m.jd.com/product?a=1&wareId=100012043978",
        },
        ("jd", "listing", "100012043978"),
    ),
    "another parameter of a known page": (
        {
            "site": "taobao",
            "kind": "listing",
            "host": "item.taobao.com",
            "path": "/item.htm",
            "parameter": "itemNumId",
        }
        | {
            "id_shape": "N",
            "example": "https://item.taobao.com/item.htm?itemNumId=674512345678",
        },
        ("taobao", "listing", "674512345678"),
    ),
    "short link": (
        {
            "site": "vip",
            "kind": "short",
            "host": "t.vip.com",
            "path": "/{id}",
            "id_shape": "C",
        }
        | {"example": "https://t.vip.com/W0wXaB"},
        ("vip", "short", "W0wXaB"),
    ),
    "store by its host": (
        {
            "site": "youzan",
            "kind": "store",
            "host": "{id}.youzan.com",
            "path": "*",
            "id_shape": "C",
        }
        | {"example": "https://shop12345678.youzan.com/v2/showcase/homepage"},
        ("youzan", "store", "shop12345678"),
    ),
    "ids with a beginning": (
        {
            "site": "kuaishou",
            "kind": "store",
            "host": "m.gifshow.com",
            "path": "/user/{id}",
            "id_shape": "C",
        }
        | {"id_prefix": "g:", "example": "https://m.gifshow.com/user/3xq8w7e6r5t4y"},
        ("kuaishou", "store", "g:3xq8w7e6r5t4y"),
    ),
    "search page": (
        {
            "site": "vip",
            "kind": "search",
            "host": "www.vip.com",
            "path": "*",
            "example": "https://www.vip.com/",
        },
        ("vip", "search", ""),
    ),
}
WRONG: dict[str, tuple[dict[str, str], str]] = {
    "what the table reads": (
        {"site": "jd", "host": "item.jd.com", "path": "/{id}.html", "id_shape": "N"},
        "host",
    ),
    "stores that the table reads": (
        {"kind": "store", "host": "{id}.tmall.com", "path": "*", "id_shape": "C"},
        "host",
    ),
    "a machine": ({"host": "203.119.175.1", "path": "/{id}", "id_shape": "N"}, "host"),
    "another alphabet": (
        {"host": "xn--tobao-nza.com", "path": "/{id}", "id_shape": "N"},
        "host",
    ),
    "an address for a host": (
        {"host": "https://a.example.com/", "path": "/{id}", "id_shape": "N"},
        "host",
    ),
    "no place of an id": (
        {"host": "a.example.com", "path": "/item", "id_shape": "N"},
        "path",
    ),
    "two places": (
        {"host": "a.example.com", "path": "/{id}", "parameter": "id", "id_shape": "N"},
        "path",
    ),
    "no form of an id": ({"host": "a.example.com", "path": "/{id}"}, "id_shape"),
    "an id in a search page": (
        {"kind": "search", "host": "a.example.com", "path": "/{id}", "id_shape": "N"},
        "kind",
    ),
    "an example of another": (
        {
            "host": "a.example.com",
            "path": "/{id}",
            "id_shape": "N",
            "example": "https://b.example.com/12345",
        },
        "example",
    ),
}


@pytest.fixture(autouse=True)
def shipped_only() -> Iterator[None]:
    """Nothing added before, and nothing left behind."""
    put_in_force(Added())
    yield
    put_in_force(Added())


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create(username="admin", name="admin", role="administrator")


def add(actor: User, **said: Any) -> AddressForm:
    said = {
        "kind": "listing",
        "site": "vip",
        "valid_from": date(2026, 1, 1),
        "source": "看过页面",
    } | said
    said = {"example": "https://a.example.com/12345"} | said
    form = workflow.add_address_form(actor=actor, at=NOW, **said)
    look()
    return form


def read(text: str) -> tuple[str, str, str]:
    address = read_cell(text)
    if address.canonical_url:
        assert read_cell(address.canonical_url) == address
    return address.site, address.kind, address.canonical_id


@pytest.mark.parametrize("name", FORMS)
def test_an_added_form_reads_its_addresses_and_its_canonical_form_reads_the_same(
    admin: User, name: str
):
    said, wanted = FORMS[name]
    assert read(said["example"])[1] == "invalid"
    form = add(admin, **said)
    assert read(said["example"]) == wanted
    assert read("见：" + said["example"] + "。") == wanted
    assert explained(said["example"]).added == form.pk
    assert AuditEntry.objects.get(verb="address_form.added").detail["form"] == str(form)
    workflow.retire_address_form(form=form, actor=admin, at=NOW)
    look()
    assert read(said["example"])[1] == "invalid"
    assert add(admin, **said).pk != form.pk


@pytest.mark.parametrize("name", WRONG)
def test_a_form_that_cannot_be_or_takes_what_is_read_is_refused_beside_its_field(
    admin: User, name: str
):
    said, field = WRONG[name]
    with pytest.raises(ValidationError) as wrong:
        add(admin, **said)
    assert field in wrong.value.message_dict
    assert not AddressForm.objects.exists()


def test_a_form_takes_effect_from_no_day_to_come_and_is_added_once_by_an_administrator(
    admin: User,
):
    said = FORMS["short link"][0]
    with pytest.raises(TransitionRefused, match="valid-from-ahead"):
        add(admin, **said, valid_from=date(2027, 1, 1))
    form = add(admin, **said)
    with pytest.raises(TransitionRefused, match="form-known"):
        add(admin, **said)
    other = User.objects.create(username="auditor", name="a", role="auditor")
    with pytest.raises(PermissionDenied):
        add(other, **said)
    workflow.retire_address_form(form=form, actor=admin, at=NOW)
    with pytest.raises(TransitionRefused, match="form-retired"):
        workflow.retire_address_form(form=form, actor=admin, at=NOW)


def test_an_added_label_of_a_service_is_a_store_no_more_and_its_listings_are_read_as_before(
    admin: User,
):
    page, item = (
        "https://mlife.tmall.com/index.htm",
        "https://detail.tmall.com/item.htm?id=674512345678",
    )
    assert read(page) == ("tmall", "store", "mlife")
    label = {"site": "tmall", "kind": "service", "host": "mlife", "example": page}
    with pytest.raises(ValidationError) as wrong:
        add(admin, **label | {"example": item})
    assert "example" in wrong.value.message_dict
    form = add(admin, **label)
    assert (read(page)[1], read_cell(page).reason) == ("invalid", "unlisted-host")
    assert read("https://mlife2.tmall.com/index.htm") == ("tmall", "store", "mlife2")
    assert read(item)[1] == "listing"
    workflow.retire_address_form(form=form, actor=admin, at=NOW)
    look()
    assert read(page) == ("tmall", "store", "mlife")


@pytest.fixture
def many(admin: User) -> None:
    """Every form of this file at once, beside the greediest that can be had on a host of the table."""
    for said, _wanted in FORMS.values():
        add(admin, **said)


def test_whatever_the_table_reads_is_read_the_same_with_forms_beside_it(many: None):
    @settings(deadline=None, max_examples=60)
    @given(addresses())
    def holds(case: Any) -> None:
        page, found, host, path, pairs = case
        read_as(page, found, spelt("https", host, path, [*pairs, ("end", "")]))

    holds()


def test_a_worked_row_is_read_otherwise_only_where_the_table_knows_nothing(many: None):
    added = in_force()
    cells = [
        (row.get("url") or row["cell"]).replace("\\n", "\n")
        for name in ("addresses.tsv", "address_forms.tsv")
        for row in rows(name)
    ]
    with_forms = [read_cell(cell) for cell in cells]
    put_in_force(Added())
    shipped = [read_cell(cell) for cell in cells]
    put_in_force(added)
    changed = [
        (was, now) for was, now in zip(shipped, with_forms, strict=True) if was != now
    ]
    assert {was.kind for was, _now in changed} == {"invalid"}


def test_another_process_learns_of_a_form_with_whoever_is_signed_in(
    client, admin: User
):
    said, wanted = FORMS["id in a parameter"]
    add(admin, **said)
    put_in_force(Added())  # a process that has not heard of it
    reference_data.forget()
    client.force_login(admin)
    page = client.post(
        "/listings/addresses/try/", {"lines": said["example"]}
    ).content.decode()
    assert wanted[2] in page
    assert read(said["example"]) == wanted


def test_the_page_tries_a_form_before_it_is_added_and_says_where_it_is_wrong(
    client, admin: User
):
    client.force_login(admin)
    said = FORMS["id in a parameter"][0] | {
        "valid_from": "2026-01-01",
        "source": "见过",
        "id_prefix": "",
    }
    page = client.post(
        "/listings/addresses/new/", said | {"act": "try", "lines": ITEM}
    ).content.decode()
    assert "100012043978" in page
    assert "674512345678" in page
    assert not AddressForm.objects.exists()
    refused = client.post(
        "/listings/addresses/new/",
        said | {"act": "add", "host": "item.jd.com", "path": "/{id}.html"},
    )
    assert 'aria-invalid="true"' in refused.content.decode()
    answer = client.post("/listings/addresses/new/", said | {"act": "add"})
    form = AddressForm.objects.get()
    assert answer.url == f"/listings/addresses/{form.pk}/"
    listed = client.get("/listings/addresses/?origin=added").content.decode()
    assert "kpl.m.jd.com" in listed
    assert "item.taobao.com" not in listed
    assert is_known("jd")
    assert not is_known("vip")
    assert client.post(f"/listings/addresses/{form.pk}/retire/").status_code == 302
    assert (
        "kpl.m.jd.com"
        in client.get("/listings/addresses/?origin=retired").content.decode()
    )


def test_the_search_says_what_an_added_form_reads_though_the_table_knows_neither_host_nor_site(
    admin: User,
):
    said, (_site, _kind, canonical_id) = FORMS["id in the path"]
    unread = describe(Query.read(VIP))
    add(admin, **said)
    read_now = describe(Query.read(VIP))
    assert canonical_id not in str(unread and unread.sentence)
    assert canonical_id in str(read_now and read_now.sentence)


def test_lines_that_are_not_looked_at_are_counted(client, admin: User):
    client.force_login(admin)
    lines = "\n".join([ITEM] * 201 + ["a" * 4001])
    tried = client.post("/listings/addresses/try/", {"lines": lines})
    assert (
        len(tried.context["readings"]),
        "有 2 行未识别" in tried.content.decode(),
    ) == (200, True)
    said = FORMS["id in a parameter"][0] | {
        "valid_from": "2026-01-01",
        "source": "见过",
        "act": "try",
    }
    compared = client.post("/listings/addresses/new/", said | {"lines": lines})
    assert (
        len(compared.context["compared"]),
        "有 2 行未识别" in compared.content.decode(),
    ) == (201, True)
    assert (
        "未识别："
        not in client.post("/listings/addresses/try/", {"lines": ITEM}).content.decode()
    )
