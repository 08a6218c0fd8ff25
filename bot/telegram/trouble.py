"""What an error of the Bot API means for a message: not sent, perhaps sent, or refused."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import structlog
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_FRAMES = 4
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0

log = structlog.get_logger()


class Unreachable(Exception):  # noqa: N818 - nothing is wrong with us
    """The chat cannot be written to (blocked, closed, gone); nothing can be said there."""


def never_sent(error: TelegramError) -> bool:
    """Whether the request certainly was not carried out, and may simply be made again."""
    if isinstance(error, RetryAfter):
        return True
    if not isinstance(error, NetworkError) or isinstance(error, BadRequest):
        return False
    cause = error.__cause__
    return cause is None or isinstance(cause, _NEVER_LEFT)


def perhaps_sent(error: TelegramError) -> bool:
    """Whether nobody can tell: the connection broke, or no answer came in time."""
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest) and not never_sent(error)


def wait_of(error: RetryAfter) -> float:
    """The seconds Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def says(error: TelegramError, *reasons: str) -> bool:
    """Whether Telegram refused for one of these reasons."""
    message = str(error).lower()
    return isinstance(error, BadRequest) and any(reason in message for reason in reasons)


def gone(error: TelegramError) -> bool:
    """Whether the chat or the person is beyond reach, as a normal event."""
    return isinstance(error, Forbidden) or says(
        error,
        "chat not found",
        "not enough rights",
        "have no rights",
        "chat_write_forbidden",
        "user_is_blocked",
    )


async def patiently(work: Callable[[], Awaitable[object]]) -> None:
    """Do something at start, again and again while Telegram does not answer."""
    pause = FIRST_PAUSE
    while True:
        try:
            await work()
            return
        except TelegramError as error:
            if not (never_sent(error) or perhaps_sent(error)):
                raise
            log.warning("Telegram does not answer yet", **where(error))
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def where(error: BaseException) -> dict[str, str]:
    """An error for the log: its kind and place; never its message, which may hold words of a person."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    found = {"error": type(error).__name__, "at": " < ".join(reversed(places))}
    if isinstance(error, TelegramError):
        found["reason"] = str(error).partition(":")[0][:80]
    return found
