"""Webhook delivery: in order within a lane, lanes in parallel, again until 2xx."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from tests.botapi.core import Core
from tests.botapi.mailbox import Queued
from tests.botapi.webhook_target import Target
from tests.botapi.wire import Poster, Reply

_LONGEST_BACKOFF = 60.0


class Courier:
    """Takes queued updates to the webhook on the server's event loop."""

    def __init__(self, core: Core, backoff: float, timeout: float) -> None:
        self._core = core
        self._backoff = backoff
        self._timeout = timeout
        self._target: Target | None = None
        self._poster: Poster | None = None
        self._slots = asyncio.Semaphore(1)
        self._lanes: dict[str, deque[Queued]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Start on updates that are new since last time, or change over to another webhook."""
        with self._core.lock:
            if self._core.target is not self._target:
                self._change_over(self._core.target)
            fresh = self._core.mailbox.fresh
            while fresh:
                self._enqueue(fresh.popleft())

    def stop(self) -> None:
        """Give up deliveries under way; they are made again after the next start."""
        for task in self._tasks:
            task.cancel()
        if self._poster is not None:
            self._poster.close()

    def _change_over(self, target: Target | None) -> None:
        self.stop()
        self._lanes.clear()
        self._target = target
        if target is None:
            self._core.mailbox.stop_lanes()
        else:
            self._core.mailbox.start_lanes()
            self._poster = Poster(target.url, target.secret)
            self._slots = asyncio.Semaphore(target.max_connections)

    def _enqueue(self, queued: Queued) -> None:
        lane = self._lanes.get(queued.lane)
        if lane is not None:
            lane.append(queued)
            return
        self._lanes[queued.lane] = deque([queued])
        task = asyncio.get_running_loop().create_task(self._drain(queued.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, name: str) -> None:
        """Deliver one lane; a failed update is tried again at once, then after growing pauses."""
        lane = self._lanes[name]
        failures = 0
        while lane:
            failed, retry_after = await self._deliver(lane[0])
            if failed:
                pause = retry_after or (self._backoff * 2**failures if failures else 0.0)
                failures += 1
                await asyncio.sleep(min(pause, _LONGEST_BACKOFF))
                continue
            failures = 0
            self._delivered(lane.popleft())
        del self._lanes[name]

    async def _deliver(self, queued: Queued) -> tuple[bool, float]:
        """Post once: whether it failed, and the pause the receiver asked for."""
        assert self._poster is not None
        async with self._slots:
            try:
                reply = await asyncio.wait_for(self._poster.post(queued.body), self._timeout)
            except TimeoutError:
                return self._failed("Read timeout expired"), 0.0
            except (OSError, EOFError) as error:
                return self._failed(f"Webhook connection closed: {error}"), 0.0
        if not 200 <= reply.status < 300:
            retry_after = reply.headers.get("retry-after", "")
            failed = self._failed(f"Wrong response from the webhook: {reply.status} {reply.reason}")
            return failed, float(retry_after) if retry_after.isdecimal() else 0.0
        self._check_body(reply)
        return False, 0.0

    def _failed(self, reason: str) -> bool:
        if self._target is not None:
            self._target.last_error = reason
            self._target.last_error_time = int(time.time())
        return True

    def _check_body(self, reply: Reply) -> None:
        if b'"method"' in reply.body:
            self._core.error(f"a method call in the answer to a webhook is not supported: {reply.body[:200]!r}")

    def _delivered(self, queued: Queued) -> None:
        with self._core.lock:
            self._core.mailbox.pending.pop(queued.update_id, None)
