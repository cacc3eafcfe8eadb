"""Papers that hang on a notice, for whoever in the corps sees it: proof of its service, papers of answers."""

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from corps.access.decorators import SignedIn, open_to
from corps.files.downloads import hand_out, name_by_type
from notices.models import Answer, Notice, NoticeItem


@open_to("notices.view_notices")
@require_safe
def open_service_proof(request: SignedIn, number: str) -> HttpResponseBase:
    """The paper that proves that a notice was served in another way than by mail."""
    notices = Notice.objects.visible_to(request.user).select_related(
        "service_proof", "case"
    )
    notice = get_object_or_404(notices, number=number)
    if notice.service_proof is None:
        raise Http404
    name = name_by_type(f"{notice.number}-service", notice.service_proof)
    return hand_out(
        request,
        notice.service_proof,
        kind="service",
        name=name,
        subject=notice,
        thread=notice.case.thread,
    )


@open_to("notices.view_notices")
@require_safe
def open_answer_paper(request: SignedIn, pk: int) -> HttpResponseBase:
    """The paper by which an answer came that an officer recorded in a platform's stead."""
    answers = Answer.objects.select_related("document", "item__notice__case").exclude(
        document=None
    )
    answer = get_object_or_404(
        answers.filter(item__in=NoticeItem.objects.visible_to(request.user)), pk=pk
    )
    notice, paper = answer.item.notice, answer.document
    if paper is None:
        raise Http404
    name = name_by_type(f"{notice.number}-answer-{answer.pk}", paper)
    return hand_out(
        request,
        paper,
        kind="answer",
        name=name,
        subject=notice,
        thread=notice.case.thread,
    )
