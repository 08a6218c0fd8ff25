"""Telegram's flood limits, kept by us: a chat that was hit waits alone, and all go slower for a while.

Telegram counts groups strictly, so their 20 messages a minute are never exceeded. It is generous to private
chats until it is not: for a minute after a 429, that chat gets one message a second, and the bot sends 25.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.telegram.connections import CONNECTIONS
from bot.telegram.trouble import never_sent, wait_of

GROUP_MESSAGES, GROUP_SECONDS = 20, 60.5
CHAT_PACE, OVERALL_PACE = 1.0, 1 / 25
PACED_SECONDS = 60.0
# A chat that got nothing for so long cannot have had too much: it is the bot as a whole that was hit.
QUIET_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
TRIES_WITHOUT_CHAT = 3
_ROOMS_KEPT = 2000


@dataclass(slots=True)
class Attempt:
    """Follows one request through the limiter: whether it may have left."""

    posted: bool = False


@dataclass(slots=True)
class _Room:
    """One chat: its turn in line, when it may be written to, what it got lately."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    sent_at: float = -QUIET_SECONDS
    paced_until: float = 0.0
    lately: deque[float] = field(default_factory=lambda: deque(maxlen=GROUP_MESSAGES))


class FloodLimiter(BaseRateLimiter[Attempt]):
    """One message at a time for each chat, as many chats at once as there are connections."""

    def __init__(self) -> None:
        self._rooms: dict[object, _Room] = {}
        self._window = asyncio.Semaphore(CONNECTIONS)
        self._line = asyncio.Lock()
        self._free_at = 0.0
        self._paced_until = 0.0

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Attempt | None,
    ) -> Any:
        """Make the request when its chat may be written to, again as long as it certainly did not arrive."""
        chat = data.get("chat_id")
        if chat is None:
            return await _few_times(callback, args, kwargs)
        room = self._room(chat)
        if endpoint == "sendChatAction":
            busy = room.lock.locked() or room.free_at > time.monotonic()
            return busy or await callback(*args, **kwargs)
        attempt, pause = rate_limit_args or Attempt(), FIRST_PAUSE
        async with room.lock:
            while True:
                in_group = isinstance(chat, int) and chat < 0
                async with await self._turn(room, in_group):
                    attempt.posted = True
                    try:
                        result = await callback(*args, **kwargs)
                        room.sent_at = time.monotonic()
                        return result
                    except TelegramError as error:
                        if not never_sent(error):
                            raise
                        attempt.posted = False
                        pause = self._hit(room, error, pause)

    def _hit(self, room: _Room, error: TelegramError, pause: float) -> float:
        """Note how long a chat waits after a request that was not taken; the pause after the next."""
        now = time.monotonic()
        if isinstance(error, RetryAfter):
            room.free_at = now + wait_of(error) + 0.1
            room.paced_until = self._paced_until = now + PACED_SECONDS
            if room.sent_at < now - QUIET_SECONDS:
                self._free_at = max(self._free_at, room.free_at)
            return pause
        room.free_at = now + pause
        return min(pause * 2, LONGEST_PAUSE)

    async def _turn(self, room: _Room, in_group: bool) -> "_Held":
        """Wait until this chat and the bot as a whole may send, and take a connection."""
        full = in_group and len(room.lately) == GROUP_MESSAGES
        free_at = max(room.free_at, room.lately[0] + GROUP_SECONDS) if full else room.free_at
        if (wait := free_at - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        lined = False
        while True:
            paced = self._paced_until > time.monotonic()
            if paced and not lined:
                await self._stand_in_line()
                lined = True
            await self._window.acquire()
            now = time.monotonic()
            if lined or self._paced_until <= now:
                break
            self._window.release()
        if in_group:
            room.lately.append(now)
        elif room.paced_until > now:
            room.free_at = now + CHAT_PACE
        return _Held(self._window)

    async def _stand_in_line(self) -> None:
        async with self._line:
            if (wait := self._free_at - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            self._free_at = time.monotonic() + OVERALL_PACE

    def _room(self, chat: object) -> _Room:
        room = self._rooms.get(chat)
        if room is None:
            if len(self._rooms) >= _ROOMS_KEPT:
                self._forget_idle()
            room = self._rooms[chat] = _Room()
        return room

    def _forget_idle(self) -> None:
        now = time.monotonic()
        for chat, room in list(self._rooms.items()):
            busy = room.lock.locked() or max(room.free_at, room.paced_until) > now
            if not busy and (not room.lately or room.lately[-1] < now - GROUP_SECONDS):
                del self._rooms[chat]


class _Held:
    """A connection taken, given back at the end of the block."""

    __slots__ = ("_window",)

    def __init__(self, window: asyncio.Semaphore) -> None:
        self._window = window

    async def __aenter__(self) -> None:
        """Taken already."""

    async def __aexit__(self, *_: object) -> None:
        self._window.release()


async def _few_times(callback: Callable[..., Coroutine[Any, Any, Any]], args: Any, kwargs: dict[str, Any]) -> Any:
    """A request that belongs to no chat: answers to presses and queries, which expire, and set-up."""
    for tried in range(1, TRIES_WITHOUT_CHAT):
        try:
            return await callback(*args, **kwargs)
        except TelegramError as error:
            if not never_sent(error):
                raise
            await asyncio.sleep(wait_of(error) if isinstance(error, RetryAfter) else FIRST_PAUSE * tried)
    return await callback(*args, **kwargs)
