"""Django's admin site, for what administrators maintain as data: holidays, clocks, grounds, reasons, templates."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse

from corps.doors import sign_in_first


class HouseAdmin(AdminSite):
    """Only the house's own tables, only administrators, and only through the house's own sign-in page."""

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label in settings.ROOMS]
        if ours:
            super().register(ours, *args, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        raise Http404
