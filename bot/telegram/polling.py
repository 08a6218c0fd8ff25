"""Updates by polling: journalled first, confirmed after, answered from the journal."""

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import Any

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.store.records import Begun, Journalled, Opening
from bot.store.store import Store
from bot.telegram.client import Client
from bot.telegram.dispatch import Dispatcher
from bot.telegram.reading import Asked
from bot.telegram.trouble import wait_of, where

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
CONFLICT_PAUSE = 3.0

log = structlog.get_logger()


class Poller:
    """Fetches updates, keeps them, and lets them be answered."""

    def __init__(self, client: Client, store: Store, dispatcher: Dispatcher) -> None:
        self._client = client
        self._store = store
        self._dispatcher = dispatcher
        self._conflict = False
        self._pause = FIRST_PAUSE

    async def run(self) -> None:
        """Replay what an interruption left, then poll until cancelled."""
        await self._replay()
        offset = 0
        while True:
            try:
                found = await self._client.raw_updates(offset)
            except InvalidToken:
                raise
            except TelegramError as error:
                await self._wait_out(error)
                continue
            self._conflict, self._pause = False, FIRST_PAUSE
            if found:
                await self._take(found)
                offset = found[-1]["update_id"] + 1
            await self._dispatcher.lanes.space()

    async def _replay(self) -> None:
        left = await self._store.run(self._store.unfinished)
        for kept in left:
            at = datetime.fromtimestamp(kept.at, UTC)
            asked = await self._read(json.loads(kept.raw), at)
            if asked is None:
                await self._store.run(self._store.fail, kept.update_id)
            else:
                self._dispatcher.start(asked)
        if left:
            log.info("replaying", updates=len(left))

    async def _take(self, found: list[dict[str, Any]]) -> None:
        """Journal a batch in one transaction, then start what is new in it."""
        now = time.time()
        at = datetime.fromtimestamp(now, UTC)
        turns = [(asked, raw) for raw in found if (asked := await self._read(raw, at)) is not None]
        if not turns:
            return
        at_once, kept = self._dispatcher.startable([asked for asked, _ in turns]), []
        for asked, raw in turns:
            seen = Journalled(asked.update_id, asked.mark, json.dumps(raw, ensure_ascii=False), now)
            kept.append((seen, asked.opening if asked in at_once else None))
        fresh = await self._journal(kept)
        for asked, _ in turns:
            if asked.update_id in fresh:
                self._dispatcher.start(asked, fresh[asked.update_id])

    async def _journal(self, kept: list[tuple[Journalled, Opening | None]]) -> dict[int, Begun | None]:
        """Nothing is confirmed to Telegram before it is kept, however long the database is away."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._store.run(self._store.journal, kept)
            except Exception as error:
                log.error("database refused", **where(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _read(self, raw: dict[str, Any], at: datetime) -> Asked | None:
        try:
            update = Update.de_json(raw, self._client)
            return await self._dispatcher.turn_of(update, at)
        except Exception as error:
            log.error("update not understood", update=raw.get("update_id"), **where(error))
            return None

    async def _wait_out(self, error: TelegramError) -> None:
        """One line for a trouble, then patience."""
        if isinstance(error, Conflict):
            if not self._conflict:
                log.error("another process polls with this token (409); only one may", retry=CONFLICT_PAUSE)
            self._conflict = True
            await asyncio.sleep(CONFLICT_PAUSE)
            return
        if isinstance(error, RetryAfter):
            await asyncio.sleep(wait_of(error))
            return
        log.warning("no updates", **where(error))
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
