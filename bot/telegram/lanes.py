"""Turns in order within a thread, side by side across threads."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

MOST_WAITING = 1000


class Lanes:
    """Each job waits for the last job of each of its keys, and for nothing else."""

    def __init__(self) -> None:
        self._last: dict[Hashable, asyncio.Task[bool]] = {}
        self._jobs: set[asyncio.Task[bool]] = set()
        self._space = asyncio.Event()
        self._space.set()

    def __len__(self) -> int:
        return len(self._jobs)

    def add(self, keys: tuple[Hashable, ...], work: Callable[[], Coroutine[Any, Any, bool]]) -> asyncio.Task[bool]:
        """Run this once everything before it with one of these keys is over."""
        before = {last for key in keys if (last := self._last.get(key))}
        job = asyncio.create_task(_after(before, work))
        self._jobs.add(job)
        for key in keys:
            self._last[key] = job
        if len(self._jobs) >= MOST_WAITING:
            self._space.clear()

        def over(job: asyncio.Task[bool]) -> None:
            self._jobs.discard(job)
            self._space.set()
            for key in keys:
                if self._last.get(key) is job:
                    del self._last[key]

        job.add_done_callback(over)
        return job

    def busy(self, keys: tuple[Hashable, ...]) -> bool:
        """Whether a job with one of these keys is not over."""
        return any(key in self._last for key in keys)

    async def over(self, chat: int, patience: float) -> None:
        """Wait a while for the jobs of one chat that are under way; a key of a thread names its chat first."""
        jobs = {job for key, job in self._last.items() if isinstance(key, tuple) and key[:1] == (chat,)}
        if jobs:
            await asyncio.wait(jobs, timeout=patience)

    async def space(self) -> None:
        """Wait while too many jobs are waiting."""
        await self._space.wait()

    async def stop(self, grace: float) -> None:
        """Let jobs finish for a while, then end the rest."""
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=grace)
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)


async def _after(before: set[asyncio.Task[bool]], work: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
    if before:
        await asyncio.wait(before)
    return await work()
