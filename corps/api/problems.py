"""Problem documents (RFC 9457): how the API tells an error, before DRF sees a request and after."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse

PROBLEM_TYPE = "application/problem+json"


def is_api(request: HttpRequest) -> bool:
    """Whether the request is a program's, which gets problem documents and no pages."""
    return request.path_info.startswith("/api/")


def problem_page(
    request: HttpRequest, status: int, detail: str, code: str
) -> JsonResponse:
    """A problem document for what fails before DRF sees it, such as an address unknown to the URL configuration."""
    return JsonResponse(
        document(status, detail, code), status=status, content_type=PROBLEM_TYPE
    )


def document(status: int, detail: str, code: str, **more: Any) -> dict[str, Any]:
    status = HTTPStatus(status)
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "code": code,
        **{name: value for name, value in more.items() if value},
    }
