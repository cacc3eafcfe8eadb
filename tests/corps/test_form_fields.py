"""Fields of forms for what is handed in as a file."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from corps.access.limits import limit
from corps.files.form_fields import PaperField

pytestmark = pytest.mark.usefixtures("english")
PDF = b"%PDF-1.7\nx\nstartxref\n0\n%%EOF\n"


def test_a_paper_has_the_type_of_its_content_whatever_it_is_called():
    upload = PaperField().clean(SimpleUploadedFile("scan.png", PDF, "image/png"))
    assert upload.content_type == "application/pdf"
    assert upload.file.read() == PDF


def test_a_paper_that_need_not_be_there_may_be_missing():
    assert PaperField(required=False).clean(None) is None
    with pytest.raises(ValidationError, match="required"):
        PaperField().clean(None)


def test_a_program_under_the_name_of_a_paper_is_refused():
    with pytest.raises(ValidationError, match="neither PDF"):
        PaperField().clean(SimpleUploadedFile("scan.pdf", b"MZ\x90\x00"))


def test_a_paper_over_the_limit_is_refused_before_it_is_opened():
    paper = SimpleUploadedFile("scan.pdf", PDF)
    paper.size = limit("body.paper").most + 1
    with pytest.raises(ValidationError, match="larger than"):
        PaperField().clean(paper)
