"""Whatever is sent to an address that takes forms: it is answered, and never by a defect."""

import pytest
from django.test import Client

from corps.models import Unit, User
from tests.routes import every_route, rule_for
from tests.test_every_route import GUARDED, PUBLIC, ROUTES

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
HALF_A_PART = b'--x\r\nContent-Disposition: form-data; name="reason"\r\n\r\ncut off'
NULL_IN_A_PART = (
    b'--x\r\nContent-Disposition: form-data; name="reason"\r\n\r\na\x00b\r\n--x--\r\n'
)
ODD = {
    "nothing": (FORM, b""),
    "no parts": (PARTS, b"--x--\r\n"),
    "half a part": (PARTS, HALF_A_PART),
    "a null in a part": (PARTS, NULL_IN_A_PART),
    "a null": (FORM, b"reason=a%00b"),
    "half a character": (FORM, b"reason=%E4%BD"),
    "another type": ("text/plain", b"\xff\xfe"),
    "no boundary": ("multipart/form-data", b"x"),
    "too many fields": (FORM, b"&".join(b"a=1" for _field in range(20_001))),
}
OFTEN = ("nothing", "half a part", "a null in a part", "another type")
WITHOUT_EFFECT = ("account_logout",)
ROUTES_OF_FORMS = [route for route in GUARDED if route.name not in WITHOUT_EFFECT]


@pytest.mark.parametrize("route", ROUTES_OF_FORMS, ids=str)
def test_no_body_is_a_defect(route, db):
    unit = Unit.objects.create(name="unit", path="/1/")
    client = Client(raise_request_exception=False)
    role = sorted(rule_for(route.name, ROUTES))[0]
    person = User.objects.create(
        username=role,
        name=role,
        role=role,
        unit=unit if role in ("officer", "supervisor") else None,
    )
    client.force_login(person)
    for word in OFTEN:
        content_type, body = ODD[word]
        answer = client.post(route.url, body, content_type=content_type)
        assert answer.status_code < 500, word
        if answer.status_code == 405:  # whatever the body is, it is not looked at
            return
    assert client.post(route.url, headers={"HX-Request": "true"}).status_code < 500


def test_every_public_address_takes_any_body(db):
    client = Client(raise_request_exception=False)
    for route in every_route():
        if rule_for(route.name, ROUTES) == PUBLIC:
            for content_type, body in ODD.values():
                assert (
                    client.post(route.url, body, content_type=content_type).status_code
                    < 500
                ), route
