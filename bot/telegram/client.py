"""The Bot API as this project uses it."""

import sys
from typing import Any

from telegram import InputFile
from telegram.constants import ParseMode
from telegram.ext import ExtBot

from bot.rendering.rendered import Document
from bot.settings import TELEGRAM, Settings
from bot.telegram.connections import READ_SECONDS, Connections, one_connection
from bot.telegram.limiter import Attempt, FloodLimiter

# httpcore asks for `sniffio` at every lock, and not finding it searches the whole path each time: a quarter
# of the work of a request. The answer without it is asyncio, which is right.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

POLL_SECONDS = 25
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]

# As the Bot API takes it; PTB's own classes cost more than everything else that is done for a message.
Keyboard = dict[str, list[list[dict[str, str]]]]


class Client(ExtBot[Attempt]):
    """PTB's bot, with updates also as they came over the wire."""

    async def raw_updates(self, offset: int) -> list[dict[str, Any]]:
        """Wait for updates from this offset on; what lies before is thereby confirmed."""
        data = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES}
        found: list[dict[str, Any]] = await self._post("getUpdates", data, read_timeout=POLL_SECONDS + READ_SECONDS)
        return found

    async def send_text(
        self,
        chat: int,
        text: str,
        attempt: Attempt,
        *,
        formatted: bool,
        topic: int,
        reply_to: int,
        markup: Keyboard | None,
    ) -> int:
        """Send a message and return its number; PTB's own method unpacks the whole message for it."""
        data: dict[str, Any] = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        if formatted:
            data["parse_mode"] = ParseMode.HTML
        if topic:
            data["message_thread_id"] = topic
        if reply_to:
            data["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
        if markup is not None:
            data["reply_markup"] = markup
        sent = await self._post("sendMessage", data, api_kwargs=self._merge_api_rl_kwargs(None, attempt))
        number: int = sent["message_id"]
        return number

    async def send_file(self, chat: int, document: Document, caption: str, attempt: Attempt, *, topic: int) -> int:
        """Send a file under its own name and type, and return the message's number."""
        file = InputFile(document.content, document.name)
        file.mimetype = document.mime
        sent = await self.send_document(
            chat,
            file,
            caption=caption or None,
            disable_content_type_detection=True,
            message_thread_id=topic or None,
            rate_limit_args=attempt,
        )
        return sent.message_id


def make_client(settings: Settings) -> Client:
    """A client for the token and server of the settings."""
    connections = Connections()
    return Client(
        settings.telegram_bot_token.get_secret_value(),
        base_url=f"{settings.telegram_api_base or TELEGRAM}/bot",
        base_file_url=f"{settings.telegram_api_base or TELEGRAM}/file/bot",
        request=connections,
        get_updates_request=one_connection(connections.context),
        rate_limiter=FloodLimiter(),
    )
