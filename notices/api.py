"""The API of the notices app: what a liaison's own system reads and answers."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from cases.models import Target
from cases.states import Claim
from corps.access.parameters import KnownInput, reads, refuse_unknown_fields
from corps.access.permissions import may, require
from corps.api.base import OWN_PROBLEMS, MayDoVerb
from corps.api.schema import PROBLEMS, CodeField, refusal_codes
from corps.deadlines.clock import parse_moment
from corps.errors import TransitionRefused
from corps.models import User
from corps.ui.prefetch import is_read
from notices import workflow
from notices.api_filters import ItemApiFilter, NoticeApiFilter
from notices.models import Notice
from notices.states import ItemState, NoticeState
from notices.workflow import Reply
from notices.workflow.answering import LONGEST_REMARK
from notices.workflow.retracting import require_one

LONGEST_KEY = 200
MOST_REPLIES = 10_000
LARGEST_ID = 2**63 - 1
# In this order, the first time and whenever the kept answer is given again.
ANSWER_KEYS = ("row", "result", "code", "detail")


class NoticeSerializer(serializers.Serializer):
    number = serializers.CharField(read_only=True)
    document_number = serializers.CharField(
        read_only=True,
        help_text=gettext_lazy("The official number; empty until issued"),
    )
    platform = serializers.CharField(read_only=True, source="platform.slug")
    state = serializers.ChoiceField(NoticeState.choices, read_only=True)
    issued_at = serializers.DateTimeField(read_only=True, allow_null=True)
    due_on = serializers.DateField(
        read_only=True,
        source="reply_due_on",
        allow_null=True,
        help_text=gettext_lazy("The last day in time; null until the letter arrived"),
    )
    items = serializers.IntegerField(
        read_only=True,
        source="item_count",
        help_text=gettext_lazy(
            "All items that the letter names, those withdrawn since included"
        ),
    )
    items_open = serializers.IntegerField(read_only=True, source="open_count")


class ItemSerializer(serializers.Serializer):
    item = serializers.IntegerField(read_only=True, source="pk")
    address = serializers.CharField(read_only=True, source="target.thing.url")
    kind = serializers.ChoiceField(
        Target.Kind.choices, read_only=True, source="target.kind"
    )
    target = serializers.CharField(
        read_only=True, source="target.slug", help_text="platform/kind/id"
    )
    state = serializers.ChoiceField(ItemState.choices, read_only=True)
    outcome = serializers.ChoiceField(
        Claim.choices,
        read_only=True,
        allow_blank=True,
        help_text=gettext_lazy("What was answered; empty if nothing was"),
    )


class KeyReused(APIException):
    """The Idempotency-Key came before with another body."""

    status_code = 422
    default_code = "key-reused"
    default_detail = gettext_lazy("This key was used for another request.")


OWN_PROBLEMS.append(KeyReused)


# What a platform may state besides. It is kept with its remark, as the platform's words.
STATED_FIELDS: dict[str, serializers.Field] = {
    "reason": serializers.CharField(required=False, max_length=40),
    "measure": serializers.CharField(required=False, max_length=100),
    "done_on": serializers.DateField(required=False),
    "ticket": serializers.CharField(required=False, max_length=60),
    "published_at": serializers.URLField(required=False, max_length=200),
    "exhibits": serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=20
    ),
    "until": serializers.DateField(required=False),
}
REPLY_FIELDS: dict[str, serializers.Field] = {
    "item": serializers.IntegerField(required=False),
    "address": serializers.CharField(
        required=False,
        help_text=gettext_lazy("In any form; owed where no item is given"),
    ),
    "outcome": serializers.ChoiceField(Claim.choices),
    "at": serializers.DateTimeField(
        required=False, help_text=gettext_lazy("When it was done, as you state it")
    ),
    "remark": serializers.CharField(
        required=False, max_length=LONGEST_REMARK, allow_blank=True
    ),
    **STATED_FIELDS,
}
REPLY = inline_serializer("Reply", dict(REPLY_FIELDS), many=True)
REPLY_RESULT = inline_serializer(
    "ReplyResult",
    {
        "row": serializers.IntegerField(),
        "result": serializers.ChoiceField(["accepted", "refused"]),
        "code": CodeField(
            ["", *refusal_codes("act")],
            help_text=gettext_lazy("Empty where it is accepted"),
        ),
        "detail": serializers.CharField(),
    },
    many=True,
)


class NoticeViewSet(
    KnownInput,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):
    """Notices that the caller may see; a liaison sees those issued to the own platform."""

    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer
    permission_classes = [IsAuthenticated, MayDoVerb]
    verb = "notices.read_letters"
    lookup_field = "number"
    lookup_value_regex = "[A-Z0-9-]+"

    def get_queryset(self) -> QuerySet[Notice]:
        notices = Notice.objects.visible_to(self.request.user).select_related(
            "platform"
        )
        return notices.with_counts()

    @reads(*NoticeApiFilter.parameters(), paged=True)
    @extend_schema(
        summary=gettext_lazy("List notices"),
        description=gettext_lazy(
            "The notices that you may see, newest first; a platform sees those issued to it."
        ),
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The notices, newest first; `state`, `platform`, `issued_after` and `updated_since` filter."""
        wanted = NoticeApiFilter(
            request.query_params, self.get_queryset(), request=request
        )
        page = self.paginate_queryset(wanted.qs)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        summary=gettext_lazy("Read a notice"),
        description=gettext_lazy(
            "That its liaison reads it is when it arrived, if it had not before."
        ),
    )
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One notice; a liaison's first look at it is when it arrived, if it had not before."""
        notice = self.get_object()
        _note_opening(request, notice)
        return Response(self.get_serializer(notice).data)

    @reads(*ItemApiFilter.parameters(), paged=True)
    @extend_schema(
        summary=gettext_lazy("List the items of a notice"),
        description=gettext_lazy("In the order of the letter; `state` filters."),
        responses=ItemSerializer(many=True),
    )
    @action(detail=True, serializer_class=ItemSerializer)
    def items(self, request: Request, number: str) -> Response:
        """The items of a notice in their order; `state` filters."""
        notice = get_object_or_404(
            Notice.objects.visible_to(request.user), number=number
        )
        _note_opening(request, notice)
        rows = notice.items.select_related(
            "target__platform", "target__listing", "target__store"
        )
        self.ordering = "position"
        wanted = ItemApiFilter(request.query_params, rows, request=request)
        page = self.paginate_queryset(wanted.qs)
        return self.get_paginated_response(ItemSerializer(page, many=True).data)

    @reads(has_body=True)
    @extend_schema(
        summary=gettext_lazy("Answer items"),
        description=gettext_lazy(
            "Up to 10,000 rows in one request, each accepted or refused by itself, in the order given. The same key "
            "with the same body gives the same answer again."
        ),
        request=REPLY,
        responses={
            200: REPLY_RESULT,
            422: OpenApiResponse(description=PROBLEMS[HTTPStatus.UNPROCESSABLE_ENTITY]),
        },
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
                OpenApiParameter.HEADER,
                required=True,
                description=gettext_lazy("Your own word for this request"),
            )
        ],
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def replies(self, request: Request, number: str) -> Response:
        """Answer items, up to 10,000 in one request; each row is accepted or refused by itself."""
        person = cast(User, request.user)
        notice = get_object_or_404(Notice.objects.visible_to(person), number=number)
        require(person, "notices.answer", notice)
        key, body = _key_of(request), _replies_of(request)
        try:
            rows = workflow.reply_once(
                notice=notice,
                actor=person,
                key=key,
                body=body,
                answer=lambda: _answer(notice, list(body), person),
            )
        except TransitionRefused as refused:
            if refused.code == "key-reused":
                raise KeyReused(refused.message) from refused
            raise
        return Response([{name: row[name] for name in ANSWER_KEYS} for row in rows])

    @extend_schema(
        summary=gettext_lazy("Take an answer back"),
        description=gettext_lazy(
            "As long as nobody has checked it; 409 says who did, and until when that can be undone."
        ),
        request=None,
        responses={204: None},
        parameters=[
            OpenApiParameter(
                "item",
                int,
                OpenApiParameter.PATH,
                description=gettext_lazy("The item's id"),
            )
        ],
    )
    @action(
        detail=True,
        methods=["delete"],
        url_path="replies/(?P<item>[0-9]{1,18})",
        pagination_class=None,
    )
    def reply(self, request: Request, number: str, item: str) -> Response:
        """Take the answer to an item back; 409 says who checked it, and until when a check can still be undone."""
        person = cast(User, request.user)
        notice = get_object_or_404(Notice.objects.visible_to(person), number=number)
        asked = get_object_or_404(notice.items.exclude(state=ItemState.DRAFT), pk=item)
        require_one(
            workflow.retract_answers(notice=notice, items=[asked.pk], actor=person)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _key_of(request: Request) -> str:
    """The key by which a repeated request is known. Raises ParseError."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > LONGEST_KEY:
        raise ParseError(_("An Idempotency-Key of 1 to 200 characters is needed."))
    return key


def _replies_of(request: Request) -> list[Any]:
    """The body as a list of replies that name no unknown field. Raises ParseError."""
    if not isinstance(request.data, list):
        raise ParseError(_("The body must be a list of replies."))
    if len(request.data) > MOST_REPLIES:
        raise ParseError(
            _("A request may hold %(count)d replies at most.") % {"count": MOST_REPLIES}
        )
    lines = [
        (f"[{index}].", line)
        for index, line in enumerate(request.data)
        if isinstance(line, dict)
    ]
    refuse_unknown_fields(lines, REPLY_FIELDS)
    return request.data


def _note_opening(request: Request, notice: Notice) -> None:
    person = cast(User, request.user)
    if (
        may(person, "notices.answer")
        and notice.opened_at is None
        and is_read(request._request)
    ):
        workflow.open_notice(notice=notice, actor=person)


class NotAReply(Exception):
    """A line of the body that is no reply. code: of the refusal; detail: its sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def _answer(notice: Notice, body: list[Any], user: Any) -> list[dict[str, Any]]:
    """One response row for each row of the body; those that are no replies at all are refused here."""
    replies: list[Reply] = []
    rows: dict[Any, dict[str, Any]] = {}
    for row, line in enumerate(body, start=1):
        try:
            replies.append(_read(row, line))
        except NotAReply as fault:
            rows[row] = _response_row(row, False, fault.code, fault.detail)
    for result in workflow.answer_items(notice=notice, replies=replies, actor=user):
        rows[result.ref] = _response_row(
            result.ref, result.ok, result.code, str(result.message)
        )
    return [rows[row] for row in range(1, len(body) + 1)]


def _response_row(row: Any, ok: bool, code: str, detail: str) -> dict[str, Any]:
    result = "refused"
    if ok:
        result = "accepted"
    return {"row": row, "result": result, "code": code, "detail": detail}


def _read(row: int, line: Any) -> Reply:
    """A line of the body as a reply. Raises NotAReply.

    By hand: bodies have up to ten thousand lines, for each of which a serializer would take a tenth of a millisecond.
    """
    if not isinstance(line, dict):
        raise _no_reply()
    item, address = _item_number(line.get("item")), line.get("address")
    if not isinstance(address, str | None) or (item is None and address is None):
        raise _no_reply()
    return Reply(
        row,
        str(line.get("outcome")),
        item=item,
        at=_stated_time(line.get("at")),
        remark=_whole_remark(line, address or ""),
        address=address or "",
    )


def _no_reply() -> NotAReply:
    return NotAReply(
        "bad-row",
        _("A reply is an object with an item or an address, and an outcome."),
    )


def _item_number(stated: Any) -> int | None:
    """The id of an item, which may be written as text; None where none is given. Raises NotAReply."""
    if stated is None:
        return None
    if isinstance(stated, str) and re.fullmatch(r"[0-9]{1,19}", stated):
        stated = int(stated)
    is_whole_number = isinstance(stated, int) and not isinstance(stated, bool)
    if not is_whole_number or not 0 < stated <= LARGEST_ID:
        raise NotAReply("not-in-notice", _("This is not in this notice."))
    return stated


def _stated_time(stated: Any) -> datetime | None:
    """When it was done, as the platform states it. Raises NotAReply."""
    at = parse_moment(stated)
    if at is None and stated not in (None, ""):
        raise NotAReply(
            "bad-at", _("The time must be written as 2026-11-05T14:30:00+08:00.")
        )
    return at


def _whole_remark(line: dict[str, Any], address: str) -> str:
    """The remark with what is stated besides. Raises NotAReply."""
    remark = line.get("remark") or ""
    if not isinstance(remark, str) or "\x00" in remark or "\x00" in address:
        raise NotAReply("bad-row", _("The remark must be text."))
    stated_besides = _stated_besides(line)
    if not stated_besides:
        return remark
    remark = "\n".join(filter(None, [remark, stated_besides]))
    if len(remark) > LONGEST_REMARK:
        too_long = _(
            "The remark and what is stated besides are longer than %(count)d characters together."
        )
        raise NotAReply("remark-too-long", too_long % {"count": LONGEST_REMARK})
    return remark


def _stated_besides(line: dict[str, Any]) -> str:
    """What a reply states in STATED_FIELDS, a line for each. Raises NotAReply if one of them cannot be kept."""
    lines = []
    for name, field in STATED_FIELDS.items():
        stated = line.get(name)
        if stated in (None, "", []):
            continue
        try:
            field.run_validation(stated)
        except ValidationError as invalid:
            raise _unkeepable(name, invalid) from invalid
        if isinstance(stated, list):
            values = stated
        else:
            values = [stated]
        lines.append(f"{name}: {', '.join(map(str, values))}")
    return "\n".join(lines)


def _unkeepable(name: str, invalid: ValidationError) -> NotAReply:
    """Why a stated field cannot be kept: it is too long, or cannot be read."""
    code, why = _first_fault(invalid.detail)
    detail = _("“%(name)s”: %(why)s") % {"name": name, "why": why}
    if code == "max_length":
        return NotAReply("field-too-long", detail)
    return NotAReply("field-unreadable", detail)


def _first_fault(detail: Any) -> tuple[str, str]:
    """The code and the sentence of the first thing that is wrong with a field, or with an entry of a list."""
    while isinstance(detail, dict | list):
        if isinstance(detail, dict):
            detail = list(detail.values())
        detail = detail[0]
    return str(getattr(detail, "code", "invalid")), str(detail)


router = SimpleRouter()
router.register("notices", NoticeViewSet, basename="api-notice")
urls = router.urls
