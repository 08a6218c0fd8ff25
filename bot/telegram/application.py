"""The bot as a process: start, serve by polling or webhook, stop within seconds."""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from telegram.error import InvalidToken, TelegramError

from bot.settings import Settings
from bot.store.database import UnusableDatabase
from bot.store.locks import ThreadLocks
from bot.store.store import Store
from bot.telegram.client import Client, make_client
from bot.telegram.dispatch import Dispatcher
from bot.telegram.inline import Cards
from bot.telegram.logs import configure_logs
from bot.telegram.metrics import Metrics
from bot.telegram.mind import CoreMind, Mind
from bot.telegram.polling import Poller
from bot.telegram.profile import introduce
from bot.telegram.reading import Reader
from bot.telegram.trouble import patiently, where
from bot.telegram.turns import Turns

if TYPE_CHECKING:
    from bot.world import Loaded

GRACE_SECONDS = 5.0
SETTLE_SECONDS = 2.0
PURGE_EVERY = timedelta(days=1)

log = structlog.get_logger()


def run(settings: Settings, loaded: "Loaded") -> int:
    """Serve until a signal; the exit status."""
    return serve(settings, CoreMind(loaded, settings.cache_dir))


def serve(settings: Settings, mind: Mind) -> int:
    """As `run`, with whatever answers."""
    started = time.monotonic()
    configure_logs()
    try:
        store = Store(settings.database)
        store.open()
    except UnusableDatabase as error:
        print(error, file=sys.stderr)
        return 1
    try:
        return asyncio.run(_Process(settings, mind, store, started).run())
    finally:
        store.close()


class _Process:
    """One run."""

    def __init__(self, settings: Settings, mind: Mind, store: Store, started: float) -> None:
        self._settings = settings
        self._mind = mind
        self._store = store
        self._started = started
        self._metrics = Metrics()
        self._client = make_client(settings)
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        """Everything between the first signal handler and the last open connection."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        try:
            if await self._until_stopped(_greet(self._client, self._settings)):
                return 0
            return await self._serve()
        except InvalidToken:
            print("Telegram does not know TELEGRAM_BOT_TOKEN; check it with @BotFather.", file=sys.stderr)
            return 1
        except (OSError, TelegramError) as error:
            print(f"The bot cannot go on: {error}", file=sys.stderr)
            return 1
        except Exception as error:
            log.critical("stopped by a fault", **where(error))
            return 1
        finally:
            with suppress(TelegramError):
                await self._client.shutdown()

    async def _serve(self) -> int:
        locks = None
        if self._settings.webhook_url and not self._store.single_process:
            locks = ThreadLocks(self._store.engine)
        turns = Turns(
            self._client,
            self._store,
            self._mind,
            self._settings,
            self._metrics,
            locks.held if locks else None,
        )
        cards = Cards(self._client, self._store, self._mind, self._settings)
        reader = Reader(self._client.bot, self._mind.commands)
        dispatcher = Dispatcher(self._client, self._store, reader, turns, cards, self._mind.words)
        chores = [
            asyncio.create_task(introduce(self._client, self._mind)),
            asyncio.create_task(self._keep_house()),
        ]
        gc.collect()
        gc.freeze()
        log.info("ready", seconds=round(time.monotonic() - self._started, 2))
        try:
            await self._until_stopped(self._serving(dispatcher))
        finally:
            for chore in chores:
                chore.cancel()
            await dispatcher.stop(GRACE_SECONDS)
            if locks:
                locks.close()
            log.info("stopped")
        return 0

    async def _serving(self, dispatcher: Dispatcher) -> None:
        if self._settings.webhook_url:
            from bot.telegram.webhook import Webhook

            await Webhook(self._client, dispatcher, self._metrics, self._settings).run()
        else:
            await Poller(self._client, self._store, dispatcher).run()

    async def _keep_house(self) -> None:
        """Empty the log when idle; once a day drop what is too old."""
        purged = time.monotonic()
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            try:
                await self._store.run(self._store.settle)
                if time.monotonic() - purged > PURGE_EVERY.total_seconds():
                    purged = time.monotonic()
                    await self._store.run(self._store.purge, time.time())
            except Exception as error:
                log.error("housekeeping failed", **where(error))

    async def _until_stopped(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do this until it is done or a signal comes; whether a signal came."""
        task = asyncio.create_task(work)
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if task.done():
            task.result()
            return False
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return True


async def _greet(client: Client, settings: Settings) -> None:
    """Learn the bot's own name, and leave a webhook that polling would collide with."""
    await patiently(client.initialize)
    if not settings.webhook_url:
        await patiently(client.delete_webhook)
