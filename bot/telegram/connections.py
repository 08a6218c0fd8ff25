"""HTTP connections to the Bot API, a client each: a shared pool would look at all for every request."""

import asyncio
import json
from typing import Any

import httpx
from telegram.request import BaseRequest, HTTPXRequest, RequestData

CONNECTIONS = 16
READ_SECONDS = 10.0
_POOL_SECONDS = 15.0


class _JsonClient(httpx.AsyncClient):
    """Sends parameters as a JSON object: percent-encoding an answer into a form takes several times as long."""

    def build_request(self, method: str, url: httpx.URL | str, **given: Any) -> httpx.Request:
        """The request; one with files stays a form."""
        if given.get("data") and not given.get("files"):
            given["content"] = json.dumps(given.pop("data"), ensure_ascii=False).encode()
            given["headers"] = {**(given.get("headers") or {}), "Content-Type": "application/json"}
        return super().build_request(method, url, **given)


class JsonRequest(HTTPXRequest):
    """PTB's request with such a client."""

    def _build_client(self) -> httpx.AsyncClient:
        return _JsonClient(**self._client_kwargs)


def one_connection(context: Any) -> JsonRequest:
    """A client with one connection; all share one set of certificates, which take long to load."""
    return JsonRequest(
        connection_pool_size=1,
        read_timeout=READ_SECONDS,
        pool_timeout=_POOL_SECONDS,
        httpx_kwargs={"verify": context},
    )


class Connections(BaseRequest):
    """As many clients as are needed at once, the one used last used first."""

    def __init__(self) -> None:
        self.context = httpx.create_ssl_context()
        self._free = [one_connection(self.context)]
        self._all = list(self._free)
        self._places = asyncio.Semaphore(CONNECTIONS)

    @property
    def read_timeout(self) -> float | None:
        """Seconds that an answer may take."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """The first client; others follow when they are needed."""
        await self._all[0].initialize()

    async def shutdown(self) -> None:
        """Close every connection."""
        for client in self._all:
            await client.shutdown()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        """One request over a free connection."""
        async with self._places:
            client = self._free.pop() if self._free else self._another()
            try:
                return await client.do_request(url, method, request_data, *args, **kwargs)
            finally:
                self._free.append(client)

    def _another(self) -> JsonRequest:
        client = one_connection(self.context)
        self._all.append(client)
        return client
