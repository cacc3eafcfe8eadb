"""What the account of a firm's representative needs beside its own fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from corps.models import User
from firms import workflow
from firms.models import Firm, Representative


class RepresentativeForm(forms.Form):
    """For which firm."""

    firm = forms.ModelChoiceField(
        label=_("Firm"), queryset=Firm.objects.all(), empty_label=_("choose")
    )


class RepresentativePart:
    """Lets the account speak for one firm."""

    form = RepresentativeForm
    required = ()

    def initial(self, user: User) -> dict[str, Any]:
        held = Representative.objects.filter(user=user).first()
        return {"firm": held.firm_id} if held else {}

    def offered(
        self, asked: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The firm that the address of the page names."""
        return {}, {"firm": Firm.objects.filter(code=asked.get("firm", "")).first()}

    def save(
        self, user: User, data: dict[str, Any], *, actor: User, at: datetime
    ) -> None:
        """Appoint the account; raises TransitionRefused "speaks-for-another"."""
        workflow.appoint_representative(
            firm=data["firm"], user=user, actor=actor, at=at
        )
