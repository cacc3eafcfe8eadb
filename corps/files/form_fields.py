"""Fields of forms for what is handed in as a file: judged where it was chosen, and kept only by the verb."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from corps.access.limits import limit, megabytes
from corps.files.contents import NotAPaper, paper_type
from corps.workflow import Upload


class PaperField(forms.FileField):
    """A scan, a picture or a document that proves something, as an `Upload` with the type that its content has."""

    widget = forms.ClearableFileInput(
        attrs={"accept": ".pdf,.ofd,.docx,.jpg,.jpeg,.png"}
    )

    def clean(self, data: Any, initial: Any = None) -> Upload | None:
        """The judged upload, or None if none was chosen. Raises ValidationError."""
        paper: UploadedFile | None = super().clean(data, initial)
        if not isinstance(paper, UploadedFile):
            return None
        if (paper.size or 0) > limit("body.paper").most:
            said = _(
                "The file is larger than %(most)d MB. Scan it with a lower resolution, or hand it in in parts."
            )
            raise ValidationError(said % {"most": megabytes("body.paper")})
        try:
            return Upload(paper, paper_type(paper))
        except NotAPaper as fault:
            raise ValidationError(str(fault.message)) from fault
