"""Forms of addresses that are added to the shipped table, and the hosts that no rule knows."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
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
from listings.models import AddressForm, OtherHost, UnknownHost

# Of one import; what a sheet names beyond it stands together under the host "".
MOST_HOSTS = 500


class Counted(NamedTuple):
    """How many rows of an import could not be used because nobody knows their host. example: an address of the last."""

    rows: int
    example: str


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


@transaction.atomic
def mark_host(*, host: str, remark: str, actor: User, at: datetime) -> OtherHost:
    """State that a host is no platform's; it is counted on, and listed apart.

    Raises PermissionDenied; TransitionRefused "host-marked"; ValidationError by field.
    """
    require(actor, "listings.change_address_forms")
    marked = OtherHost(host=host, remark=remark, marked_by=actor, marked_at=at)
    marked.full_clean(validate_constraints=False, validate_unique=False)
    try:
        with transaction.atomic():
            marked.save(force_insert=True)
    except IntegrityError as clash:
        raise TransitionRefused(
            "host-marked", _("This host is marked already.")
        ) from clash
    record(actor, "unknown_host.marked", None, at=at, host=host, remark=remark)
    return marked


@transaction.atomic
def unmark_host(*, host: str, actor: User, at: datetime) -> None:
    """Take back that a host is no platform's. Raises PermissionDenied; TransitionRefused "host-not-marked"."""
    require(actor, "listings.change_address_forms")
    if not OtherHost.objects.filter(host=host).delete()[0]:
        raise TransitionRefused("host-not-marked", _("This host is not marked."))
    record(actor, "unknown_host.unmarked", None, at=at, host=host)


@transaction.atomic
def count_unknown_hosts(
    *, sheet: UUID, hosts: Iterable[tuple[str, Counted]], at: datetime
) -> None:
    """Note the hosts that an import named and that no rule knows, in place of what was noted of it before.

    at: of the import; its month in Shanghai counts. Two statements, whatever the number of hosts.
    """
    month = shanghai_date(at).replace(day=1)
    ranked = sorted(hosts, key=lambda known: (-known[1].rows, known[0]))
    shown, rest = ranked[:MOST_HOSTS], ranked[MOST_HOSTS:]
    if rest:
        shown.append(
            (
                "",
                Counted(
                    sum(counted.rows for _host, counted in rest), rest[-1][1].example
                ),
            )
        )
    UnknownHost.objects.filter(sheet=sheet).delete()
    UnknownHost.objects.bulk_create(
        UnknownHost(
            host=host,
            sheet=sheet,
            month=month,
            rows=counted.rows,
            example=counted.example,
            seen_at=at,
        )
        for host, counted in shown
    )
