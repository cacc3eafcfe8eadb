"""Pages of the stores app: platforms with their liaisons, and the register of stores."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import reads
from corps.access.permissions import may
from corps.deadlines.clock import today
from corps.errors import TransitionRefused
from corps.forms import posted
from corps.ui.list_export import exported
from corps.ui.lists import capped_count, page_of
from corps.ui.refusals import refusals_go_to, send_back
from stores import workflow
from stores.extensions import Waiting
from stores.forms import LiaisonForm, PlatformChangeForm, PlatformForm
from stores.models import Liaison, Platform, Store
from stores.status_providers import (
    known_statuses,
    open_at,
    reads_addresses_of,
    touched_version,
    waiting_at,
)
from stores.store_pages import official_check, portrait_of
from stores.tables import StoreList


@open_to("stores.view_platforms")
@require_GET
def list_platforms(request: SignedIn) -> HttpResponse:
    """The platforms, retired ones too, with their liaisons; where nobody can be written to, what waits there."""
    platforms = list(
        Platform.objects.visible_to(request.user).prefetch_related("liaisons__user")
    )
    cut_off = set(Platform.objects.without_recipient().values_list("pk", flat=True))
    waiting = waiting_at([*cut_off], request.user) if cut_off else {}
    context = {
        "rows": [
            (platform, platform.pk in cut_off, waiting.get(platform.pk))
            for platform in platforms
        ],
        "may_register": may(request.user, "stores.register_platform"),
    }
    return render(request, "stores/platforms.html", context)


@open_to("stores.register_platform")
def new_platform(request: SignedIn) -> HttpResponse:
    """Register a platform; addresses of its sites are no longer held from then on. Its page says what comes next."""
    form = PlatformForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            platform = workflow.register_platform(
                actor=request.user, **form.cleaned_data
            )
            messages.success(request, _("%(name)s is registered.") % {"name": platform})
            return redirect("stores:platform", platform.slug)
    return render(
        request, "stores/form.html", {"form": form, "title": _("Register a platform")}
    )


@open_to("stores.view_platforms")
@require_GET
def show_platform(request: SignedIn, slug: str) -> HttpResponse:
    """A platform: who answers for it, whether addresses of its sites are read, and what is still open there."""
    platform = get_object_or_404(Platform.objects.visible_to(request.user), slug=slug)
    liaisons = platform.liaisons.select_related("user").order_by(
        "-is_active", "-duty", "pk"
    )
    context = {
        "platform": platform,
        "liaisons": liaisons,
        "reads_addresses": reads_addresses_of(slug),
        "is_cut_off": Platform.objects.without_recipient()
        .filter(pk=platform.pk)
        .exists(),
        "waiting": waiting_at([platform.pk], request.user).get(platform.pk),
        "may_register": may(request.user, "stores.register_platform"),
    }
    return render(request, "stores/platform.html", context)


@open_to("stores.register_platform")
@require_http_methods(["GET", "POST"])
def change_platform(request: SignedIn, slug: str) -> HttpResponse:
    """Correct what is known of a platform and its legal person."""
    platform = get_object_or_404(Platform.objects.visible_to(request.user), slug=slug)
    initial = {name: getattr(platform, name) for name in PlatformChangeForm.Meta.fields}
    form = PlatformChangeForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.change_platform(
                platform=platform, actor=request.user, **form.cleaned_data
            )
            messages.success(request, _("The platform was corrected."))
            return redirect("stores:platform", slug)
    title = _("Correct %(platform)s") % {"platform": platform.label}
    return render(request, "stores/form.html", {"form": form, "title": title})


@open_to("stores.register_platform")
@require_http_methods(["GET", "POST"])
def retire_platform(request: SignedIn, slug: str) -> HttpResponse:
    """Let a platform take no new notices; first the page counts what is open there."""
    platform = get_object_or_404(Platform.objects.visible_to(request.user), slug=slug)
    if request.method == "POST":
        try:
            touches = request.POST.get("touches", "")[:64]
            workflow.retire_platform(
                platform=platform, actor=request.user, touches=touches
            )
            messages.success(
                request,
                _("%(name)s takes no new notices any more.") % {"name": platform},
            )
        except TransitionRefused as refused:
            return send_back(request, refused, "stores:platform", slug)
        return redirect("stores:platform", slug)
    touched = open_at(platform)
    context = {
        "platform": platform,
        "touched": touched,
        "version": touched_version(touched),
    }
    return render(request, "stores/retire.html", context)


@open_to("stores.register_platform")
@require_POST
def resume_platform(request: SignedIn, slug: str) -> HttpResponse:
    """Let a retired platform take part again."""
    platform = get_object_or_404(Platform.objects.visible_to(request.user), slug=slug)
    try:
        workflow.resume_platform(platform=platform, actor=request.user)
        messages.success(request, _("%(name)s takes part again.") % {"name": platform})
    except TransitionRefused as refused:
        return send_back(request, refused, "stores:platform", slug)
    return redirect("stores:platform", slug)


@open_to("stores.appoint_liaison")
def new_liaison(request: SignedIn, slug: str) -> HttpResponse:
    """Appoint a liaison; the page of the platform then leads on to the account."""
    platform = get_object_or_404(Platform.objects.visible_to(request.user), slug=slug)
    form = LiaisonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            liaison = workflow.appoint_liaison(
                platform=platform, actor=request.user, **form.cleaned_data
            )
            said = _(
                "%(name)s is a liaison. Without an account they get letters by mail, and an officer records answers."
            )
            messages.success(request, said % {"name": liaison.name})
            return redirect("stores:platform", slug)
    title = _("Appoint a liaison of %(platform)s") % {"platform": platform.label}
    return render(request, "stores/form.html", {"form": form, "title": title})


@open_to("stores.appoint_liaison")
def change_liaison(request: SignedIn, pk: int) -> HttpResponse:
    """Change how a liaison is reached, or their duty."""
    liaison = get_object_or_404(
        Liaison.objects.visible_to(request.user).select_related("platform"), pk=pk
    )
    form = LiaisonForm(
        posted(request),
        initial={name: getattr(liaison, name) for name in LiaisonForm.Meta.fields},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_go_to(form):
            workflow.change_liaison(
                liaison=liaison, actor=request.user, **form.cleaned_data
            )
            return redirect("stores:platform", liaison.platform.slug)
    return render(
        request,
        "stores/form.html",
        {"form": form, "title": f"{liaison.platform.label} {liaison.name}"},
    )


@open_to("stores.appoint_liaison")
@require_http_methods(["GET", "POST"])
def dismiss_liaison(request: SignedIn, pk: int) -> HttpResponse:
    """Dismiss a liaison who left; first the page says what the platform is left with."""
    liaison = get_object_or_404(
        Liaison.objects.visible_to(request.user).select_related("platform"), pk=pk
    )
    if request.method == "POST":
        try:
            workflow.dismiss_liaison(liaison=liaison, actor=request.user)
            messages.success(
                request, _("%(name)s is no liaison any more.") % {"name": liaison.name}
            )
        except TransitionRefused as refused:
            return send_back(request, refused, "stores:platforms")
        return redirect("stores:platforms")
    others = liaison.platform.liaisons.filter(is_active=True).exclude(pk=pk)
    context = {
        "liaison": liaison,
        "others": others.count(),
        "without_primary": not others.filter(duty=Liaison.Duty.PRIMARY).exists(),
        "waiting": waiting_at([liaison.platform_id], request.user).get(
            liaison.platform_id, Waiting(0, 0)
        ),
    }
    return render(request, "stores/dismiss.html", context)


@open_to("stores.view_stores")
@StoreList.reads()
@require_GET
def list_stores(request: SignedIn) -> HttpResponse:
    """Stores, newest first; by platform, and by id or part of the name."""
    return render(request, "stores/list.html", StoreList(request).context())


export_stores = open_to("stores.view_stores")(exported(StoreList))


@open_to("stores.view_stores")
@reads(paged=True)
@require_GET
def show_store(request: SignedIn, pk: int) -> HttpResponse:
    """A store, what became of it, and the listings known to be in it with what became of each."""
    store = get_object_or_404(
        Store.objects.visible_to(request.user).select_related("platform"), pk=pk
    )
    listings = store.listings.all() | store.claimed_listings.filter(store=None)
    page = page_of(
        listings, request.GET, order=("-id",), total=lambda: capped_count(listings)
    )
    shown = [listing.pk for listing in page]
    known = known_statuses("listing", shown)
    portrait = portrait_of(store, request.user, shown)
    account, compared = official_check(store)
    context = {
        "store": store,
        "standing": known_statuses("store", [pk], request.user).get(pk),
        "page": page,
        "rows": [
            (
                listing,
                known.get(listing.pk),
                listing.store_id is None,
                portrait.listings.get(listing.pk),
            )
            for listing in page
        ],
        "portrait": portrait,
        "account": account,
        "compared": compared,
        "today": today(),
    }
    return render(request, "stores/store.html", context)
