"""The API of the dashboards app: the numbers."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from corps.access.parameters import KnownInput, Parameter, day, reads
from corps.api.base import MayDoVerb
from dashboards.statistics import read_question, statistics


class CountsSerializer(serializers.Serializer):
    """Stores shut and listings removed are net of corrections."""

    stores_shut = serializers.IntegerField()
    listings_removed = serializers.IntegerField()
    repeat_removals = serializers.IntegerField()
    relistings = serializers.IntegerField()
    corrections = serializers.IntegerField()


class CountedRowSerializer(CountsSerializer):
    platform = serializers.CharField(required=False)
    firm = serializers.CharField(required=False)
    month = serializers.CharField(required=False)
    case = serializers.CharField(required=False)


class StatisticsSerializer(CountsSerializer):
    rows = CountedRowSerializer(many=True)


class StatisticsView(KnownInput, APIView):
    """The two numbers and what stands beside them, as far as the caller sees cases."""

    permission_classes = (MayDoVerb,)
    verb = "dashboards.view_numbers"

    @reads(
        day("from", description=_("First Shanghai date, included, as 2026-04-01.")),
        day("to", description=_("Last Shanghai date, included.")),
        Parameter(
            "group",
            many=True,
            description=_(
                "In any order, separated by commas: platform, firm, month, case."
            ),
        ),
        Parameter("campaign", kind=int, description=_("A campaign's number.")),
    )
    @extend_schema(
        summary=_("Read the numbers"),
        description=_(
            "The two numbers and what stands beside them, of the cases that you see."
        ),
        responses={200: StatisticsSerializer},
    )
    def get(self, request: Request) -> Response:
        question = read_question(request.query_params)
        numbers = statistics(request.user, **question.asked)
        return Response({**numbers.totals, "rows": numbers.rows})


urls = [path("statistics/", StatisticsView.as_view(), name="api_statistics")]
