"""Forms of addresses that are added to the shipped table."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import require
from corps.audit.last_acts import last_act
from corps.audit.recording import record
from corps.database.locking import locked
from corps.deadlines.clock import shanghai_date
from corps.errors import TransitionRefused
from corps.installation.reference_data import note_change
from corps.models import Installation, User
from listings.address_forms import check
from listings.models import AddressForm


@transaction.atomic
def add_address_form(
    *,
    site: str,
    kind: str,
    host: str,
    example: str,
    valid_from: date,
    source: str,
    actor: User,
    at: datetime,
    path: str = "",
    parameter: str = "",
    id_shape: str = "",
    id_prefix: str = "",
) -> AddressForm:
    """Have addresses of one more form read, from now on and in every process.

    What the arguments mean stands at `AddressForm`. Rows that were not read stay as they are until somebody reads them
    anew. Raises PermissionDenied; ValidationError by field for a form that cannot be, that takes what is read already
    or that does not read its example; TransitionRefused "form-known", "valid-from-ahead".
    """
    require(actor, "listings.change_address_forms")
    locked(Installation.objects).get()
    if valid_from > shanghai_date(at):
        raise TransitionRefused(
            "valid-from-ahead",
            _("This day is still to come: add the form when it is in use."),
        )
    known = AddressForm.objects.in_force().filter(
        host=host, path=path, parameter=parameter
    )
    if kind == AddressForm.Kind.SERVICE:
        known = known.filter(site=site, kind=kind)
    else:
        known = known.exclude(kind=AddressForm.Kind.SERVICE)
    if same := known.first():
        raise TransitionRefused(
            "form-known", _("This form was added already."), **last_act(same)
        )
    form = AddressForm(
        site=site,
        kind=kind,
        host=host,
        path=path,
        parameter=parameter,
        id_shape=id_shape,
        id_prefix=id_prefix,
        example=example,
        valid_from=valid_from,
        source=source,
        added_by=actor,
        added_at=at,
    )
    check(form)
    form.save()
    note_change()
    record(
        actor,
        "address_form.added",
        form,
        at=at,
        site=site,
        read_as=kind,
        form=str(form),
        valid_from=str(valid_from),
    )
    return form


@transaction.atomic
def retire_address_form(*, form: AddressForm, actor: User, at: datetime) -> AddressForm:
    """Read addresses by this form no longer. What was registered by it stays.

    Raises PermissionDenied; TransitionRefused "form-retired".
    """
    locked(Installation.objects).get()
    form = locked(AddressForm.objects).get(pk=form.pk)
    require(actor, "listings.change_address_forms", form)
    if form.retired_on is not None:
        raise TransitionRefused(
            "form-retired", _("This form was retired already."), **last_act(form)
        )
    form.retired_on = shanghai_date(at)
    form.save(update_fields=["retired_on"])
    note_change()
    record(actor, "address_form.retired", form, at=at, site=form.site, form=str(form))
    return form
