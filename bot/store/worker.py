"""The threads that transactions run in; calls that wait are carried over together, not one by one."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

# Calls done before the first of them gets its result.
TOGETHER = 16


@dataclass(slots=True)
class _Call:
    """One call, with the loop and future that wait for it."""

    work: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Worker:
    """Does calls in order in its own threads; waking a loop costs more than most of what is done."""

    def __init__(self, threads: int, name: str) -> None:
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def do(self, work: Callable[[], Any]) -> asyncio.Future[Any]:
        """Queue a call from a running loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._calls.put(_Call(work, loop, future))
        return future

    def close(self) -> None:
        """Finish what is queued and end."""
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            call = self._calls.get()
            done: list[_Call] = []
            while call is not None:
                _carry_out(call)
                done.append(call)
                try:
                    call = self._calls.get_nowait() if len(done) < TOGETHER else None
                except Empty:
                    break
                if call is None and len(done) < TOGETHER:
                    self._calls.put(None)
            if not done:
                return
            _deliver(done)


def _carry_out(call: _Call) -> None:
    try:
        call.result = call.work()
    except BaseException as error:
        call.error = error


def _deliver(done: list[_Call]) -> None:
    """Hand the results to their loop in one go; a loop that is gone wants none."""
    try:
        done[0].loop.call_soon_threadsafe(_settle, done)
    except RuntimeError:
        return


def _settle(done: list[_Call]) -> None:
    for call in done:
        if call.future.done():
            continue
        if call.error is not None:
            call.future.set_exception(call.error)
        else:
            call.future.set_result(call.result)
