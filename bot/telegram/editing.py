"""An answer changed in place, because its question was."""

import asyncio

import structlog
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.rendering.rendered import Rendered
from bot.telegram.client import Client, Keyboard
from bot.telegram.sending import MOST_TRIES, NO_PREVIEW, RETRY_SECONDS, Delivery, Part, keyboard, parts_of
from bot.telegram.trouble import perhaps_sent, says, where

log = structlog.get_logger()


class Editor:
    """Rewrites messages of ours; whatever stands in the way, the caller sends a new message instead."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def edit(self, delivery: Delivery, message_ids: tuple[int, ...], rendered: Rendered, opening: str) -> bool:
        """Put an answer where another stood; False when it has to be sent anew."""
        parts = parts_of(rendered, opening)
        if rendered.charts or rendered.files or len(parts) != len(message_ids):
            return False
        markup = keyboard(rendered)
        for message_id, part in zip(message_ids, parts, strict=True):
            last = message_id == message_ids[-1]
            if not await self._rewrite(delivery, message_id, part, markup if last else None):
                return False
        delivery.sent[:] = message_ids
        return True

    async def _rewrite(self, delivery: Delivery, message_id: int, part: Part, markup: Keyboard | None) -> bool:
        """Rewrite one message; doing it twice does no harm, so a lost answer is simply tried again."""
        for tried in range(1, MOST_TRIES + 1):
            try:
                await self._client.edit_message_text(
                    part.html,
                    delivery.chat,
                    message_id,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=NO_PREVIEW,
                    rate_limit_args=delivery.attempt,
                    api_kwargs={"reply_markup": markup},
                )
            except TelegramError as error:
                if says(error, "message is not modified"):
                    return True
                if not perhaps_sent(error):
                    log.info("not edited", **where(error))
                    return False
                await asyncio.sleep(RETRY_SECONDS * tried)
            else:
                return True
        return False
