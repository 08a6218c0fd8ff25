"""The Bot API as this project uses it."""

import sys
from typing import Any

from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.settings import TELEGRAM, Settings
from bot.telegram.limiter import CONNECTIONS, Attempt, FloodLimiter

# httpcore asks for `sniffio` at every lock, and not finding it searches the whole path each time: a quarter
# of the work of a request. The answer without it is asyncio, which is right.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

POLL_SECONDS = 25
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]
_READ_SECONDS = 10.0
_POOL_SECONDS = 15.0


class Client(ExtBot[Attempt]):
    """PTB's bot, with updates also as they came over the wire."""

    async def raw_updates(self, offset: int) -> list[dict[str, Any]]:
        """Wait for updates from this offset on; what lies before is thereby confirmed."""
        data = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES}
        found: list[dict[str, Any]] = await self._post(
            "getUpdates", data, read_timeout=POLL_SECONDS + _READ_SECONDS
        )
        return found


def make_client(settings: Settings) -> Client:
    """A client for the token and server of the settings."""
    return Client(
        settings.telegram_bot_token.get_secret_value(),
        base_url=f"{settings.telegram_api_base or TELEGRAM}/bot",
        base_file_url=f"{settings.telegram_api_base or TELEGRAM}/file/bot",
        request=HTTPXRequest(
            connection_pool_size=CONNECTIONS, read_timeout=_READ_SECONDS, pool_timeout=_POOL_SECONDS
        ),
        get_updates_request=HTTPXRequest(connection_pool_size=1, pool_timeout=_POOL_SECONDS),
        rate_limiter=FloodLimiter(),
    )
