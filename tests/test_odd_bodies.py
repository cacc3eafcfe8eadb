"""Whatever is sent to an address that takes forms: it is answered, and never by a defect."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.route_rules import GUARDED, ROUTES
from tests.routes import PUBLIC, Route, every_route, rule_for, signed_in, undone

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


def sender(route: Route) -> str:
    """The role that sends a route its odd bodies."""
    return min(rule_for(route.name, ROUTES))


def statuses(client: Client, route: Route) -> Iterator[tuple[str, int]]:
    """What a route answers to odd bodies, and to a request of a script without any."""
    for word in OFTEN:
        content_type, body = ODD[word]
        status = client.post(route.url, body, content_type=content_type).status_code
        yield word, status
        if status == 405:  # whatever the body is, it is not looked at
            return
    answer = client.post(route.url, headers={"HX-Request": "true"})
    yield "a script's nothing", answer.status_code


@pytest.mark.parametrize("role", sorted(set(map(sender, ROUTES_OF_FORMS))))
def test_no_body_is_a_defect(role: str, db: None):
    client = signed_in(role)
    defects = []
    for route in ROUTES_OF_FORMS:
        if role == sender(route):
            with undone(client):
                answers = list(statuses(client, route))
            # Whoever is told to wait has not been answered.
            defects += [
                (route.name, word, status)
                for word, status in answers
                if status >= 500 or status == 429
            ]
    assert defects == []


def test_every_public_address_takes_any_body(db):
    client = Client(raise_request_exception=False)
    for route in every_route():
        if rule_for(route.name, ROUTES) == PUBLIC:
            for content_type, body in ODD.values():
                assert (
                    client.post(route.url, body, content_type=content_type).status_code
                    < 500
                ), route
