"""An update → what a person did, in which thread, about which message; None when it is not for us."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from telegram import CallbackQuery, Message, MessageEntity, Update, User
from telegram.constants import ChatType

from bot import presses
from bot.store.records import Opening, ThreadKey
from bot.telegram.addressing import own_words

# The first of these that a message carries; animation before document, which comes along with it.
ATTACHMENTS = (
    "photo", "voice", "video_note", "video", "audio", "animation", "document", "sticker",
    "location", "contact", "poll", "story",
)  # fmt: skip
INVITE = "invite"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a person did that gets an answer.

    `question_id` is the message our answer replies to; `replies_to` the one of ours that theirs replied to.
    """

    update_id: int
    mark: str
    at: datetime
    key: ThreadKey
    private: bool
    question_id: int
    text: str = ""
    press: str = ""
    query_id: str = ""
    attachment: str = ""
    replies_to: int = 0
    edited: bool = False
    quotes_others: bool = False
    lost_topic: bool = False

    @property
    def opening(self) -> Opening:
        """What the store needs to begin."""
        edits = self.question_id if self.edited else 0
        return Opening(self.update_id, self.mark, self.key, self.at.timestamp(), self.replies_to, edits)

    @property
    def lanes(self) -> tuple[tuple[int, ...], ...]:
        """What it waits for: its chat and topic; a press in a group only for the same person."""
        thread = (self.key.chat, self.key.topic)
        if self.private:
            return (thread,)
        mine = (*thread, self.key.person)
        return (mine,) if self.press else (thread, mine)

    def invited(self) -> int | None:
        """The person an `/invite` names: 0 when it names none, None when it is no invitation."""
        command, _, rest = self.text.partition(" ")
        if command != f"/{INVITE}":
            return None
        return int(rest) if rest.strip().isdecimal() else 0


class Reader:
    """Knows the bot's own name, and so what is addressed to it."""

    def __init__(self, bot: User, commands: Collection[str]) -> None:
        self._bot = bot
        self._commands = {*commands, INVITE}

    def read(self, update: Update, now: datetime) -> Asked | None:
        """What was done, if it is a person's and for us."""
        if update.callback_query is not None:
            return self._pressed(update.update_id, update.callback_query, now)
        message = update.message or update.edited_message
        if message is None or message.from_user is None or message.from_user.is_bot:
            return None
        if message.via_bot is not None and message.via_bot.id == self._bot.id:
            return None
        return self._said(update, message, message.from_user)

    def _said(self, update: Update, message: Message, person: User) -> Asked | None:
        attachment = next((kind for kind in ATTACHMENTS if getattr(message, kind)), "")
        edited = update.edited_message is not None
        if message.text is None and (edited or not attachment):
            return None
        private = message.chat.type == ChatType.PRIVATE
        replied = self._replied_to(message)
        words = own_words(message, self._bot, self._commands, private=private)
        if words is None or not (private or words.addressed or replied):
            return None
        at = message.edit_date if edited and message.edit_date else message.date
        foreign = message.forward_origin is not None or message.via_bot is not None
        return Asked(
            update.update_id,
            f"{message.chat.id}.{message.message_id}.{int(at.timestamp())}",
            at.astimezone(UTC),
            ThreadKey(message.chat.id, topic_of(message), person.id),
            private,
            message.message_id,
            text="" if foreign or attachment else words.text,
            attachment=attachment,
            replies_to=replied,
            edited=edited,
            quotes_others=foreign or self._quotes(message),
        )

    def _pressed(self, update_id: int, query: CallbackQuery, now: datetime) -> Asked | None:
        message = query.message
        if message is None or not query.data:
            return None
        shown = message if isinstance(message, Message) and message.is_accessible else None
        private = message.chat.type == ChatType.PRIVATE
        question = self._waiting_question(query, shown) if shown else None
        return Asked(
            update_id,
            f"press {query.id}",
            now,
            ThreadKey(message.chat.id, topic_of(shown) if shown else 0, query.from_user.id),
            private,
            question[0] if question else message.message_id,
            text=question[1] if question else "",
            press=query.data,
            query_id=query.id,
            lost_topic=shown is None and not private,
        )

    def _waiting_question(self, query: CallbackQuery, shown: Message) -> tuple[int, str] | None:
        """The question that a confirmation lets through: the presser's own, under which the button stands."""
        order = presses.read(query.data or "", "")
        question = shown.reply_to_message
        if order is None or order.kind != "confirm" or question is None:
            return None
        if question.from_user != query.from_user or question.forward_origin is not None:
            return None
        private = shown.chat.type == ChatType.PRIVATE
        words = own_words(question, self._bot, self._commands, private=private)
        return (question.message_id, words.text) if words else None

    def _replied_to(self, message: Message) -> int:
        """The message of ours that this one answers; the head of a topic is no such message."""
        replied = message.reply_to_message
        if replied is None or replied.from_user is None or replied.from_user.id != self._bot.id:
            return 0
        return 0 if replied.forum_topic_created else replied.message_id

    def _quotes(self, message: Message) -> bool:
        """Whether somebody else's words stand beside the person's own."""
        replied = message.reply_to_message
        if replied is None or replied.forum_topic_created:
            return message.external_reply is not None or _has_quotation(message)
        return replied.from_user is None or replied.from_user.id != self._bot.id


def topic_of(message: Message) -> int:
    """The topic of a message; 0 without one. A thread of replies in a plain group is no topic."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0


def _has_quotation(message: Message) -> bool:
    kinds = (MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE)
    return any(entity.type in kinds for entity in message.entities)
