"""Pages about how addresses are read: the rules, a box to try some, the forms added to them, and unknown hosts."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import SEARCH, Parameter, reads
from corps.access.permissions import may
from corps.errors import TransitionRefused
from corps.forms import chosen_act, posted
from corps.models import User
from corps.ui.formats import thousands
from corps.ui.lists import conditions
from corps.ui.refusals import refusals_go_to, send_back
from listings import workflow
from listings.address_forms import (
    KINDS,
    FormRow,
    check,
    explained,
    labels_of,
    rows_of,
    site_choices,
    tried_with,
)
from listings.forms import AddressFormForm
from listings.models import AddressForm
from listings.unknown_hosts import months, ranked

MOST_LINES = 200
LONGEST_LINE = 4_000
ORIGINS = ("added", "shipped", "retired")
MONTH = r"20[0-9]{2}-(?:0[1-9]|1[0-2])"


def site_slugs(user: User) -> list[str]:
    """The sites that the list of forms may be narrowed to."""
    return [site for site, _label in site_choices()]


@open_to("listings.view_address_rules")
@reads(
    Parameter("site", site_slugs),
    Parameter("kind", tuple(KINDS)),
    Parameter("origin", ORIGINS),
    SEARCH,
)
@require_GET
def list_forms(request: SignedIn) -> HttpResponse:
    """Every form of addresses that is read, the added ones first, and a box to try addresses in."""
    return render(request, "listings/addresses.html", _listed(request))


@open_to("listings.view_address_rules")
@require_POST
@vary_on_headers("HX-Request")
def try_addresses(request: SignedIn) -> HttpResponse:
    """What a column of addresses is read as, and by which rules; nothing is changed. Asked by HTMX, that alone."""
    tried = request.POST.get("lines", "")
    lines, left = _lines(request.POST)
    context = {
        "readings": [explained(line) for line in lines],
        "tried": tried,
        "is_tried": True,
        "left": left,
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "listings/_readings.html", context)
    return render(request, "listings/addresses.html", _listed(request) | context)


@open_to("listings.change_address_forms")
@reads("host", "example")
@require_http_methods(["GET", "POST"])
def new_form(request: SignedIn) -> HttpResponse:
    """Try a form of addresses, and add it; a link from an unknown host fills in what is known."""
    initial = {
        name: request.GET[name][:LONGEST_LINE]
        for name in ("host", "example")
        if name in request.GET
    }
    form = AddressFormForm(posted(request), initial=initial)
    context: dict[str, Any] = {"form": form, "tried": request.POST.get("lines", "")}
    if request.method == "POST" and form.is_valid():
        if chosen_act(request, "try", "add", default="try") == "add":
            with refusals_go_to(form):
                added = workflow.add_address_form(
                    actor=request.user, at=timezone.now(), **form.cleaned_data
                )
                messages.success(
                    request, _("Addresses of this form are read from now on.")
                )
                return redirect("listings:address_form", added.pk)
        else:
            lines, left = _lines(request.POST)
            context |= _tried(form, [form.cleaned_data["example"], *lines]) | {
                "left": left
            }
    return render(request, "listings/address_form_new.html", context)


def _tried(form: AddressFormForm, lines: list[str]) -> dict[str, Any]:
    """What each line is read as now and with the form, and what would be refused if it were added."""
    candidate = AddressForm(**form.cleaned_data)
    with refusals_go_to(form):
        check(candidate)
    return {"compared": tried_with(candidate, lines)} if form.is_valid() else {}


@open_to("listings.view_address_rules")
@require_GET
def show_form(request: SignedIn, pk: int) -> HttpResponse:
    """One form that was added, with how its example is read now."""
    form = get_object_or_404(
        AddressForm.objects.visible_to(request.user).select_related("added_by"), pk=pk
    )
    context = {
        "form": form,
        "reading": explained(form.example),
        "may_change": _may_change(request),
    }
    return render(request, "listings/address_form.html", context)


@open_to("listings.change_address_forms")
@require_POST
def retire_form(request: SignedIn, pk: int) -> HttpResponse:
    """Read addresses by a form no longer."""
    form = get_object_or_404(AddressForm.objects.visible_to(request.user), pk=pk)
    try:
        workflow.retire_address_form(form=form, actor=request.user, at=timezone.now())
        messages.success(request, _("The form is retired."))
    except TransitionRefused as refused:
        return send_back(request, refused, "listings:address_form", pk)
    return redirect("listings:address_form", pk)


@open_to("listings.view_address_rules")
@reads(Parameter("month", pattern=MONTH), Parameter("marked", ("1",)), SEARCH)
@require_GET
def list_hosts(request: SignedIn) -> HttpResponse:
    """Hosts that no rule knows, by month, those named most first; with `marked`, those that are no platform's."""
    marked = request.GET.get("marked") == "1"
    chosen = None
    if month := request.GET.get("month"):
        chosen = date.fromisoformat(f"{month}-01")
    rows, total = ranked(
        request.user,
        month=chosen,
        marked=marked,
        text=request.GET.get("q", "").strip()[:253],
    )
    chips = conditions(
        request.GET,
        [
            ("month", _("Month"), str),
            ("q", _("Host"), str),
            ("marked", _("Hosts"), {"1": _("no platform's")}.get),
        ],
    )
    context = {
        "rows": rows,
        "total": total,
        "months": months(request.user),
        "marked": marked,
        "conditions": chips,
        "may_change": _may_change(request),
    }
    return render(request, "listings/unknown_hosts.html", context)


