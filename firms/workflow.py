"""Registering and correcting firms, their brands and their representatives; administrators do it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.field_changes import put
from corps.audit.recording import record
from corps.database.locking import locked
from corps.deadlines.clock import now, shanghai_date
from corps.errors import TransitionRefused
from corps.models import User
from firms.models import Brand, Firm, Representative


@transaction.atomic
def register_firm(
    *,
    actor: User,
    code: str,
    name: str,
    uscc: str,
    name_en: str = "",
    short_name: str = "",
    licence: str = "",
    brands: Sequence[str] = (),
    at: datetime | None = None,
) -> Firm:
    """Take a firm licensed for direct selling into the registry, with its brands.

    code: capitals and digits, its name in files and the API. short_name: for tables; its first brand if empty, or the
    first four signs of its name. Raises PermissionDenied; ValidationError by field, such as for a code that exists.
    """
    at = accept_at(actor, at, now())
    require(actor, "firms.register_firm")
    names = list(dict.fromkeys(brand.strip() for brand in brands if brand.strip()))
    firm = Firm(
        code=code,
        name=name,
        name_en=name_en,
        short_name=short_name or (names[0] if names else name)[: 20 if names else 4],
        uscc=uscc,
        licence=licence,
    )
    firm.full_clean()
    firm.save()
    Brand.objects.bulk_create(Brand(firm=firm, name=brand) for brand in names)
    record(
        actor,
        "firm.registered",
        firm,
        at=at,
        code=code,
        name=name,
        uscc=uscc,
        brands=names,
    )
    return firm


@transaction.atomic
def change_firm(
    *,
    firm: Firm,
    name: str,
    uscc: str,
    actor: User,
    name_en: str = "",
    short_name: str = "",
    licence: str = "",
    at: datetime | None = None,
) -> Firm:
    """Correct what is known of a firm; its code stays, since files and addresses name it.

    short_name: empty leaves it as it is. Letters that were written keep their words: no letter names the firm.
    Raises PermissionDenied; ValidationError by field.
    """
    at = accept_at(actor, at, now())
    firm = locked(Firm.objects).get(pk=firm.pk)
    require(actor, "firms.register_firm", firm)
    wanted = {
        "name": name,
        "name_en": name_en,
        "short_name": short_name or firm.short_name,
    }
    before, after = put(firm, wanted | {"uscc": uscc, "licence": licence})
    if not after:
        return firm
    firm.full_clean()
    firm.save(update_fields=list(after))
    record(actor, "firm.changed", firm, at=at, before=before, after=after)
    return firm


@transaction.atomic
def add_brand(
    *, firm: Firm, name: str, actor: User, at: datetime | None = None
) -> Brand:
    """Note a brand of a firm; one that was given up is taken up again.

    Raises PermissionDenied; ValidationError, also for a brand that it has already.
    """
    at = accept_at(actor, at, now())
    firm = locked(Firm.objects).get(pk=firm.pk)
    require(actor, "firms.register_firm", firm)
    brand = firm.brands.filter(name=name.strip()).exclude(retired_on=None).first()
    if brand is None:
        brand = Brand(firm=firm, name=name.strip())
        brand.full_clean()
    brand.retired_on = None
    brand.save()
    record(actor, "firm.brand_added", firm, at=at, brand=brand.name)
    return brand


@transaction.atomic
def rename_brand(
    *, brand: Brand, name: str, actor: User, at: datetime | None = None
) -> Brand:
    """Correct the name of a brand. Raises PermissionDenied; ValidationError, also for a brand that the firm has."""
    at = accept_at(actor, at, now())
    brand = _locked(brand)
    require(actor, "firms.register_firm", brand.firm)
    before, after = put(brand, {"name": name.strip()})
    if not after:
        return brand
    brand.full_clean()
    brand.save(update_fields=["name"])
    record(actor, "firm.brand_renamed", brand.firm, at=at, before=before, after=after)
    return brand


@transaction.atomic
def retire_brand(*, brand: Brand, actor: User, at: datetime | None = None) -> Brand:
    """Note that a firm gave a brand up; its row stays. Raises PermissionDenied; TransitionRefused "retired"."""
    at = accept_at(actor, at, now())
    brand = _locked(brand)
    require(actor, "firms.register_firm", brand.firm)
    if brand.retired_on is not None:
        raise TransitionRefused("retired", _("This brand was given up already."))
    brand.retired_on = shanghai_date(at)
    brand.save(update_fields=["retired_on"])
    record(actor, "firm.brand_retired", brand.firm, at=at, brand=brand.name)
    return brand


@transaction.atomic
def appoint_representative(
    *, firm: Firm, user: User, actor: User, at: datetime | None = None
) -> Representative:
    """Let an account speak for a firm; one firm for each account.

    Raises PermissionDenied; TransitionRefused "not-a-representative", "speaks-for-another".
    """
    at = accept_at(actor, at, now())
    user = locked(User.objects).get(pk=user.pk)
    require(actor, "firms.appoint_representative", firm)
    if user.scope != User.Scope.FIRM:
        raise TransitionRefused(
            "not-a-representative",
            _("Only the account of a representative can speak for a firm."),
        )
    held = Representative.objects.filter(user=user).select_related("firm").first()
    if held is not None and held.firm_id != firm.pk:
        raise TransitionRefused(
            "speaks-for-another",
            _("This account speaks for another firm already."),
            firm=held.firm.code,
        )
    if held is not None:
        return held
    representative = Representative.objects.create(firm=firm, user=user)
    record(actor, "firm.representative_appointed", firm, at=at, user=user.pk)
    return representative


def _locked(brand: Brand) -> Brand:
    """A brand with its firm, locked by the firm, as everything that changes its brands is."""
    firm = locked(Firm.objects).get(brands=brand.pk)
    return firm.brands.select_related("firm").get(pk=brand.pk)
