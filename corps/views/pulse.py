"""What the frame of an open page asks every 20 seconds: the counts that it shows."""

import hashlib
import json

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from corps.accounts.session_store import extends_no_session
from corps.ui import navigation

JSON = "application/json"
MOST_BYTES = 200


@extends_no_session
@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """The bell's count and those of the sidebar's lines, in their order: {"bell": 3, "lines": [12, 0, 7]}.

    At most 200 bytes, with an ETag. 401 once the session has ended, not a redirect: nobody reads a page here. Nothing
    is written, the session grows no older, and the request is not logged (`corps.middleware.RequestLogMiddleware`).
    """
    if not request.user.is_authenticated:
        return HttpResponse(json.dumps({"ended": True}), status=401, content_type=JSON)
    counts = [
        line.count
        for _head, lines in navigation.lines_for(request)
        for line in lines
        if line.count is not None
    ]
    bell = navigation.bell_for(request.user)
    body = json.dumps({"bell": bell[1], "lines": counts}, separators=(",", ":"))
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
    response = HttpResponse(body, content_type=JSON, headers={"ETag": etag})
    return get_conditional_response(request, etag=etag, response=response) or response
