"""A strict local Bot API server: real HTTP on the loopback, run in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from starlette.requests import Request
from starlette.responses import Response

from tests.botapi.control import controlled
from tests.botapi.core import Core
from tests.botapi.people import People
from tests.botapi.service import Pace, Service
from tests.botapi.trouble import Trouble
from tests.botapi.watch import Watch

_HOST = "127.0.0.1"


class BotApi(People, Trouble, Watch):
    """The server and everything a test does with it; a context manager.

    ``privacy`` hides group messages that are not meant for the bot. ``webhook_backoff`` is the first pause
    between redeliveries (Telegram: 1 s), ``conflict_pause`` how long a second 409 in a row is held back
    (Telegram: 3 s), ``repeat_pause`` how long getUpdates with the offset of the last one lasts at least
    (Telegram: 3 s).
    """

    def __init__(
        self,
        token: str = "123:TEST",
        *,
        username: str = "test_bot",
        port: int = 0,
        privacy: bool = False,
        webhook_backoff: float = 0.05,
        webhook_timeout: float = 60.0,
        conflict_pause: float = 3.0,
        repeat_pause: float = 0.0,
    ) -> None:
        super().__init__(Core(token, username, privacy=privacy))
        self.token = token
        self.port = port
        self._pace = Pace(webhook_backoff, webhook_timeout, conflict_pause, repeat_pause)
        self._service: Service | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Root of the server; PTB's base_url is ``url + "/bot"``."""
        return f"http://{_HOST}:{self.port}"

    def start(self) -> None:
        """Listen and answer; after a stop, on the same port with the same state."""
        listener = _listener(self.port)
        self.port = listener.getsockname()[1]
        self._service = Service(self._core, self._pace, self._control)
        self._service.start(listener)

    def stop(self) -> None:
        """Break all connections and stop listening; nothing is forgotten."""
        if self._service is not None:
            self._service.stop()
            self._service = None

    @contextlib.contextmanager
    def offline(self) -> Iterator[None]:
        """An outage: connections are refused inside the block."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    async def _control(self, request: Request) -> Response:
        return await controlled(self, request)


def _listener(port: int) -> socket.socket:
    """A bound socket; the protocol is named because asyncio sets TCP_NODELAY only then."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_HOST, port))
    listener.listen(512)
    return listener
