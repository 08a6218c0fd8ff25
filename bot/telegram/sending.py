"""Finished messages to a chat: in order, to the right place, each at least once and never silently twice."""

import asyncio
import html
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog
from telegram import LinkPreviewOptions, Message
from telegram.constants import MessageLimit, ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.rendering.rendered import Chart, Document, Rendered
from bot.store.store import Store
from bot.telegram.client import Client, Keyboard
from bot.telegram.limiter import Attempt
from bot.telegram.mind import Mind
from bot.telegram.reading import Asked
from bot.telegram.trouble import Unreachable, gone, perhaps_sent, says, where

MOST_TRIES = 3
RETRY_SECONDS = 1.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

log = structlog.get_logger()


@dataclass(slots=True)
class Delivery:
    """Where an answer goes, and how far it got."""

    chat: int
    topic: int
    private: bool
    question_id: int
    quoting: bool
    repeated: bool = False
    tries: int = 0
    attempt: Attempt = field(default_factory=Attempt)
    sent: list[int] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0
    facts: tuple[str, ...] = ()

    @property
    def exhausted(self) -> bool:
        """Whether it got lost on the way so often that it is given up."""
        return self.tries >= MOST_TRIES

    @classmethod
    def of(cls, asked: Asked) -> "Delivery":
        """The way back to a question; in groups the answer replies to it."""
        key = asked.key
        return cls(key.chat, key.topic, asked.private, asked.question_id, quoting=not asked.private)


@dataclass(frozen=True, slots=True)
class Part:
    """One message, with markup and without."""

    html: str
    plain: str

    def under(self, line: str) -> tuple["Part", ...]:
        """This message opened by a line; the line goes first by itself when both are too long for one."""
        opened = Part(f"{html.escape(line, quote=False)}\n\n{self.html}", f"{line}\n\n{self.plain}")
        if len(opened.plain.encode("utf-16-le")) // 2 <= MessageLimit.MAX_TEXT_LENGTH:
            return (opened,)
        return (Part(html.escape(line, quote=False), line), self)


