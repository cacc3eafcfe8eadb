"""What this room knows of listings and stores: the state of the target that each became."""

from collections.abc import Sequence

from django.urls import reverse

from cases.models import Target
from cases.states import TargetState
from listings.standing import Standing


def tell(kind: str, ids: Sequence[int]) -> dict[int, Standing]:
    """State and story page of these listings' or stores' targets, by the key of the listing or store; one query."""
    labels = dict(TargetState.choices)
    targets = Target.objects.filter(**{f"{kind}__in": list(ids)}).values_list(kind, "pk", "state")
    return {thing: Standing(state, labels[state], reverse("cases:target", args=[pk])) for thing, pk, state in targets}
