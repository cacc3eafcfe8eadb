"""What a person keeps of a list's look: hidden columns, filters with a name. Of no case, so not audited."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from corps.database.locking import locked
from corps.models import User

MOST_FILTERS = 20
LONGEST_NAME = 40
LONGEST_QUERY = 1000


@transaction.atomic
def hide_columns(*, user: User, table: str, hidden: Collection[str]) -> None:
    """Show the list `table` without these columns from now on."""
    _write(user, _locked_lists(user), table, hidden=sorted(hidden))


@transaction.atomic
def keep_filter(*, user: User, table: str, name: str, query: str) -> None:
    """Keep a list's filter under a name; the same name again replaces it. query: urlencoded, without "?".

    Raises ValidationError where the name or the filter is empty or too long, or there are too many.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise ValidationError(
            _("Give the filter a name of at most %(most)d characters.")
            % {"most": LONGEST_NAME}
        )
    if not query:
        raise ValidationError(_("There is no condition to keep: set one first."))
    if len(query) > LONGEST_QUERY:
        raise ValidationError(
            _("The conditions are too long to be kept; shorten what is searched for.")
        )
    lists = _locked_lists(user)
    filters = lists.get(table, {}).get("filters", {})
    if name not in filters and len(filters) >= MOST_FILTERS:
        raise ValidationError(
            _("At most %(most)d filters can be kept; remove one first.")
            % {"most": MOST_FILTERS}
        )
    _write(user, lists, table, filters=filters | {name: query})


@transaction.atomic
def forget_filter(*, user: User, table: str, name: str) -> None:
    """Keep a filter no longer; a name that is not there changes nothing."""
    lists = _locked_lists(user)
    filters = lists.get(table, {}).get("filters", {})
    _write(
        user,
        lists,
        table,
        filters={other: query for other, query in filters.items() if other != name},
    )


def _locked_lists(user: User) -> dict[str, Any]:
    return locked(User.objects).get(pk=user.pk).lists


def _write(user: User, lists: dict[str, Any], table: str, **changes: object) -> None:
    user.lists = lists | {table: lists.get(table, {}) | changes}
    user.save(update_fields=["lists"])
