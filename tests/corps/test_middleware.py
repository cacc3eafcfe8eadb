"""What every request passes."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from corps import middleware
from corps.access.decorators import DRAFTS_DONE
from corps.audit.origin import current
from corps.models import User

ask = RequestFactory()
PERSON = User(pk=7, username="li", role=User.Role.OFFICER)


def answered(made, request, response=None):
    """What comes back of a request through one middleware."""
    return made(lambda _request: response or HttpResponse("x"))(request)


@pytest.mark.parametrize(
    ("chosen", "language"), [("en", "en"), ("zh-hans", "zh-hans"), ("fr", "zh-hans"), (None, "zh-hans")]
)  # fmt: skip
def test_the_language_is_chinese_unless_the_person_chose_english(chosen, language):
    request = ask.get("/", headers={"Accept-Language": "en-GB"})
    if chosen:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = chosen
    used = []

    def page(_request):
        used.append(translation.get_language())
        return HttpResponse()

    response = middleware.PersonLocaleMiddleware(page)(request)
    assert used == [language]
    assert response["Content-Language"] == language
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize(
    ("path", "channel"), [("/api/cases/", "api"), ("/cases/", "page")]
)
def test_an_act_is_told_with_its_channel_and_only_while_it_goes_on(path, channel):
    origins = []
    act = middleware.ActMiddleware(lambda _request: origins.append(current()))
    act(ask.get(path, REMOTE_ADDR="203.0.113.9"))
    assert (origins[0].channel, origins[0].address) == (channel, "203.0.113.9")
    assert current().channel == "command"


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ({}, "no-store"),
        ({"ETag": '"1"'}, "private, no-cache"),
        ({"Cache-Control": "public, max-age=60"}, "public, max-age=60"),
        ({"Cache-Control": "max-age=60"}, "no-store"),
    ],
)
def test_nothing_stays_in_a_browser_unless_its_view_says_so(stated, kept):
    response = answered(
        middleware.PrivateCacheMiddleware, ask.get("/"), HttpResponse(headers=stated)
    )
    assert response["Cache-Control"] == kept


def test_whoever_tried_too_often_is_told_how_long_to_wait():
    request = ask.post("/")
    request.retry_after = 40
    response = answered(middleware.RetryAfterMiddleware, request)
    assert (response.status_code, response["Retry-After"]) == (429, "40")
    assert answered(middleware.RetryAfterMiddleware, ask.post("/")).status_code == 200


def drafts(response, **more):
    """The texts that a browser is told to forget after a form was sent."""
    request = ask.post("/", {"draft": "case:1"})
    request.user, request.session = PERSON, {DRAFTS_DONE: ["old"]}
    for name, value in more.items():
        setattr(request, name, value)
    answered(middleware.DraftMiddleware, request, response)
    return request.session[DRAFTS_DONE]


def test_a_kept_text_is_forgotten_once_its_form_leads_on():
    assert drafts(HttpResponse(status=302)) == ["old", "case:1"]


def test_a_kept_text_stays_while_its_form_is_shown_again_or_nobody_is_signed_in():
    assert drafts(HttpResponse()) == ["old"]
    assert drafts(HttpResponse(status=302), password_owed=True) == ["old"]
    assert drafts(HttpResponse(status=302), user=AnonymousUser()) == ["old"]


def test_only_the_last_kept_texts_are_told():
    many = [str(number) for number in range(middleware.MOST_DRAFTS)]
    told = drafts(HttpResponse(status=302), session={DRAFTS_DONE: many})
    assert told == [*many[1:], "case:1"]


@pytest.mark.parametrize(("method", "times"), [("post", 2), ("get", 0)])
def test_counts_are_forgotten_before_and_after_what_a_person_sends(
    monkeypatch, method, times
):
    forgotten = []
    monkeypatch.setattr(middleware, "forget_counts", forgotten.append)
    request = getattr(ask, method)("/")
    request.user = PERSON
    answered(middleware.FreshCountsMiddleware, request)
    assert forgotten == [PERSON] * times


@pytest.mark.parametrize(
    ("proxies", "passed", "address"),
    [
        (0, "198.51.100.1", "203.0.113.9"),
        (1, "198.51.100.1, 198.51.100.2", "198.51.100.2"),
        (2, "6.6.6.6, 198.51.100.1, 198.51.100.2", "198.51.100.1"),
        (2, "198.51.100.2", "203.0.113.9"),
        (1, "", "203.0.113.9"),
        (1, "nonsense", ""),
        (1, " , 2001:DB8::1 ,", "2001:db8::1"),
    ],
)
def test_only_what_ones_own_proxies_wrote_tells_the_callers_address(
    settings, proxies, passed, address
):
    settings.TRUSTED_PROXIES = proxies
    request = ask.get("/", REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR=passed)
    assert middleware.client_address(request) == address


@pytest.mark.parametrize("address", ["/%00", "/?q=a%00b"])
def test_an_address_with_a_null_character_is_answered_before_any_view(
    monkeypatch, address
):
    monkeypatch.setattr(
        middleware, "bad_request", lambda _request, _wrong: HttpResponse(status=400)
    )
    guarded = middleware.NoNullMiddleware(lambda _request: HttpResponse())
    assert guarded(ask.get(address)).status_code == 400
    assert guarded(ask.get("/?q=00")).status_code == 200
