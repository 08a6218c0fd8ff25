"""getUpdates: one poller at a time, long polls, confirmation by offset."""

from __future__ import annotations

import asyncio
import contextlib
import time

from tests.botapi.core import Core
from tests.botapi.params import Params
from tests.botapi.records import RefusedError
from tests.botapi.webhook import allow_updates

_LONGEST_POLL = 50
_MOST_UPDATES = 100
_OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Poller:
    """Answers getUpdates on the server's event loop."""

    def __init__(self, core: Core, conflict_pause: float, repeat_pause: float) -> None:
        self._core = core
        self._conflict_pause = conflict_pause
        self._repeat_pause = repeat_pause
        self._next_conflict = 0.0
        self._previous = (0, -1.0)
        self._waiting: asyncio.Future[None] | None = None

    async def get_updates(self, params: Params) -> bytes:
        """A JSON array of updates, or a 409 for the poller that lost."""
        core = self._core
        with core.lock:
            if core.target is not None:
                conflict = _WEBHOOK_SET
            else:
                conflict = ""
                self.abort(_OTHER_POLLER)
                limit, timeout = self._read(params)
        try:
            if conflict:
                raise RefusedError(409, conflict)
            return await self._collect(limit, timeout)
        except RefusedError:
            await self._hold_back()
            raise

    def wake(self) -> None:
        """Let the waiting poll look at the queue."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def abort(self, description: str) -> None:
        """End the waiting poll with a 409."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(RefusedError(409, description))
        self._waiting = None

    def _read(self, params: Params) -> tuple[int, float]:
        """Confirm by offset; limit and time-out of this poll."""
        core = self._core
        allow_updates(core, params)
        offset = params.integer("offset")
        core.mailbox.confirm(offset)
        limit = min(max(params.integer("limit", _MOST_UPDATES), 1), _MOST_UPDATES)
        timeout = float(min(max(params.integer("timeout"), 0), _LONGEST_POLL))
        now = time.monotonic()
        if self._previous[0] == offset and now < self._previous[1] + self._repeat_pause:
            timeout = max(timeout, self._repeat_pause)
        self._previous = (offset, now)
        return limit, timeout

    async def _collect(self, limit: int, timeout: float) -> bytes:
        mailbox = self._core.mailbox
        with self._core.lock:
            if mailbox.pending or timeout <= 0:
                return mailbox.batch(limit)
            waiting = self._waiting = asyncio.get_running_loop().create_future()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(waiting, timeout)
        with self._core.lock:
            if self._waiting is waiting:
                self._waiting = None
            return mailbox.batch(limit)

    async def _hold_back(self) -> None:
        """Answer the first conflict at once and further ones late, so that pollers do not spin."""
        now = time.monotonic()
        if now < self._next_conflict:
            await asyncio.sleep(self._conflict_pause)
        else:
            self._next_conflict = now + self._conflict_pause