class Sender:
    """Sends what was rendered."""

    def __init__(self, client: Client, mind: Mind, store: Store) -> None:
        self._client = client
        self._mind = mind
        self._store = store
        self._pencil = ThreadPoolExecutor(1, thread_name_prefix="charts")

    def close(self) -> None:
        """Let go of the drawing thread."""
        self._pencil.shutdown(wait=False, cancel_futures=True)

    async def send(self, delivery: Delivery, rendered: Rendered, opening: str = "") -> None:
        """Send what is left of an answer; `opening` is a line before it."""
        parts = parts_of(rendered, self._mind.words.say("repeated") if delivery.repeated else opening)
        markup = keyboard(rendered)
        while len(delivery.sent) < len(parts):
            place = len(delivery.sent)
            last = place == len(parts) - 1
            await self._send_part(delivery, parts[place], markup if last else None)
        for chart in rendered.charts[len(delivery.sent) - len(parts) :]:
            await self._send_chart(delivery, chart)
        for document in rendered.files[delivery.files :]:
            await self._send_file(delivery, document)

    async def line(self, delivery: Delivery, key: str, **args: str) -> None:
        """Send one line of the edge's own."""
        text = self._mind.words.say(key, **args)
        await self._send_part(delivery, Part(html.escape(text, quote=False), text), None)

    async def _send_part(self, delivery: Delivery, part: Part, markup: Keyboard | None) -> None:
        """Send one message; when nobody can tell whether it arrived, again and saying so."""
        shown: tuple[Part, ...] = (part,)
        formatted = True
        while shown:
            try:
                number = await self._post(delivery, shown[0], formatted, None if shown[1:] else markup)
            except TelegramError as error:
                if says(error, "can't parse entities") and formatted:
                    log.error("markup refused", **where(error))
                    formatted = False
                    continue
                if not await self._passable(delivery, error):
                    raise
                if perhaps_sent(error):
                    delivery.repeated = True
                    shown = part.under(self._mind.words.say("repeated"))
                continue
            shown = shown[1:]
            if not shown:
                delivery.sent.append(number)

    async def _passable(self, delivery: Delivery, error: TelegramError) -> bool:
        """Whether the same message may be tried again, the delivery changed as the error tells."""
        if isinstance(error, ChatMigrated):
            await self._store.run(self._store.rekey, delivery.chat, error.new_chat_id)
            delivery.chat = error.new_chat_id
            return True
        if says(error, "message thread not found", "topic_closed", "topic_deleted"):
            if not delivery.private or not delivery.topic:
                raise Unreachable from error
            delivery.topic = 0
            return True
        if gone(error):
            raise Unreachable from error
        if not perhaps_sent(error):
            return False
        delivery.tries += 1
        if delivery.exhausted:
            return False
        await asyncio.sleep(RETRY_SECONDS * delivery.tries)
        return True

    async def _post(self, delivery: Delivery, part: Part, formatted: bool, markup: Keyboard | None) -> int:
        """Post one message; the first in a group, under the gate, or of a repeated answer as a reply."""
        replying = not delivery.sent and (delivery.quoting or delivery.repeated)
        return await self._client.send_text(
            delivery.chat,
            part.html if formatted else part.plain,
            delivery.attempt,
            formatted=formatted,
            topic=delivery.topic,
            reply_to=delivery.question_id if replying else 0,
            markup=markup,
        )

    async def _send_chart(self, delivery: Delivery, chart: Chart) -> None:
        """Send one picture after the text; what cannot be drawn or sent is done without."""
        try:
            known = await self._store.run(self._store.picture, chart.key)
            message = await self._post_known(delivery, chart, known) if known else None
            if message is None:
                message = await self._post_chart(delivery, chart, await self._drawn(chart))
                delivery.pictures.append((chart.key, message.photo[-1].file_id))
            delivery.sent.append(message.message_id)
        except Exception as error:
            log.warning("chart left out", **where(error))

    async def _send_file(self, delivery: Delivery, document: Document) -> None:
        """Send one file; when nobody can tell whether it arrived, again and saying so."""
        caption = ""
        while True:
            try:
                number = await self._client.send_file(
                    delivery.chat, document, caption, delivery.attempt, topic=delivery.topic
                )
            except TelegramError as error:
                if not await self._passable(delivery, error):
                    raise
                if perhaps_sent(error):
                    delivery.repeated = True
                    caption = self._mind.words.say("repeated")
                continue
            delivery.sent.append(number)
            delivery.files += 1
            return

    async def _post_known(self, delivery: Delivery, chart: Chart, file_id: str) -> Message | None:
        try:
            return await self._post_chart(delivery, chart, file_id)
        except BadRequest:
            return None

    async def _drawn(self, chart: Chart) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pencil, self._mind.draw, chart)

    async def _post_chart(self, delivery: Delivery, chart: Chart, picture: str | bytes) -> Message:
        return await self._client.send_photo(
            delivery.chat,
            picture,
            caption=chart.caption,
            parse_mode=ParseMode.HTML,
            message_thread_id=delivery.topic or None,
            rate_limit_args=delivery.attempt,
        )


def parts_of(rendered: Rendered, opening: str = "") -> tuple[Part, ...]:
    """The messages of an answer, opened by a line if there is one."""
    parts = tuple(Part(*both) for both in zip(rendered.html, rendered.plain, strict=True))
    return (*parts[0].under(opening), *parts[1:]) if opening and parts else parts


def keyboard(rendered: Rendered) -> Keyboard | None:
    """The buttons under the last message."""
    rows = [[{"text": button.label, "callback_data": button.data} for button in row] for row in rendered.buttons]
    return {"inline_keyboard": rows} if rows else None
