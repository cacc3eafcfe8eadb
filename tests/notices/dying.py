"""A Celery worker whose power fails at a step of sending: `celery -A tests.notices.dying worker`, DIE_AT says which."""

import os
import signal
import smtplib
from collections.abc import Callable
from typing import Any

from celery.signals import worker_process_init

from config.celery import app

__all__ = ["app"]


def die() -> None:
    """The whole worker at once, its pool with it."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def dies(
    owner: Any,
    name: str,
    *,
    before: bool = False,
    when: Callable[..., bool] = lambda *_args: True,
) -> None:
    """Make a function the worker's last: it dies before or after it."""
    act = getattr(owner, name)

    def last(*args: Any, **words: Any) -> Any:
        if before and when(*args):
            die()
        result = act(*args, **words)
        if when(*args):
            die()
        return result

    setattr(owner, name, last)


@worker_process_init.connect
def prepare(**_signal: Any) -> None:
    """Only in the pool's process, where Django is set up, can the outbox be imported."""
    from corps.mail import outbox, smtp

    step = os.environ["DIE_AT"]
    if step in ("before the claim", "after the claim"):
        dies(outbox, "_claim", before=step.startswith("before"))
    elif step in ("sending", "answered"):
        dies(smtp.Line, "say", before=step == "sending")
    elif step == "on the line":
        dies(
            smtplib.SMTP,
            "send",
            when=lambda _smtp, content: content[-5:] == b"\r\n.\r\n",
        )
    else:
        raise ValueError(step)
