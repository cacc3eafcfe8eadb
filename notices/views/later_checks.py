"""Looking again at a verified target: what turns out to be back is a relisting."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Target
from cases.states import Seen
from corps.access.decorators import SignedIn, open_to
from corps.forms import posted
from corps.models import User
from corps.ui.refusals import refusals_go_to
from notices import workflow
from notices.forms import LookForm


@open_to("notices.check")
def check_again(request: SignedIn, pk: int) -> HttpResponse:
    """Record what was seen at a verified target; live is a relisting and takes nothing out of the count.

    Supervisors look where drafter and answerer leave no officer, as they check; others are told why it is not theirs.
    """
    lookable = Target.objects.filter(
        pk__in=workflow.may_check_again([pk], request.user)
    )
    target = get_object_or_404(
        lookable.select_related("platform", "listing", "store"), pk=pk
    )
    form = LookForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            [result] = workflow.check_again(
                targets=[pk], actor=request.user, **form.cleaned_data
            )
            if result.ok:
                messages.success(request, _recorded(form.cleaned_data["seen"]))
                return redirect(_after(request.user, pk))
            form.add_error(None, str(result.message))
    context = {"target": target, "form": form, "back": _after(request.user, pk)}
    return render(request, "notices/check_again.html", context)


def _recorded(seen: str) -> str:
    if seen == Seen.LIVE:
        return _("It is relisted and waits for the next notice.")
    return _("What you saw is recorded.")


def _after(user: User, pk: int) -> str:
    """The target's page, or one's home where the target stays in another unit's case."""
    if Target.objects.visible_to(user).filter(pk=pk).exists():
        return reverse("cases:target", args=[pk])
    return reverse("home")
