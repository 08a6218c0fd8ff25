"""The bot as a real process."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.settings import DATABASE_FILE
from bot.store.store import Store
from tests.botapi import BotApi

WITHIN = 30.0
ECHO = ("-m", "tests.edge")
CORE = ("-c", "from bot.cli import main; main()", "run")


@cache
def empty_database() -> bytes:
    """A migrated database, made once: a bot that finds it starts in half the time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / DATABASE_FILE
        store = Store(f"sqlite:///{path}")
        store.open()
        store.close()
        return path.read_bytes()


class RunningBot:
    """One process, of the edge with an echo or of the whole bot; what it logs goes to a file."""

    def __init__(self, api: BotApi, folder: Path, *, core: bool = False, **environment: str) -> None:
        self.folder = folder
        self.log = folder / "log"
        folder.mkdir(exist_ok=True)
        if not core and not (folder / DATABASE_FILE).exists():
            (folder / DATABASE_FILE).write_bytes(empty_database())
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("WEBHOOK_", "ACCESS"))},
            "TELEGRAM_BOT_TOKEN": api.token,
            "TELEGRAM_API_BASE": api.url,
            "DATA_DIR": str(folder),
            "CACHE_DIR": str(folder),
            **environment,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, *(CORE if core else ECHO)], env=variables, stderr=log)

    def ready(self) -> "RunningBot":
        """Wait for the line that says so."""
        return self.logged('"event": "ready"', WITHIN)

    def logged(self, words: str, timeout: float = WITHIN) -> "RunningBot":
        """Wait until the log holds these words."""
        deadline = time.monotonic() + timeout
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.01)
        return self

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the database holds, read beside the running bot."""
        connection = sqlite3.connect(self.folder / DATABASE_FILE, timeout=10)
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            connection.close()

    def until(self, query: str, *rows: tuple[object, ...]) -> None:
        """Wait until a query finds exactly these rows."""
        deadline = time.monotonic() + WITHIN
        while (found := self.rows(query)) != list(rows):
            assert time.monotonic() < deadline, (found, self.log.read_text())
            time.sleep(0.01)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, float]:
        """Ask it to end: its exit status, and the seconds it took."""
        asked = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(15)
        return status, time.monotonic() - asked


@contextmanager
def running(api: BotApi, folder: Path, *, core: bool = False, **environment: str) -> Iterator[RunningBot]:
    """A bot that is ready, and gone at the end."""
    bot = RunningBot(api, folder, core=core, **environment)
    try:
        yield bot.ready()
    finally:
        if bot.process.poll() is None:
            bot.kill()
