"""Order of one person's turns across processes: PostgreSQL's own advisory locks, all in one session."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.store.records import ThreadKey

_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5


class ThreadLocks:
    """Locks that other processes on the same database see; a lost session gives all of them up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="locks")
        self._session: Connection | None = None

    @asynccontextmanager
    async def held(self, key: ThreadKey) -> AsyncIterator[None]:
        """Hold the lock of a thread, waiting without keeping anybody else waiting."""
        loop = asyncio.get_running_loop()
        number, pause = _number(key), _FIRST_PAUSE
        while not await loop.run_in_executor(self._thread, self._try, number):
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        try:
            yield
        finally:
            await asyncio.shield(loop.run_in_executor(self._thread, self._release, number))

    def close(self) -> None:
        """End the session, and with it every lock."""
        self._thread.shutdown()
        if self._session is not None:
            self._session.close()

    def _try(self, number: int) -> bool:
        if self._session is None:
            self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._ask("pg_try_advisory_lock", number)

    def _release(self, number: int) -> None:
        if self._session is not None:
            self._ask("pg_advisory_unlock", number)

    def _ask(self, function: str, number: int) -> bool:
        assert self._session is not None
        try:
            return bool(self._session.exec_driver_sql(f"SELECT {function}(%s)", (number,)).scalar())
        except DBAPIError:
            self._session.invalidate()
            self._session = None
            return False


def _number(key: ThreadKey) -> int:
    """The same 64 bits for a thread in every process."""
    name = f"{key.chat}:{key.topic}:{key.person}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)
