"""A client of the API with a key of its own, and its answers to a notice."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from corps.models import User
from corps.workflow import make_key
from notices.models import Notice


def client_for(user: User) -> Client:
    key = make_key(user=user, actor=user, at=timezone.now())
    return Client(headers={"authorization": f"Bearer {key}"})


def post(client: Client, notice: Notice, body: Any, key: str = "k1") -> Any:
    return client.post(
        f"/api/v1/notices/{notice.number}/replies/",
        data=json.dumps(body),
        content_type="application/json",
        headers={"idempotency-key": key} if key else {},
    )
