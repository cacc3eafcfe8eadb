"""What this room knows of listings and stores: the state of the target that each became."""

from collections.abc import Sequence

from django.urls import reverse

from cases.models import Target
from cases.states import TargetState
from corps.bulk import ids_among
from listings.standing import Standing


def tell(kind: str, ids: Sequence[int]) -> dict[int, Standing]:
    """State and story page of these listings' or stores' targets, by the key of the listing or store; one query."""
    labels = dict(TargetState.choices)
    # Reversed once: a list asks about fifty.
    base = reverse("cases:target", args=[0]).removesuffix("0/")
    targets = Target.objects.filter(**{f"{kind}_id__in": ids_among(ids)}).values_list(kind, "pk", "state")
    return {thing: Standing(state, labels[state], f"{base}{pk}/") for thing, pk, state in targets}