@open_to("listings.change_address_forms")
@require_POST
def mark_host(request: SignedIn) -> HttpResponse:
    """State that a host is no platform's, or take that back with `undo`."""
    host, at = request.POST.get("host", ""), timezone.now()
    try:
        if request.POST.get("undo"):
            workflow.unmark_host(host=host, actor=request.user, at=at)
        else:
            remark = request.POST.get("remark", "").strip()
            workflow.mark_host(host=host, remark=remark, actor=request.user, at=at)
        messages.success(request, _("Noted for %(host)s.") % {"host": host})
    except TransitionRefused as refused:
        return send_back(request, refused, "listings:unknown_hosts")
    except ValidationError as wrong:
        messages.error(request, " ".join(wrong.messages))
    return redirect("listings:unknown_hosts")


def _listed(request: SignedIn) -> dict[str, Any]:
    """The context of the list of forms, as its address asks for it."""
    asked = request.GET
    forms = AddressForm.objects.visible_to(request.user).select_related("added_by")
    rows = rows_of(forms) + labels_of()
    origins = {"added": _("added"), "shipped": _("shipped"), "retired": _("retired")}
    sites = dict(site_choices())
    shown = [row for row in rows if _matches(row, asked)]
    return {
        "rows": [row for row in shown if row.form or row.kind != "service"],
        "labels": [row for row in shown if not row.form and row.kind == "service"],
        "show_labels": asked.get("kind") == "service" or bool(asked.get("q")),
        "kinds": KINDS,
        "origins": origins,
        "sites": sites,
        "may_change": _may_change(request),
        "conditions": conditions(
            asked,
            [
                ("site", _("Site"), sites.get),
                ("kind", _("Kind"), KINDS.get),
                ("origin", _("Origin"), origins.get),
                ("q", _("Host or path"), str),
            ],
        ),
    }


def _matches(row: FormRow, asked: QueryDict) -> bool:
    """Whether a row is what the address of the page asks for."""
    for name in ("site", "kind"):
        if asked.get(name) and getattr(row, name) != asked[name]:
            return False
    wanted = (asked["origin"],) if asked.get("origin") else ("added", "shipped")
    if row.origin not in wanted:
        return False
    text = asked.get("q", "").strip().lower()
    return not text or text in f"{row.host}{row.path}?{row.parameter}".lower()


def _lines(sent: QueryDict) -> tuple[list[str], str]:
    """The lines that somebody wants tried, as many as are looked at, and what to say of the others; "" without any."""
    lines = [
        line.strip() for line in sent.get("lines", "").splitlines() if line.strip()
    ]
    read = [line for line in lines if len(line) <= LONGEST_LINE][:MOST_LINES]
    left = len(lines) - len(read)
    if not left:
        return read, ""
    said = ngettext(
        "%(count)s line was not looked at: at most %(most)s are, of up to %(longest)s characters each.",
        "%(count)s lines were not looked at: at most %(most)s are, of up to %(longest)s characters each.",
        left,
    )
    numbers = {"count": left, "most": MOST_LINES, "longest": LONGEST_LINE}
    return read, said % {name: thousands(number) for name, number in numbers.items()}


def _may_change(request: SignedIn) -> bool:
    return may(request.user, "listings.change_address_forms")
