"""What the log says of requests that are refused."""

import logging

import pytest

from corps.logs import RefusedRequests


def record(level, status=None):
    made = logging.LogRecord("django.request", level, "", 1, "said", (), (None,) * 3)
    if status is not None:
        made.status_code = status
    return made


@pytest.mark.parametrize("status", [400, 403, 404, 499])
def test_a_refused_request_is_one_line_and_no_louder_than_a_warning(status):
    refused = record(logging.ERROR, status)
    assert RefusedRequests().filter(refused)
    assert (refused.levelname, refused.exc_info) == ("WARNING", None)


def test_a_refused_request_is_told_no_louder_than_it_was():
    quiet = record(logging.DEBUG, 404)
    RefusedRequests().filter(quiet)
    assert quiet.levelno == logging.DEBUG


@pytest.mark.parametrize("status", [500, 503, 200, None])
def test_a_fault_of_the_program_keeps_its_level_and_its_traceback(status):
    fault = record(logging.ERROR, status)
    assert RefusedRequests().filter(fault)
    assert (fault.levelname, fault.exc_info) == ("ERROR", (None,) * 3)
