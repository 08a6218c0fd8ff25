"""A webhook that records what it is sent."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Server(ThreadingHTTPServer):
    """Takes many connections at once and breaks them when it stops."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._taken: list[socket.socket] = []

    def get_request(self) -> tuple[socket.socket, Any]:
        taken, address = super().get_request()
        self._taken.append(taken)
        return taken, address

    def break_off(self) -> None:
        """Stop listening and break the connections that are left."""
        self.shutdown()
        self.server_close()
        for taken in self._taken:
            with contextlib.suppress(OSError):
                taken.shutdown(socket.SHUT_RDWR)


class Receiver:
    """Answers messages with the given statuses, then with 200, each after a pause."""

    def __init__(self, statuses: list[int], pause: float = 0.0, port: int = 0) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.overlaps = 0
        self.most_at_once = 0
        self._statuses = statuses
        self._pause = pause
        self._busy: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self._handler())
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> Receiver:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.break_off()

    @property
    def texts(self) -> list[str]:
        """The texts delivered, repetitions included."""
        return [body["message"]["text"] for body in self.bodies]

    def _take(self, body: dict[str, Any], secret: str | None) -> int:
        """Record one delivery and return the status to answer with."""
        chat = body["message"]["chat"]["id"]
        with self._lock:
            self._busy[chat] += 1
            self.overlaps += self._busy[chat] > 1
            self.most_at_once = max(self.most_at_once, self._busy.total())
            self.bodies.append(body)
            self.secrets.append(secret)
            status = self._statuses.pop(0) if self._statuses else 200
        time.sleep(self._pause)
        with self._lock:
            self._busy[chat] -= 1
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(receiver._take(body, self.headers["X-Telegram-Bot-Api-Secret-Token"]))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        return Handler
