"""The API of the notices room: what a liaison's own system reads and answers."""

import re
from datetime import date, datetime, time
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, inline_serializer
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from corps.access import require
from corps.api import HasBusiness
from corps.clock import SHANGHAI
from corps.errors import TransitionRefused
from corps.models import User
from corps.parameters import KnownInput, Parameter, reads, refuse_unknown_fields
from corps.reading import is_read
from notices import workflow
from notices.models import Notice, NoticeItem
from notices.states import ItemState, NoticeState
from notices.workflow import Reply
from notices.workflow.retracting import require_one
from stores.models import Platform

MOST_REPLIES = 10_000
# In this order, the first time and whenever the kept answer is given again.
ANSWER_KEYS = ("row", "result", "code", "detail")


class NoticeSerializer(serializers.ModelSerializer):
    platform = serializers.CharField(source="platform.slug")
    due_on = serializers.DateField(source="reply_due_on", allow_null=True)
    items = serializers.IntegerField(
        source="item_count", help_text="All items that the letter names, those withdrawn since included"
    )
    items_open = serializers.IntegerField(source="open_count")

    class Meta:
        model = Notice
        fields = ["number", "document_number", "platform", "state", "issued_at", "due_on", "items", "items_open"]


class ItemSerializer(serializers.ModelSerializer):
    item = serializers.IntegerField(source="pk")
    address = serializers.CharField(source="target.thing.url")
    kind = serializers.CharField(source="target.kind")
    target = serializers.SerializerMethodField()

    class Meta:
        model = NoticeItem
        fields = ["item", "address", "kind", "target", "state", "outcome"]

    @extend_schema_field(str)
    def get_target(self, item: NoticeItem) -> str:
        return item.target.slug


class KeyReused(APIException):
    """The Idempotency-Key came before with another body."""

    status_code = 422
    default_code = "key-reused"


# What a platform may state besides. It is kept with its remark, as the platform's words.
STATED_FIELDS: dict[str, serializers.Field] = {
    "reason": serializers.CharField(required=False),
    "measure": serializers.CharField(required=False, max_length=100),
    "done_on": serializers.DateField(required=False),
    "ticket": serializers.CharField(required=False, max_length=60),
    "published_at": serializers.URLField(required=False),
    "exhibits": serializers.ListField(child=serializers.CharField(), required=False),
    "until": serializers.DateField(required=False),
}
REPLY_FIELDS: dict[str, serializers.Field] = {
    "item": serializers.IntegerField(required=False),
    "address": serializers.CharField(required=False),
    "outcome": serializers.CharField(),
    "at": serializers.DateTimeField(required=False),
    "remark": serializers.CharField(required=False),
    **STATED_FIELDS,
}
REPLY = inline_serializer("Reply", dict(REPLY_FIELDS), many=True)
REPLY_RESULT = inline_serializer(
    "ReplyResult",
    {
        "row": serializers.IntegerField(),
        "result": serializers.ChoiceField(["accepted", "refused"]),
        "code": serializers.CharField(),
        "detail": serializers.CharField(),
    },
    many=True,
)


