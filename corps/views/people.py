"""Administrators' pages for accounts and their API keys."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps import workflow
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import number, reads
from corps.accounts.role_profiles import initial_of, part_of, required_of
from corps.accounts.second_factor import has_factor
from corps.errors import TransitionRefused
from corps.forms import UserForm, posted
from corps.models import ApiKey, FailedAttempts, User
from corps.tables import UserList
from corps.ui.list_export import exported
from corps.ui.refusals import refusals_go_to, send_back


@open_to("corps.manage_accounts")
@UserList.reads()
@require_GET
def list_users(request: SignedIn) -> HttpResponse:
    """Every account, by sign-in name; `q`, `role`, `unit` and `closed` filter."""
    context = UserList(request).context() | {"roles": User.Role.choices}
    return render(request, "corps/users_list.html", context)


export_users = open_to("corps.manage_accounts")(exported(UserList))


@open_to("corps.manage_accounts")
@reads(number("liaison"), "platform", "firm")
@require_http_methods(["GET", "POST"])
def create_user(request: SignedIn, role: str) -> HttpResponse:
    """Make an account of one role; its first password is shown once."""
    if role not in User.Role.values:
        raise Http404
    own: dict[str, Any] = {}
    further: dict[str, Any] = {}
    if needed := part_of(role):
        own, further = needed.offered(request.GET.dict())
    form = UserForm(
        posted(request),
        role=role,
        exists=False,
        required=required_of(role),
        initial=own,
    )
    part = _part_form(request, role, further)
    if _is_ready(request, form, part):
        with refusals_go_to(form), transaction.atomic():
            at = timezone.now()
            user = workflow.create_user(
                actor=request.user, role=role, at=at, **form.cleaned_data
            )
            _save_part(request, user, part, at)
            password = workflow.reset_password(user=user, actor=request.user, at=at)
        if form.is_valid():
            return _shown_once(request, user, password=password, is_new=True)
    context = {"form": form, "part": part, "role": User.Role(role)}
    return render(request, "corps/users_form.html", context)


@open_to("corps.manage_accounts")
@require_http_methods(["GET", "POST"])
def show_user(request: SignedIn, username: str) -> HttpResponse:
    """An account with its keys; POST changes it."""
    user = _account(request, username)
    form = UserForm(
        posted(request),
        role=user.role,
        exists=True,
        required=required_of(user.role),
        initial=_account_fields(user),
    )
    part = _part_form(request, user.role, initial_of(user))
    if _is_ready(request, form, part):
        with refusals_go_to(form), transaction.atomic():
            at = timezone.now()
            workflow.change_user(
                user=user, actor=request.user, at=at, **form.cleaned_data
            )
            _save_part(request, user, part, at)
        if form.is_valid():
            messages.success(request, _("The account was changed."))
            return redirect("user", user.username)
    keys = ApiKey.objects.filter(user=user, revoked_at=None).order_by("pk")
    context = {
        "account": user,
        "form": form,
        "part": part,
        "keys": keys,
        "has_factor": has_factor(user),
        "attempts": FailedAttempts.objects.on(user, timezone.now()),
    }
    return render(request, "corps/users_show.html", context)


@open_to("corps.manage_accounts")
@require_POST
def close_user(request: SignedIn, username: str) -> HttpResponse:
    return _do(request, username, workflow.deactivate_user, _("The account is closed."))


@open_to("corps.manage_accounts")
@require_POST
def reopen_user(request: SignedIn, username: str) -> HttpResponse:
    return _do(
        request, username, workflow.reactivate_user, _("The account is open again.")
    )


@open_to("corps.manage_accounts")
@require_POST
def reset_password(request: SignedIn, username: str) -> HttpResponse:
    """Make up a new password and show it once."""
    user = _account(request, username)
    password = workflow.reset_password(user=user, actor=request.user, at=timezone.now())
    return _shown_once(request, user, password=password)


@open_to("corps.manage_accounts")
@require_POST
def unlock_user(request: SignedIn, username: str) -> HttpResponse:
    return _do(
        request, username, workflow.unlock_account, _("The account is unlocked.")
    )


@open_to("corps.manage_accounts")
@require_POST
def reset_second_factor(request: SignedIn, username: str) -> HttpResponse:
    return _do(
        request,
        username,
        workflow.reset_second_factor,
        _("The second factor was taken away."),
    )


@open_to("corps.manage_accounts")
@require_POST
def make_key(request: SignedIn, username: str) -> HttpResponse:
    """Make an API key and show it once."""
    user = _account(request, username)
    return _shown_once(
        request,
        user,
        key=workflow.make_key(user=user, actor=request.user, at=timezone.now()),
    )


@open_to("corps.manage_accounts")
@require_POST
def revoke_key(request: SignedIn, username: str, pk: int) -> HttpResponse:
    key = get_object_or_404(ApiKey, user=_account(request, username), pk=pk)
    workflow.revoke_key(key=key, actor=request.user, at=timezone.now())
    messages.success(request, _("The key was revoked."))
    return redirect("user", username)


def _account(request: SignedIn, username: str) -> User:
    return get_object_or_404(
        User.objects.visible_to(request.user).select_related("unit"), username=username
    )


def _account_fields(user: User) -> dict[str, Any]:
    """What the form of an account starts with."""
    return {
        "name": user.name,
        "role": user.role,
        "unit": user.unit_id,
        "duties": user.duties,
        "email": user.email,
        "phone": user.phone,
    }


def _is_ready(request: SignedIn, form: UserForm, part: forms.Form | None) -> bool:
    """Whether the account's form was sent, and it and the form of the role's part hold nothing wrong."""
    return (
        request.method == "POST"
        and form.is_valid()
        and (part is None or part.is_valid())
    )


def _save_part(
    request: SignedIn, user: User, part: forms.Form | None, at: datetime
) -> None:
    """Keep what the role needs beside the account's own fields, if it needs something. part: a valid form."""
    needed = part_of(user.role)
    if part and needed:
        needed.save(user, part.cleaned_data, actor=request.user, at=at)


def _part_form(
    request: SignedIn, role: str, initial: dict[str, Any]
) -> forms.Form | None:
    """The form of what the role needs beside the account's own fields, if an app has registered something."""
    if not (needed := part_of(role)):
        return None
    return needed.form(posted(request), prefix="part", initial=initial)


def _do(request: SignedIn, username: str, verb: Any, done: str) -> HttpResponse:
    user = _account(request, username)
    try:
        verb(user=user, actor=request.user, at=timezone.now())
        messages.success(request, done)
    except TransitionRefused as refused:
        return send_back(request, refused, "user", user.username)
    return redirect("user", user.username)


@never_cache
def _shown_once(
    request: SignedIn,
    user: User,
    *,
    password: str = "",
    key: str = "",
    is_new: bool = False,
) -> HttpResponse:
    """The page of a secret. is_new: whether the account is new, and so has no sessions or keys that ended."""
    context = {"account": user, "password": password, "key": key, "is_new": is_new}
    return render(request, "corps/users_secret.html", context)
