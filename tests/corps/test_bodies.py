"""How much a request may bring, by its address and by who sends it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from corps import request_bodies
from corps.request_bodies import FIELDS_BESIDE_A_FILE, body_limit, kind_of, most_bytes
from runtime.connections import BODY_REFUSED

MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/accounts/login/", "body.form"),
        ("/complaints/nothing/", "body.form"),
        ("/cases/complaints/new/", "body.sheet"),
        ("/notices/N2026-000001/answers/", "body.sheet"),
        ("/notices/N2026-000001/serve/", "body.paper"),
        ("/notices/N2026-000001/behalf/", "body.paper"),
        ("/api/v1/complaints/", "body.sheet"),
        ("/api/v1/notices/N2026-000001/replies/", "body.api"),
    ],
)
def test_every_address_has_a_limit(path, kind):
    assert kind_of(path) == kind


def test_by_its_head_alone_nobody_may_bring_more_than_a_megabyte():
    assert (
        body_limit("/cases/complaints/new/", {"COOKIE": "csrftoken=x; other"})
        == MEGABYTE
    )
    assert (
        body_limit("/cases/complaints/new/", {"COOKIE": "sessionid=x"})
        == 20 * MEGABYTE + FIELDS_BESIDE_A_FILE
    )
    assert (
        body_limit("/api/v1/complaints/", {"AUTHORIZATION": "Bearer x"})
        == 20 * MEGABYTE + FIELDS_BESIDE_A_FILE
    )
    assert body_limit("/\xe4\xbd\xa0", {"COOKIE": "sessionid=x"}) == 2 * MEGABYTE


def large(size: int) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("x.pdf", bytes(size))}


def test_what_somebody_unknown_sends_is_refused_in_words_and_never_parsed(
    client, db, monkeypatch
):
    monkeypatch.setattr(
        "django.http.request.HttpRequest.parse_file_upload",
        lambda *_given: pytest.fail("parsed"),
    )
    client.cookies["sessionid"] = "made-up"
    answer = client.post("/accounts/login/", large(MEGABYTE + 1))
    assert answer.status_code == 413
    assert "超过 1 MB，请先登录" in answer.content.decode()


def test_a_form_of_somebody_signed_in_may_be_larger_but_not_without_end(
    client, officer
):
    client.force_login(officer)
    assert client.post("/language/", large(MEGABYTE + 1)).status_code == 302
    answer = client.post("/language/", large(2 * MEGABYTE))
    assert answer.status_code == 413
    assert "2 MB" in answer.content.decode()


def test_a_program_is_told_in_a_problem_document(db):
    answer = Client().post(
        "/api/v1/notices/N2026-000001/replies/",
        bytes(8 * MEGABYTE + 1),
        content_type="application/json",
        headers={"Authorization": "Bearer x"},
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        413,
        "application/problem+json",
    )
    assert answer.json()["code"] == "too-large"
    assert "8 MB" in answer.json()["detail"]


def test_what_the_web_server_did_not_read_is_refused_by_the_limit_of_its_address(
    client, officer
):
    client.force_login(officer)
    answer = client.post("/cases/complaints/new/", **{BODY_REFUSED: True})
    assert answer.status_code == 413
    assert "20 MB" in answer.content.decode()


def test_every_kind_has_its_words():
    assert set(request_bodies.WORDS) == {
        request_bodies.ANONYMOUS,
        "body.form",
        "body.api",
        "body.sheet",
        "body.paper",
    }
    assert most_bytes("body.paper") > 50 * MEGABYTE
