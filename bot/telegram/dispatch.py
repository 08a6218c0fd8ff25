"""The small router: each update to its lane, its card, or its aside."""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from telegram import ChatMember, ChatMemberUpdated, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.store.records import Begun
from bot.store.store import Store
from bot.telegram.client import Client
from bot.telegram.connections import CONNECTIONS
from bot.telegram.inline import Cards
from bot.telegram.lanes import Lanes
from bot.telegram.mind import Words
from bot.telegram.reading import Asked, Reader
from bot.telegram.turns import Turns

# A second press of the same button within this time is the same press.
PATIENCE = 5.0  # seconds that a moving group waits for its turns under way
DOUBLE_PRESS_SECONDS = 2.0
_PRESSES_KEPT = 1000
_OUT = (ChatMember.LEFT, ChatMember.BANNED)

log = structlog.get_logger()


class Dispatcher:
    """Knows where everything goes; says which updates are turns, and does the rest aside."""

    def __init__(self, client: Client, store: Store, reader: Reader, turns: Turns, cards: Cards, words: Words) -> None:
        self.lanes = Lanes()
        self._client = client
        self._store = store
        self._reader = reader
        self._turns = turns
        self._cards = cards
        self._words = words
        self._presses: dict[tuple[int, ...], float] = {}
        self._asides: set[asyncio.Task[Any]] = set()

    async def turn_of(self, update: Update, now: datetime) -> Asked | None:
        """The turn an update asks for; whatever else it is, is dealt with here."""
        if update.inline_query is not None:
            query = update.inline_query
            self.lanes.add((("inline", query.from_user.id),), partial(self._cards.handle, query))
            return None
        if update.my_chat_member is not None:
            self._aside(self._met(update.my_chat_member))
            return None
        message = update.message
        if message is not None and message.migrate_to_chat_id:
            await self.lanes.over(message.chat.id, PATIENCE)
            await self._store.run(self._store.rekey, message.chat.id, message.migrate_to_chat_id)
            return None
        asked = self._reader.read(update, now)
        if update.callback_query is not None:
            self._aside(self._turns.acknowledge(update.callback_query.id))
            return None if asked is None or self._twice(asked, update.callback_query.message) else asked
        return asked

    def startable(self, asked: list[Asked]) -> list[Asked]:
        """The first of these that nothing has to be waited for; they may be begun as they are journalled."""
        taken = set[tuple[int, ...]]()
        found = []
        for one in asked:
            free = not (taken.intersection(one.lanes) or self.lanes.busy(one.lanes) or one.lost_topic)
            taken.update(one.lanes)
            if free:
                found.append(one)
        return found[: CONNECTIONS - len(self.lanes)] if len(self.lanes) < CONNECTIONS else []

    def start(self, asked: Asked, begun: Begun | None = None) -> asyncio.Task[bool]:
        """Put a turn into its lanes, begun already or not."""
        return self.lanes.add(asked.lanes, partial(self._turns.handle, asked, begun))

    async def stop(self, grace: float) -> None:
        """Let turns finish for a while, then leave the rest for a replay."""
        await self.lanes.stop(grace)
        for aside in self._asides:
            aside.cancel()
        self._turns.close()

    def _twice(self, asked: Asked, message: object) -> bool:
        """Whether this press only repeats one of a moment ago."""
        now = time.monotonic()
        pressed = (asked.key.chat, getattr(message, "message_id", 0), asked.key.person, hash(asked.press))
        before = self._presses.get(pressed, -DOUBLE_PRESS_SECONDS)
        if len(self._presses) >= _PRESSES_KEPT:
            self._presses.clear()
        self._presses[pressed] = now
        return now - before < DOUBLE_PRESS_SECONDS

    async def _met(self, change: ChatMemberUpdated) -> None:
        """One line of greeting to a group that lets the bot in."""
        let_in = change.old_chat_member.status in _OUT and change.new_chat_member.status not in _OUT
        if change.chat.type == ChatType.PRIVATE or not let_in:
            return
        with suppress(TelegramError):
            await self._client.send_message(change.chat.id, self._words.say("group_greeting"))

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
