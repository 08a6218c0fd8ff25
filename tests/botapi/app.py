"""The ASGI application: from a request to Telegram's answer."""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.botapi.core import Core
from tests.botapi.faults import Fault
from tests.botapi.methods import METHODS, Method
from tests.botapi.params import Params, read_params
from tests.botapi.polling import Poller
from tests.botapi.records import Call, Json, RefusedError

_GET_UPDATES = "getUpdates"
_ANSWERING = frozenset({"fail", "drop_before"})


class _DroppedError(Exception):
    """The connection is to be closed without an answer."""


class BotApiApp:
    """Serves /bot<token>/<method>; everything else goes to ``fallback``."""

    def __init__(
        self,
        core: Core,
        poller: Poller,
        drop: Callable[[Scope], None],
        fallback: Callable[[Request], Awaitable[Response]],
    ) -> None:
        self._core = core
        self._poller = poller
        self._drop = drop
        self._fallback = fallback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        path: str = scope["path"]
        if not path.startswith("/bot"):
            response = await self._fallback(Request(scope, receive))
            return await response(scope, receive, send)
        token, _, name = path.removeprefix("/bot").partition("/")
        try:
            status, body = await self._answer(token, name, Request(scope, receive))
        except _DroppedError:
            self._drop(scope)
            await asyncio.sleep(0.001)
            return None
        return await Response(body, status, media_type="application/json")(scope, receive, send)

    async def _answer(self, token: str, name: str, request: Request) -> tuple[int, bytes]:
        if token != self._core.token:
            return _refusal(RefusedError(401, "Unauthorized"))
        method = METHODS.get(name.lower())
        if method is None:
            self._core.error(f"unknown method {name!r}")
            return _refusal(RefusedError(404, "Not Found: method not found"))
        body = await request.body()
        try:
            params = read_params(_query_string(request), request.headers.get("content-type", ""), body)
        except RefusedError as refused:
            self._core.error(f"{method.name}: {refused.description}")
            return _refusal(refused)
        self._check_names(method, params)
        return await self._carry_out(method, params)

    async def _carry_out(self, method: Method, params: Params) -> tuple[int, bytes]:
        """Meet the faults ordered for this request, perform it, keep a record."""
        with self._core.lock:
            fault = self._core.faults.next(method.name, params)
        try:
            await _before(fault)
            result = await self._perform(method, params)
        except RefusedError as refused:
            self._record(method, params, refused.status, refused.description, fault)
            return _refusal(refused)
        except _DroppedError:
            self._record(method, params, 0, "dropped unread", fault)
            raise
        self._record(method, params, 200, "", None)
        await _after(fault)
        return 200, b'{"ok":true,"result":' + result + b"}"

    async def _perform(self, method: Method, params: Params) -> bytes:
        if self._core.closed:
            raise RefusedError(400, self._core.closed)
        if method.handler is None:
            return await self._poller.get_updates(params)
        try:
            with self._core.lock:
                return json.dumps(method.handler(self._core, params)).encode()
        except RefusedError:
            raise
        except Exception:
            self._core.error(f"{method.name}: {traceback.format_exc()}")
            raise RefusedError(500, "Internal Server Error") from None

    def _check_names(self, method: Method, params: Params) -> None:
        unknown = params.values.keys() - method.parameters
        if unknown:
            self._core.error(f"{method.name}: unknown parameters {sorted(unknown)}")

    def _record(self, method: Method, params: Params, status: int, description: str, fault: Fault | None) -> None:
        if method.name == _GET_UPDATES and status == 200:
            return
        injected = fault is not None and fault.kind in _ANSWERING
        self._core.record_call(Call(method.name, params.values, status, description, time.monotonic(), injected))


def _query_string(request: Request) -> bytes:
    """The raw query string."""
    query: bytes = request.scope["query_string"]
    return query


def _refusal(refused: RefusedError) -> tuple[int, bytes]:
    answer: Json = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        answer["parameters"] = refused.parameters
    return refused.status, json.dumps(answer).encode()


async def _before(fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.refusal is not None:
        raise fault.refusal
    if fault.kind == "drop_before":
        raise _DroppedError
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)


async def _after(fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.kind == "drop_after":
        raise _DroppedError
    if fault.kind == "delay_after":
        await asyncio.sleep(fault.seconds)
