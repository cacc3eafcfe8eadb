"""Handing out a stored paper: as a file to keep, never shown as a page, and every opening in the audit."""

import mimetypes

from django.db.models import Model
from django.http import FileResponse, HttpRequest

from corps import workflow
from corps.access.limits import count
from corps.deadlines.clock import now
from corps.models import StoredFile, User

# The document format of GB/T 33190-2016, which Python's own table has not.
mimetypes.add_type("application/ofd", ".ofd")


def hand_out(
    request: HttpRequest,
    paper: StoredFile,
    *,
    kind: str,
    name: str,
    subject: Model,
    thread: str = "",
) -> FileResponse:
    """A paper as an attachment. The caller has asked whether the person sees the subject.

    kind: what paper it is, a code of `corps.audit_labels.PAPERS`. name: what the file is to be called. thread: the
    audit
    thread in whose timeline the opening is found. A HEAD hands nothing out and is not recorded. Raises LimitExceeded,
    FileLost.
    """
    assert isinstance(request.user, User)
    count("papers.saved", request.user.pk)
    file = workflow.open_file(paper)
    if request.method == "GET":
        workflow.note_opening(
            paper=paper,
            kind=kind,
            subject=subject,
            thread=thread,
            actor=request.user,
            at=now(),
        )
    response = FileResponse(
        file, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response


def name_by_type(stem: str, paper: StoredFile) -> str:
    """A file name for a paper that came without one: the ending goes by the type that it was handed in as."""
    content_type = paper.content_type.partition(";")[0].strip()
    return f"{stem}{mimetypes.guess_extension(content_type) or '.bin'}"
