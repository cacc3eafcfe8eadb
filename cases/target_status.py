"""What this app knows of listings and stores: the state of the target that each became."""

from collections.abc import Sequence

from django.db import connection
from django.urls import reverse

from cases.models import Target
from cases.states import TargetState
from corps.models import User
from stores.extensions import KnownStatus

TARGETS = "SELECT {kind}_id, id, state, reported_at FROM cases_target WHERE {kind}_id = ANY(%s)"


def tell(
    kind: str, ids: Sequence[int], user: User | None = None
) -> dict[int, KnownStatus]:
    """State and story page of these listings' or stores' targets, by the key of the listing or store; one query, and
    one more where it is asked which of them the user may see."""
    # Once for all: a list asks about fifty.
    labels = {state: str(label) for state, label in TargetState.choices}
    base = reverse("cases:target", args=[0]).removesuffix("0/")
    with connection.cursor() as cursor:
        cursor.execute(TARGETS.format(kind=Target.Kind(kind).value), [list(ids)])
        found = cursor.fetchall()
    seen = {pk for _thing, pk, *_rest in found}
    if user is not None:
        seen = set(
            Target.objects.visible_to(user)
            .filter(pk__in=seen)
            .values_list("pk", flat=True)
        )
    return {
        thing: KnownStatus(
            state, labels[state], f"{base}{pk}/" if pk in seen else "", since
        )
        for thing, pk, state, since in found
    }
