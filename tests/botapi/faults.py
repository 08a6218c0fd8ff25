"""Troubles a test can order for the next requests."""

from __future__ import annotations

from dataclasses import dataclass

from tests.botapi.params import Params
from tests.botapi.records import RefusedError

_DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(slots=True)
class Fault:
    """What happens to requests of one method ("*": of all); ``times`` counts down."""

    kind: str
    method: str
    times: int
    chat_id: int | None = None
    refusal: RefusedError | None = None
    seconds: float = 0.0

    def hits(self, method: str, params: Params) -> bool:
        """Whether the request is one of those meant."""
        if self.method not in ("*", method):
            return False
        return self.chat_id is None or params.text("chat_id") == str(self.chat_id)


class Faults:
    """Faults in the order they were ordered; the caller holds the lock."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Call off everything that is left."""
        self._faults.clear()

    def next(self, method: str, params: Params) -> Fault | None:
        """Use up one of the faults meant for this request, if any."""
        for fault in self._faults:
            if fault.hits(method, params):
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None


def refusal(status: int, description: str | None, retry_after: int | None) -> RefusedError:
    """An injected answer in Telegram's words."""
    text = description if description is not None else _DESCRIPTIONS.get(status, "Bad Request")
    if retry_after is None:
        return RefusedError(status, text)
    if description is None:
        text = f"{text}: retry after {retry_after}"
    return RefusedError(status, text, {"retry_after": retry_after})
