"""What this room knows of listings and stores: the state of the target that each became."""

from collections.abc import Sequence

from django.db import connection
from django.urls import reverse

from cases.models import Target
from cases.states import TargetState
from listings.standing import Standing

TARGETS = "SELECT {kind}_id, id, state FROM cases_target WHERE {kind}_id = ANY(%s)"


def tell(kind: str, ids: Sequence[int]) -> dict[int, Standing]:
    """State and story page of these listings' or stores' targets, by the key of the listing or store; one query."""
    # Once for all: a list asks about fifty.
    labels = {state: str(label) for state, label in TargetState.choices}
    base = reverse("cases:target", args=[0]).removesuffix("0/")
    with connection.cursor() as cursor:
        cursor.execute(TARGETS.format(kind=Target.Kind(kind).value), [list(ids)])
        return {thing: Standing(state, labels[state], f"{base}{pk}/") for thing, pk, state in cursor.fetchall()}
