"""The thread with the event loop that serves HTTP and delivers to the webhook."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.server import ServerState

from tests.botapi.app import BotApiApp
from tests.botapi.core import Core
from tests.botapi.courier import Courier
from tests.botapi.polling import Poller

_START_TIMEOUT = 10.0
_KEEP_ALIVE = 75


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the server takes its time, in seconds."""

    webhook_backoff: float
    webhook_timeout: float
    conflict_pause: float
    repeat_pause: float


class Service:
    """One run of the server, from start to stop."""

    def __init__(self, core: Core, pace: Pace, control: Callable[[Request], Awaitable[Response]]) -> None:
        self._core = core
        self._pace = pace
        self._control = control
        self._state = ServerState()
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._poller: Poller | None = None
        self._courier: Courier | None = None
        self._wake_due = False

    def start(self, listener: socket.socket) -> None:
        """Serve this socket; return when requests are answered."""
        self._thread = threading.Thread(target=self._run, args=(listener,), name="botapi", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_TIMEOUT):
            raise RuntimeError("the Bot API server did not start")

    def stop(self) -> None:
        """Break all connections and stop listening."""
        if self._loop is not None and self._stopping is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def _run(self, listener: socket.socket) -> None:
        asyncio.run(self._serve(listener))

    async def _serve(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._poller = Poller(self._core, self._pace.conflict_pause, self._pace.repeat_pause)
        self._courier = Courier(self._core, self._pace.webhook_backoff, self._pace.webhook_timeout)
        server = await self._listen(self._poller, listener)
        with self._core.lock:
            self._core.wake = self._wake
            self._core.abort_poll = self._poller.abort
        self._look()
        self._ready.set()
        await self._stopping.wait()
        server.close()
        await self._break_off(self._courier)

    async def _listen(self, poller: Poller, listener: socket.socket) -> asyncio.Server:
        app = BotApiApp(self._core, poller, self._drop, self._control)
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_level="critical",
            access_log=False,
            timeout_keep_alive=_KEEP_ALIVE,
        )
        config.load()
        protocol: Any = config.http_protocol_class
        return await asyncio.get_running_loop().create_server(
            lambda: protocol(config=config, server_state=self._state, app_state={}),
            sock=listener,
        )

    async def _break_off(self, courier: Courier) -> None:
        """Leave every client without its answer, as a server that goes down does."""
        courier.stop()
        for connection in list(self._state.connections):
            connection.transport.abort()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _wake(self) -> None:
        """Let poller and courier look at the queue soon; any thread."""
        if self._wake_due or self._loop is None:
            return
        self._wake_due = True
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        self._wake_due = False
        if self._poller is not None and self._courier is not None:
            self._poller.wake()
            self._courier.wake()

    def _drop(self, scope: Scope) -> None:
        """Break the connection a request came on."""
        for connection in list(self._state.connections):
            if getattr(connection, "client", None) == scope["client"]:
                connection.transport.abort()