class NoticeViewSet(KnownInput, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Notices that the caller may see; a liaison sees those issued to the own platform."""

    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer
    permission_classes = [IsAuthenticated, HasBusiness]
    business = ("officer", "supervisor", "liaison")
    lookup_field = "number"
    lookup_value_regex = "[A-Z0-9-]+"

    def get_queryset(self) -> QuerySet[Notice]:
        notices = Notice.objects.visible_to(self.request.user).select_related("platform")
        return notices.with_counts()

    @reads(
        Parameter("state", NoticeState.values),
        Parameter("platform", description="Slug of a platform"),
        Parameter("issued_after", description="A moment, or a Shanghai date: from its beginning"),
        paged=True,
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The notices, newest first; `state`, `platform` and `issued_after` filter."""
        page = self.paginate_queryset(_wanted(_in_state(self.get_queryset(), request), request))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One notice; a liaison's first look at it is when it arrived, if it had not before."""
        notice = self.get_object()
        _note_opening(request, notice)
        return Response(self.get_serializer(notice).data)

    @reads(Parameter("state", ItemState.values), paged=True)
    @extend_schema(responses=ItemSerializer(many=True))
    @action(detail=True, serializer_class=ItemSerializer)
    def items(self, request: Request, number: str) -> Response:
        """The items of a notice in their order; `state` filters."""
        notice = get_object_or_404(Notice.objects.visible_to(request.user), number=number)
        _note_opening(request, notice)
        rows = notice.items.select_related("target__platform", "target__listing", "target__store")
        self.ordering = "position"
        page = self.paginate_queryset(_in_state(rows, request))
        return self.get_paginated_response(ItemSerializer(page, many=True).data)

    @reads(has_body=True)
    @extend_schema(
        request=REPLY,
        responses=REPLY_RESULT,
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)],
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
        request=None,
        responses={204: None},
        parameters=[OpenApiParameter("item", int, OpenApiParameter.PATH, description="The item's id")],
    )
    @action(detail=True, methods=["delete"], url_path="replies/(?P<item>[0-9]{1,18})", pagination_class=None)
    def reply(self, request: Request, number: str, item: str) -> Response:
        """Take the answer to an item back; 409 says who checked it, and until when a verdict can still be undone."""
        person = cast(User, request.user)
        notice = get_object_or_404(Notice.objects.visible_to(person), number=number)
        asked = get_object_or_404(notice.items.exclude(state=ItemState.DRAFT), pk=item)
        require_one(workflow.retract_answers(notice=notice, items=[asked.pk], actor=person))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _key_of(request: Request) -> str:
    """The key by which a repeated request is known. Raises ParseError."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > 200:
        raise ParseError(_("An Idempotency-Key of 1 to 200 characters is needed."))
    return key


def _replies_of(request: Request) -> list[Any]:
    """The body as a list of replies that name no unknown field. Raises ParseError."""
    if not isinstance(request.data, list):
        raise ParseError(_("The body must be a list of replies."))
    if len(request.data) > MOST_REPLIES:
        raise ParseError(_("A request may hold %(count)d replies at most.") % {"count": MOST_REPLIES})
    lines = [(f"[{index}].", line) for index, line in enumerate(request.data) if isinstance(line, dict)]
    refuse_unknown_fields(lines, REPLY_FIELDS)
    return request.data


def _note_opening(request: Request, notice: Notice) -> None:
    person = cast(User, request.user)
    if person.role == User.Role.LIAISON and notice.opened_at is None and is_read(request._request):
        workflow.open_notice(notice=notice, actor=person)


def _in_state(rows: QuerySet, request: Request) -> QuerySet:
    wanted = request.query_params.get("state")
    return rows.filter(state=wanted) if wanted else rows


def _wanted(notices: QuerySet[Notice], request: Request) -> QuerySet[Notice]:
    """Those of a platform, and those issued after a moment. Raises ValidationError for values that name neither."""
    if slug := request.query_params.get("platform", ""):
        platform = Platform.objects.filter(slug=slug).first()
        if platform is None:
            raise ValidationError({"platform": [_("There is no platform “%(slug)s”.") % {"slug": slug[:40]}]})
        notices = notices.filter(platform=platform)
    if text := request.query_params.get("issued_after", ""):
        day = parse_day(text)
        moment = parse_moment(text)
        if day is not None:
            notices = notices.filter(issued_at__gte=datetime.combine(day, time(), SHANGHAI))
        elif moment is not None:
            notices = notices.filter(issued_at__gt=moment)
        else:
            raise ValidationError({"issued_after": [_("A date such as 2026-11-05, or 2026-11-05T14:30:00+08:00.")]})
    return notices


def _answer(notice: Notice, body: list[Any], user: Any) -> list[dict[str, Any]]:
    """One response row for each row of the body; those that are no replies at all are refused here."""
    replies: list[Reply] = []
    rows: dict[Any, dict[str, Any]] = {}
    for row, line in enumerate(body, start=1):
        reply, code, detail = _read(row, line)
        if reply is None:
            rows[row] = {"row": row, "result": "refused", "code": code, "detail": detail}
        else:
            replies.append(reply)
    for result in workflow.answer_items(notice=notice, replies=replies, actor=user):
        rows[result.ref] = {
            "row": result.ref,
            "result": "accepted" if result.ok else "refused",
            "code": result.code,
            "detail": str(result.message),
        }
    return [rows[row] for row in range(1, len(body) + 1)]


def _read(row: int, line: Any) -> tuple[Reply | None, str, str]:
    """A line of the body as a reply, or the code and sentence why it is none."""
    if not isinstance(line, dict):
        return None, "bad-row", _("A reply is an object with an item or an address, and an outcome.")
    item, address, stated = line.get("item"), line.get("address"), line.get("at")
    if isinstance(item, str) and re.fullmatch(r"[0-9]{1,19}", item):
        item = int(item)
    if item is not None and (not isinstance(item, int) or isinstance(item, bool) or not 0 < item < 2**63):
        return None, "not-in-notice", _("This is not in this notice.")
    if not isinstance(address, str | None) or (item is None and address is None):
        return None, "bad-row", _("A reply is an object with an item or an address, and an outcome.")
    at = parse_moment(stated)
    if stated not in (None, "") and at is None:
        return None, "bad-at", _("The time must be written as 2026-11-05T14:30:00+08:00.")
    remark = line.get("remark") or ""
    if not isinstance(remark, str) or "\x00" in remark or "\x00" in (address or ""):
        return None, "bad-row", _("The remark must be text.")
    stated_besides = _stated_besides(line)
    if stated_besides is None:
        return None, "bad-row", _("What is stated besides the remark must be text, or numbers of exhibits.")
    remark = "\n".join(filter(None, [remark, stated_besides]))
    return Reply(row, str(line.get("outcome")), item=item, address=address or "", at=at, remark=remark), "", ""


def _stated_besides(line: dict[str, Any]) -> str | None:
    """What a reply states in STATED_FIELDS, a line for each; None if one of them is no text and no list of texts."""
    lines = []
    for name in STATED_FIELDS:
        stated = line.get(name)
        if stated in (None, "", []):
            continue
        words = stated if isinstance(stated, list) else [stated]
        if not all(isinstance(word, str | int) and "\x00" not in str(word) for word in words):
            return None
        lines.append(f"{name}: {', '.join(map(str, words))}")
    return "\n".join(lines)


def parse_moment(text: Any) -> Any:
    """An aware datetime from ISO 8601 text with an offset, or None."""
    if not isinstance(text, str):
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return None if moment is None or is_naive(moment) else moment


def parse_day(text: str) -> date | None:
    """A date written as 2026-11-05, or None."""
    try:
        return parse_date(text)
    except ValueError:
        return None


router = SimpleRouter()
router.register("notices", NoticeViewSet, basename="api-notice")
urls = router.urls
