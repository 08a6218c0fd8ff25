"""A small HTTP client that posts updates over kept-alive connections."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

_NO_BODY = frozenset({204, 304})

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a webhook answered."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


class Poster:
    """Posts JSON to one address."""

    def __init__(self, url: str, secret: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or 80
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        head = f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        if secret:
            head += f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n"
        self._head = head.encode()
        self._idle: list[Connection] = []

    async def post(self, body: bytes) -> Reply:
        """Send one update; raises OSError or EOFError if the connection breaks."""
        reader, writer = self._reused() or await self._connect()
        try:
            writer.write(self._head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            reply, reusable = await _read_reply(reader)
        except BaseException:
            writer.close()
            self.close()
            raise
        if reusable:
            self._idle.append((reader, writer))
        else:
            writer.close()
        return reply

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop()[1].close()

    def _reused(self) -> Connection | None:
        """A kept connection the receiver has not closed meanwhile."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not (reader.at_eof() or writer.is_closing()):
                return reader, writer
            writer.close()
        return None

    async def _connect(self) -> Connection:
        return await asyncio.open_connection(self._host, self._port)


async def _read_reply(reader: asyncio.StreamReader) -> tuple[Reply, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    _, status, reason = [*first.split(" ", 2), ""][:3]
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    length = headers.get("content-length")
    known = length is not None or int(status) in _NO_BODY
    body = await reader.readexactly(int(length or 0)) if known else b""
    reusable = known and headers.get("connection", "").lower() != "close"
    return Reply(int(status), reason, headers, body), reusable
