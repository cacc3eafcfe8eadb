"""A Valkey of a test's own, which may be killed: the one that all tests share may not."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kombu import pools

from config.celery import app
from runtime import Services, use


class Broker:
    """`kill` ends it as a power cut would, and it stays away until `revive`."""

    def __init__(self, services: Services) -> None:
        state = services.place.state("valkey")
        assert state is not None
        self.keeper: int = state["keeper"]
        self.url = services.env["REDIS_URL"]

    def server(self) -> int | None:
        """Its process, if it runs."""
        children = (
            Path(f"/proc/{self.keeper}/task/{self.keeper}/children").read_text().split()
        )
        return int(children[0]) if children else None

    def kill(self) -> None:
        """No warning, and nobody starts it again."""
        os.kill(self.keeper, signal.SIGSTOP)
        server = self.server()
        assert server is not None
        os.kill(server, signal.SIGKILL)

    def revive(self) -> None:
        """Its keeper finds it dead and starts it again, with nothing of what it held."""
        os.kill(self.keeper, signal.SIGCONT)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < deadline, "Valkey did not come back"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with app.connection_for_write() as line:
                line.ensure_connection(max_retries=1, timeout=1)
        except (OSError, app.connection().recoverable_connection_errors):
            return False
        return True


def forget_connections() -> None:
    """Let this process's application open its connections anew."""
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None


@contextmanager
def own_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """A broker for this process and for the workers that it starts, for the length of a block."""
    folder = Path(tempfile.mkdtemp(prefix="corps-broker-"))
    folder.chmod(0o755)
    try:
        with (
            use(folder, profile="fast", kinds=["valkey"]) as services,
            monkeypatch.context() as patch,
        ):
            broker = Broker(services)
            patch.setenv("REDIS_URL", broker.url)
            patch.setattr(app.conf, "broker_url", broker.url)
            forget_connections()
            try:
                yield broker
            finally:
                os.kill(broker.keeper, signal.SIGCONT)
    finally:
        forget_connections()
        shutil.rmtree(folder, ignore_errors=True)
