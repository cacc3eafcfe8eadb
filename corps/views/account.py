"""One's own account: the browsers in which one is signed in, and signing out."""

from typing import Any

from allauth.account.views import LogoutView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps import workflow
from corps.access.decorators import SignedIn, open_to
from corps.accounts.session_store import live_sessions
from corps.accounts.user_agents import browser_and_system
from corps.errors import TransitionRefused
from corps.forms import OwnPhoneForm, posted
from corps.models import Session
from corps.ui.refusals import refusals_go_to
from corps.workflow.sessions import digest_of


class SignOutView(LogoutView):
    """Signs out, and has the browser forget what its pages kept: the next person may sit at the same computer."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(*args, **kwargs)
        response.headers["Clear-Site-Data"] = '"storage"'
        return response


sign_out = SignOutView.as_view()


@open_to()
@require_GET
def list_sessions(request: SignedIn) -> HttpResponse:
    """Where one is signed in: the present session first, then by last use."""
    present = request.session.session_key
    sessions = live_sessions(request.user).order_by("-last_seen_at")
    lines = [_line(session, present) for session in sessions]
    lines.sort(key=lambda line: not line["is_present"])
    return render(
        request, "account/sessions.html", {"lines": lines, "others": len(lines) - 1}
    )


@open_to("corps.change_own_phone")
@require_http_methods(["GET", "POST"])
def change_phone(request: SignedIn) -> HttpResponse:
    """One's own telephone, which letters give to platforms."""
    form = OwnPhoneForm(posted(request), initial={"phone": request.user.phone})
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.change_own_phone(
                user=request.user, phone=form.cleaned_data["phone"], at=timezone.now()
            )
        if form.is_valid():
            messages.success(request, _("Your telephone is kept."))
            return redirect("home")
    return render(request, "account/telephone.html", {"form": form})


@open_to()
@require_POST
def end_sessions(request: SignedIn) -> HttpResponse:
    """End the session named by `session`, or all but the present one."""
    try:
        ended = workflow.end_own_sessions(
            user=request.user,
            keep=str(request.session.session_key),
            handle=request.POST.get("session", "")[:64],
            at=timezone.now(),
        )
    except TransitionRefused as refused:
        messages.error(request, str(refused.message))
    else:
        said = ngettext(
            "%(count)d session was ended.", "%(count)d sessions were ended.", ended
        )
        messages.success(request, said % {"count": ended})
    return redirect("account_sessions")


def _line(session: Session, present: str | None) -> dict[str, Any]:
    return {
        "handle": digest_of(session.session_key),
        "browser": browser_and_system(session.agent) or _("unknown browser"),
        "address": session.address,
        "created_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "is_present": session.session_key == present,
    }
