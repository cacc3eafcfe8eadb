"""Wrong passwords and codes: counted where they come from, and the waits that follow.

An attempt is counted before it is judged and taken back if it was right, so that many at once are no more than the
limit allows. All processes share the count.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.access.limits import limit
from corps.database.locking import locked
from corps.models import FailedAttempts, Notification, User
from corps.workflow.installation import notify

PASSWORDS, STRANGERS, DEVICE, CODES = (
    "sign_in.account_from_address",
    "sign_in.address",
    "sign_in.device",
    "sign_in.code",
)
# With these each wait is twice the last one, from one second up to the limit's window.
DOUBLING = {PASSWORDS, STRANGERS, CODES}
# These are remembered from the last attempt on: longer once there was a wait. The others for one window.
REMEMBERED = {PASSWORDS: timedelta(hours=24), CODES: timedelta(hours=24)}
REMEMBERED_BELOW_THE_LIMIT = timedelta(hours=1)
TOLD_AT_MOST_EVERY = timedelta(hours=1)


class TooManyAttempts(Exception):
    """The attempt was not judged. wait: in whole seconds, from which on the next one is."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Place:
    """From where something is attempted. code: of the limit. key: at most 64 characters. user: the account tried."""

    code: str
    key: str
    address: str = ""
    user: User | None = None


@transaction.atomic
def count_attempt(place: Place, *, at: datetime) -> int:
    """Count one attempt before it is judged; how many there are now. Raises TooManyAttempts while one must wait."""
    held = limit(place.code)
    window = held.window or timedelta()
    row, _made = locked(FailedAttempts.objects).get_or_create(
        code=place.code,
        key=place.key,
        defaults={"user": place.user, "address": place.address, "expires_at": at},
    )
    if row.expires_at <= at:
        row.count, row.blocked_until, row.is_told, row.expires_at = (
            0,
            None,
            False,
            at + window,
        )
    if row.blocked_until and row.blocked_until > at:
        raise TooManyAttempts(ceil((row.blocked_until - at).total_seconds()))
    row.count += 1
    if row.count >= held.most:
        row.blocked_until = (
            at + _wait(row.count - held.most, window)
            if place.code in DOUBLING
            else row.expires_at
        )
    if place.code in REMEMBERED:
        longer = row.count >= held.most
        row.expires_at = at + (
            REMEMBERED[place.code] if longer else REMEMBERED_BELOW_THE_LIMIT
        )
    row.save()
    return row.count


@transaction.atomic
def take_back_attempt(place: Place) -> None:
    """The attempt was right: it does not count, and nobody waits because of it."""
    row = locked(FailedAttempts.objects).filter(code=place.code, key=place.key).first()
    if row is None:
        return
    row.count -= 1
    if row.count < limit(place.code).most:
        row.blocked_until = None
    row.save(update_fields=["count", "blocked_until"])


def forget_attempts(place: Place) -> None:
    """The owner was there: all wrong attempts from this place are forgotten."""
    FailedAttempts.objects.filter(code=place.code, key=place.key).delete()


@transaction.atomic
def tell_owners(*, at: datetime) -> None:
    """Tell the owners of accounts on which so many attempts failed that somebody waits; once an hour at most each."""
    rows = FailedAttempts.objects.filter(
        is_told=False, user__is_active=True, blocked_until__isnull=False
    )
    for row in locked(rows.select_related("user").order_by("pk"), skip_locked=True):
        row.is_told = True
        row.save(update_fields=["is_told"])
        if row.user:
            _tell(row.user, row, at)


def clear_attempts(*, at: datetime) -> int:
    """Delete what has expired; how many rows went."""
    expired = locked(
        FailedAttempts.objects.filter(expires_at__lte=at), skip_locked=True
    )
    with transaction.atomic():
        ids = list(expired.values_list("pk", flat=True)[:10_000])
        return FailedAttempts.objects.filter(pk__in=ids).delete()[0]


def _wait(beyond: int, longest: timedelta) -> timedelta:
    """One second, doubled for each attempt beyond the limit."""
    return min(timedelta(seconds=2 ** min(beyond, 30)), longest)


def _tell(owner: User, row: FailedAttempts, at: datetime) -> None:
    page = reverse("account_sessions")
    if Notification.objects.filter(
        user=owner, url=page, created_at__gt=at - TOLD_AT_MOST_EVERY
    ).exists():
        return
    if row.code == CODES:
        text = _(
            "Somebody typed your right password and %(count)d wrong codes, from %(address)s. Change the password."
        )
    else:
        text = _("%(count)d wrong passwords for your account came from %(address)s.")
    notify(owner, text % {"count": row.count, "address": row.address or "?"}, page)
