"""The API of cases: handing in a complaint with its sheet, and following its import."""

from typing import Any, cast

from django.conf import settings
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_field, inline_serializer
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from cases import workflow
from cases.intake import require_capacity_for_sheet
from cases.models import Complaint, ImportRow, SheetImport
from corps.access.parameters import KnownFields, KnownInput, reads
from corps.api.base import MayDoVerb, TooLarge
from corps.deadlines.clock import now
from corps.models import User
from corps.ui.formats import moment
from corps.workflow import Upload
from firms.models import Firm
from listings.sheets.not_read import REASONS as NOT_READ
from listings.sheets.not_read import NotRead

SPREADSHEET = "application/octet-stream"


class FirmField(serializers.SlugRelatedField):
    """A firm by its code, one that the caller may speak for."""

    def get_queryset(self) -> QuerySet[Firm]:
        return Firm.objects.visible_to(self.context["request"].user)


class ComplaintSerializer(KnownFields):
    """A complaint as it is handed in. firm: its code, one that the caller may speak for."""

    firm = FirmField("code", queryset=Firm.objects.none())
    subject = serializers.CharField(max_length=200)
    received_on = serializers.DateField()
    sheet = serializers.FileField(allow_empty_file=True, max_length=200)

    def validate_sheet(self, sheet: Any) -> Any:
        if sheet.size > settings.SHEET_MAX_BYTES:
            limit = settings.SHEET_MAX_BYTES // 2**20
            raise TooLarge(
                _("The sheet is larger than %(limit)d MB.") % {"limit": limit}
            )
        return sheet  # what is no sheet is taken, and its import ends as failed with the reason


class ComplaintViewSet(KnownInput, viewsets.GenericViewSet):
    """Complaints with their sheets."""

    serializer_class = ComplaintSerializer
    permission_classes = [IsAuthenticated, MayDoVerb]
    parser_classes = [MultiPartParser]
    body_kind = "body.sheet"
    verb = "cases.view_complaints"

    @reads(has_body=True)
    @extend_schema(
        summary=gettext_lazy("Submit a complaint"),
        description=gettext_lazy(
            "Its sheet is read and registered without a review step; follow it at `import`."
        ),
        responses={
            202: inline_serializer("ImportAddress", {"import": serializers.CharField()})
        },
    )
    def create(self, request: Request) -> Response:
        """Hand in a sheet; it is read and registered without a review step. 202 with the import's address."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        fields = body.validated_data
        require_capacity_for_sheet(
            cast(User, request.user), fields["firm"], fields["sheet"].size
        )
        _complaint, sheet_import = workflow.submit_complaint(
            actor=cast(User, request.user),
            firm=fields["firm"],
            subject=fields["subject"],
            received_on=fields["received_on"],
            only_proposes_receipt=True,
            sheet=Upload(fields["sheet"], SPREADSHEET),
            sheet_name=fields["sheet"].name,
            needs_review=False,
            at=now(),
        )
        address = reverse(
            "api-import-detail", args=[sheet_import.pk if sheet_import else ""]
        )
        return Response({"import": address}, status=202, headers={"Location": address})


class NotReadSerializer(serializers.Serializer):
    """Rows of a file that are not read. `from`, `to`: the first and the last row number; `rows`: how many between."""

    worksheet = serializers.SerializerMethodField()
    to = serializers.IntegerField(source="last")
    rows = serializers.IntegerField()
    why = serializers.ChoiceField(list(NOT_READ.items()))

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        first = serializers.IntegerField(source="first")
        return {"worksheet": fields.pop("worksheet"), "from": first, **fields}

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_worksheet(self, part: NotRead) -> str | None:
        return part.worksheet or None


class ImportSerializer(serializers.ModelSerializer):
    state = serializers.SerializerMethodField()
    rows_by_result = serializers.SerializerMethodField()
    detail = serializers.SerializerMethodField(
        help_text=gettext_lazy(
            "Why it failed, or what of the file was not read; and whether the same file came before"
        )
    )
    not_read = NotReadSerializer(many=True, read_only=True)

    class Meta:
        model = SheetImport
        fields = ["state", "rows", "rows_by_result", "done", "detail", "not_read"]

    @extend_schema_field(str)
    def get_detail(self, sheet_import: SheetImport) -> str:
        sentences = sheet_import.reading_report
        if sheet_import.explanation:
            sentences = [sheet_import.explanation]
        if sheet_import.undone_at:
            sentences.append(
                _("Undone on %(when)s.") % {"when": moment(sheet_import.undone_at)}
            )
        seen = Complaint.objects.visible_to(self.context["request"].user)
        if earlier := seen.with_sheet_of(sheet_import.of_complaint).first():
            sentences.append(
                _("Exactly this file came before, with complaint %(number)s.")
                % {"number": earlier.number}
            )
        return " ".join(sentences)

    @extend_schema_field(
        serializers.ChoiceField(["reading", "registering", "done", "failed", "undone"])
    )
    def get_state(self, sheet_import: SheetImport) -> str:
        """The five words of the contract: what waits for a person's look is still being read."""
        words: dict[str, str] = {
            SheetImport.State.REVIEW: "reading",
            SheetImport.State.ABANDONED: "failed",
        }
        return words.get(sheet_import.state, sheet_import.state)

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_rows_by_result(self, sheet_import: SheetImport) -> dict[str, int]:
        counted = (
            sheet_import.import_rows.order_by()
            .values_list("result")
            .annotate(Count("pk"))
        )
        return dict.fromkeys(ImportRow.Result.values, 0) | dict(counted)


