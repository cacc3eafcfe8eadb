"""Answers as a sheet: made, uploaded and confirmed."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from corps.models import User
from listings.models import Listing
from notices.models import Notice

HEAD = ["编号", "网址", "答复", "备注"]


def client_of(user: User, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def listings(notice: Notice) -> list[Listing]:
    return [
        item.target.listing
        for item in notice.items.order_by("position").select_related("target__listing")
    ]


def as_csv(rows: list[list[str]], head: list[str] = HEAD) -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return SimpleUploadedFile(
        "答复.csv", text.getvalue().encode("utf-8-sig"), "text/csv"
    )


def hand_in(client: Client, notice: Notice, file: SimpleUploadedFile):
    return client.post(
        reverse("notices:answers", args=[notice.number]), {"sheet": file}
    )


def confirm(client: Client, notice: Notice, page):
    return client.post(
        reverse("notices:answers_confirm", args=[notice.number]),
        {"seen": page.context["seen"]},
    )
