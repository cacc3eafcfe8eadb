"""The hosts that no rule knows: counted as sheets name them, and marked where they are no platform's."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import require
from corps.audit.recording import record
from corps.deadlines.clock import shanghai_date
from corps.errors import TransitionRefused
from corps.models import User
from listings.models import OtherHost, UnknownHost

# Of one import; what a sheet names beyond it stands together under the host "".
MOST_HOSTS = 500


class Counted(NamedTuple):
    """How many rows of an import could not be used because nobody knows their host. example: an address of the last."""

    rows: int
    example: str


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