class RowSerializer(serializers.ModelSerializer):
    worksheet = serializers.SerializerMethodField()
    row = serializers.IntegerField(source="row_number")
    reason = serializers.SerializerMethodField()
    target = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()

    class Meta:
        model = ImportRow
        fields = ["worksheet", "row", "result", "reason", "address", "target"]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_worksheet(self, row: ImportRow) -> str | None:
        """The name of the worksheet; null for a text file."""
        return row.worksheet or None

    @extend_schema_field(str)
    def get_reason(self, row: ImportRow) -> str:
        return row.explanation

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_target(self, row: ImportRow) -> str | None:
        return row.target.slug if row.target else None

    @extend_schema_field(str)
    def get_address(self, row: ImportRow) -> str:
        return row.target.thing.url if row.target else row.address


class ImportViewSet(KnownInput, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Imports of sheets, and what became of their rows."""

    queryset = SheetImport.objects.none()
    serializer_class = ImportSerializer
    permission_classes = [IsAuthenticated, MayDoVerb]
    verb = "cases.view_complaints"
    lookup_value_converter = "uuid"
    ordering = "row"

    def get_queryset(self) -> QuerySet[SheetImport]:
        return SheetImport.objects.visible_to(self.request.user).select_related(
            "complaint", "undone_complaint"
        )

    @extend_schema(
        summary=gettext_lazy("Follow an import"),
        description=gettext_lazy(
            "How far it is, what became of its rows, and what of the file was not read."
        ),
    )
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """An import."""
        return super().retrieve(request, *args, **kwargs)

    @reads(paged=True)
    @extend_schema(
        summary=gettext_lazy("List the rows of an import"),
        description=gettext_lazy(
            "Each data row with its result and reason, in the order of the sheet."
        ),
        responses=RowSerializer(many=True),
    )
    @action(detail=True, serializer_class=RowSerializer)
    def rows(self, request: Request, pk: str) -> Response:
        """Each data row with its result and reason, in the order of the sheet."""
        rows = self.get_object().import_rows.select_related(
            "sheet_import", "target__platform", "target__listing", "target__store"
        )
        return self.get_paginated_response(
            RowSerializer(self.paginate_queryset(rows), many=True).data
        )


router = SimpleRouter(use_regex_path=False)
router.register("complaints", ComplaintViewSet, basename="api-complaint")
router.register("imports", ImportViewSet, basename="api-import")
urls = router.urls
