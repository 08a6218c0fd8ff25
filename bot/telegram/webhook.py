"""Updates by webhook: taken only with the secret, acknowledged only once answered and committed."""

import asyncio
import hmac
import json
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import Update

from bot.settings import Settings
from bot.telegram.client import ALLOWED_UPDATES, Client
from bot.telegram.dispatch import Dispatcher
from bot.telegram.metrics import Metrics
from bot.telegram.trouble import patiently, where

MOST_BYTES = 1 << 20
# Telegram waits about a minute for an answer, then delivers again.
ANSWER_WITHIN = 50.0
CONNECTIONS = 40
_SECRET_HEADER = "x-telegram-bot-api-secret-token"

log = structlog.get_logger()


class Webhook:
    """The server that Telegram calls, with its health and its numbers."""

    def __init__(self, client: Client, dispatcher: Dispatcher, metrics: Metrics, settings: Settings) -> None:
        self._client = client
        self._dispatcher = dispatcher
        self._metrics = metrics
        self._settings = settings
        self._secret = settings.webhook_secret.get_secret_value()

    async def run(self) -> None:
        """Listen, tell Telegram where, and serve until cancelled."""
        host, port = self._settings.listen
        config = uvicorn.Config(
            self._app(), host=host, port=port, log_config=None, access_log=False, lifespan="off", ws="none"
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve())
        try:
            while not server.started and not serving.done():
                await asyncio.sleep(0.01)
            if serving.done():
                raise OSError(f"cannot listen on {host}:{port}")
            await patiently(self._announce)
            await serving
        finally:
            server.should_exit = server.force_exit = True
            await serving

    async def _announce(self) -> None:
        await self._client.set_webhook(
            self._settings.webhook_url,
            secret_token=self._secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=CONNECTIONS,
        )

    def _app(self) -> Starlette:
        path = urlsplit(self._settings.webhook_url).path or "/"
        return Starlette(
            routes=[
                Route("/healthz", self._health),
                Route("/metrics", self._numbers),
                Route(path, self._deliver, methods=["POST"]),
            ]
        )

    async def _health(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    async def _numbers(self, _: Request) -> Response:
        return Response(self._metrics.exposition(len(self._dispatcher.lanes)), media_type="text/plain")

    async def _deliver(self, request: Request) -> Response:
        """One update: 403 without the secret, 503 while it is not answered, 200 when it is settled."""
        given = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("latin-1", "replace"), self._secret.encode()):
            return self._refuse(403, "secret")
        body = await _read(request)
        if body is None:
            return self._refuse(413, "size")
        try:
            update = Update.de_json(json.loads(body), self._client)
            asked = await self._dispatcher.turn_of(update, datetime.now(UTC))
        except Exception as error:
            log.error("update not understood", **where(error))
            return self._refuse(200, "shape")
        if asked is None:
            return Response()
        job = self._dispatcher.start(asked)
        done, _ = await asyncio.wait({job}, timeout=ANSWER_WITHIN)
        settled = bool(done) and not job.cancelled() and job.exception() is None and job.result()
        return Response() if settled else self._refuse(503, "unsettled")

    def _refuse(self, status: int, why: str) -> Response:
        self._metrics.refused(why)
        return Response(status_code=status)


class _Server(uvicorn.Server):
    """Signals are the application's."""

    def capture_signals(self) -> Any:
        """Nothing, for the whole run."""
        return nullcontext()


async def _read(request: Request) -> bytes | None:
    """The body, unless it is larger than any update."""
    if int(request.headers.get("content-length") or 0) > MOST_BYTES:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)
