"""What the account of a platform's liaison needs beside its own fields."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from corps.models import User
from stores import workflow
from stores.models import Liaison, Platform


class LiaisonForm(forms.Form):
    """For which platform, and whether first or second."""

    platform = forms.ModelChoiceField(label=_("Platform"), queryset=Platform.objects.all(), empty_label=_("choose"))
    duty = forms.ChoiceField(
        label=_("Duty"),
        choices=Liaison.Duty.choices,
        help_text=_("A new primary liaison makes the former one a backup. Letters go to the account's e-mail."),
    )


class LiaisonPart:
    """Keeps the liaison of an account in step with it: name, e-mail and telephone are the account's."""

    form = LiaisonForm

    def initial(self, user: User) -> dict[str, Any]:
        liaison = Liaison.objects.filter(user=user).first()
        return {"platform": liaison.platform_id, "duty": liaison.duty} if liaison else {}

    def save(self, user: User, data: dict[str, Any], *, actor: User, at: datetime) -> None:
        """Appoint the account as a liaison or change what it is. Raises ValidationError for another platform."""
        user = User.objects.get(pk=user.pk)
        person = {"name": user.name, "email": user.email, "phone": user.phone, "duty": data["duty"]}
        liaison = Liaison.objects.filter(user=user).first()
        if liaison is None:
            workflow.appoint_liaison(platform=data["platform"], user=user, actor=actor, at=at, **person)
        elif liaison.platform_id == data["platform"].pk:
            workflow.change_liaison(liaison=liaison, actor=actor, at=at, **person)
        else:
            raise forms.ValidationError(_("A liaison stays with their platform; make another account for another one."))
