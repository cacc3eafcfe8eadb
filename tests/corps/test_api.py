"""The API's ground: who calls, and how an error is told."""

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404
from django.urls import include, path
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from corps.api.base import MayDoVerb
from corps.errors import TransitionRefused
from corps.models import ApiKey, Unit
from corps.views import site
from corps.workflow import make_key
from tests.corps.conftest import NOW

FAULTS = {
    "refused": lambda: TransitionRefused(
        "not-open", "This is not open.", by="Officer", at=NOW
    ),
    "missing": Http404,
    "forbidden": lambda: PermissionDenied("Not yours."),
    "too-big": RequestDataTooBig,
    "invalid": lambda: ValidationError({"name": ["Too short."]}),
    "defect": ZeroDivisionError,
}


class Body(serializers.Serializer):
    name = serializers.CharField(max_length=3)
    items = serializers.ListField(child=serializers.IntegerField())


class Probe(APIView):
    def get(self, request, fault):
        raise FAULTS[fault]()

    def post(self, request, fault):
        body = Body(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(body.validated_data)


class UnitSerializer(serializers.ModelSerializer):
    class Meta:
        model = Unit
        fields = ["id", "name"]


class Units(ListAPIView):
    permission_classes = [MayDoVerb]
    verb = "notices.compose"
    serializer_class = UnitSerializer
    queryset = Unit.objects.all()


urlpatterns = [
    path("api/v1/probe/<slug:fault>/", Probe.as_view()),
    path("api/v1/units/", Units.as_view()),
    path("", include(settings.ROOT_URLCONF)),
]
handler404 = site.page_not_found
handler500 = site.server_error

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def api(officer) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(
        HTTP_AUTHORIZATION=f"Bearer {make_key(user=officer, actor=officer, at=NOW)}"
    )
    return client


def problem_of(answer, status: int) -> dict:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["type"]) == (status, "about:blank")
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer unknown"}, {"Authorization": "Bearer"}]
)
def test_the_anonymous_and_unknown_keys_get_401_and_never_a_redirect(
    db, client, headers
):
    answer = client.get("/api/v1/units/", headers=headers)
    problem_of(answer, 401)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_key_lets_in_and_notes_its_day_once(api, django_assert_num_queries):
    assert api.get("/api/v1/units/").status_code == 200
    assert ApiKey.objects.get().last_used_on is not None
    with django_assert_num_queries(2):
        api.get("/api/v1/units/")


def test_a_revoked_key_is_unknown(api):
    ApiKey.objects.update(revoked_at=NOW)
    problem_of(api.get("/api/v1/units/"), 401)


def test_the_browsers_session_reads_and_writes_with_csrf_alone(officer):
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(officer)
    assert browser.get("/api/v1/units/").status_code == 200
    problem_of(browser.post("/api/v1/probe/refused/", {}, format="json"), 403)
    browser.get("/accounts/password/change/")
    token = browser.cookies["csrftoken"].value
    sent = browser.post(
        "/api/v1/probe/x/",
        {"name": "a", "items": []},
        format="json",
        headers={"X-CSRFToken": token},
    )
    assert sent.status_code == 200


def test_a_role_without_business_there_finds_nothing(client, auditor):
    client.force_login(auditor)
    problem_of(client.get("/api/v1/units/"), 404)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("refused", 409, "not-open"),
        ("missing", 404, "not-found"),
        ("forbidden", 403, "permission-denied"),
        ("too-big", 413, "too-large"),
        ("invalid", 400, "invalid"),
        ("defect", 500, "error"),
    ],
)
def test_every_error_is_a_problem_document(api, fault, status, code):
    body = problem_of(api.get(f"/api/v1/probe/{fault}/"), status)
    assert body["code"] == code


def test_a_refusal_tells_its_code_sentence_and_details(api):
    body = problem_of(api.get("/api/v1/probe/refused/"), 409)
    assert body["detail"].startswith("This is not open.")
    assert "Officer" in body["detail"].removeprefix(
        "This is not open."
    )  # who was first
    assert body["details"]["by"] == "Officer"


def test_field_errors_name_their_place(api):
    body = problem_of(
        api.post(
            "/api/v1/probe/x/", {"name": "too long", "items": [1, "b"]}, format="json"
        ),
        400,
    )
    places = {error["field"]: error["code"] for error in body["errors"]}
    assert places == {"name": "max_length", "items.1": "invalid"}


def test_what_fails_before_any_view_is_a_problem_too(api, client, db):
    problem_of(api.get("/api/v1/nothing-here/"), 404)
    problem_of(client.get("/api/nothing"), 404)
    problem_of(api.delete("/api/v1/units/"), 405)
    problem_of(api.post("/api/v1/probe/x/", b"{", content_type="application/json"), 400)
    problem_of(api.post("/api/v1/probe/x/", b"x", content_type="text/csv"), 415)


def test_a_page_holds_next_previous_and_results_by_cursor(api):
    Unit.objects.bulk_create(Unit(name=f"unit {n}") for n in range(4))
    body = api.get("/api/v1/units/", {"page_size": 2}).json()
    assert set(body) == {"next", "previous", "results"}
    seen = [unit["id"] for unit in body["results"]]
    while body["next"]:
        body = api.get(body["next"]).json()
        seen += [unit["id"] for unit in body["results"]]
    assert seen == sorted(Unit.objects.values_list("pk", flat=True), reverse=True)


def test_the_schema_is_openapi_3(api):
    answer = api.get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert answer.json()["openapi"].startswith("3.")
