"""Django's admin site, for what administrators maintain as data: holidays, clocks, grounds, reasons, templates."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from corps.access.decorators import sign_in_first


class CorpsAdminSite(AdminSite):
    """Only the system's own tables, only for administrators, and in and out through the system's own pages."""

    site_header = site_title = index_title = _("Reference data")
    site_url = "/"

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        models: list[Any] = (
            [model_or_iterable]
            if isinstance(model_or_iterable, type)
            else list(model_or_iterable)
        )
        if ours := [
            model for model in models if model._meta.app_label in settings.LOCAL_APPS
        ]:
            super().register(ours, *args, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """For everybody but administrators there is nothing here."""
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            if not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return guarded

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_login")

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return redirect("account_logout")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return redirect("account_change_password")
