"""Chats, topics, users and messages as Telegram would hold them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from tests.botapi.records import Chat, Json, RefusedError, Upload, User, bad_request

GENERAL_TOPIC = 1


@dataclass(slots=True)
class Room:
    """A chat with its messages and what stands in the bot's way."""

    chat: Chat
    json: Json
    messages: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, bool] = field(default_factory=dict)
    forbidden: str = ""
    migrated_to: int | None = None
    bot_status: str = "member"
    last_message_id: int = GENERAL_TOPIC

    @property
    def private(self) -> bool:
        """Whether this is a chat with one person."""
        return self.chat.kind == "private"


@dataclass(slots=True)
class Query:
    """A callback or inline query that waits for an answer."""

    kind: str
    user_id: int
    asked: float
    lifetime: float
    answered: bool = False

    def alive(self) -> bool:
        """Whether Telegram still takes an answer."""
        return time.monotonic() - self.asked < self.lifetime


@dataclass(slots=True)
class InlineMessage:
    """A message sent through an inline result, known to the bot by its identifier only."""

    text: str
    entities: tuple[Json, ...] = ()
    reply_markup: Json | None = None


class World:
    """Everything that exists besides the queue of updates; the caller holds the lock."""

    def __init__(self, bot: Json) -> None:
        self.bot = bot
        self.rooms: dict[int, Room] = {}
        self.users: dict[int, User] = {}
        self.files: dict[str, Upload] = {}
        self.queries: dict[str, Query] = {}
        self.inline_messages: dict[str, InlineMessage] = {}
        self.reactions: dict[tuple[int, int, int], list[Json]] = {}
        self._last_message_id = 0
        self._last_key = 0

    def add_chat(self, chat: Chat) -> Room:
        """Register a chat, or change what is known of it."""
        room = self.rooms.get(chat.id)
        if room is None:
            room = self.rooms[chat.id] = Room(chat, chat.json())
        elif room.chat != chat:
            room.chat, room.json = chat, chat.json()
        return room

    def add_user(self, user: User) -> None:
        """Register a person together with the private chat."""
        known = self.rooms.get(user.id)
        self.users[user.id] = user
        forum = known.chat.forum if known else False
        self.add_chat(Chat(user.id, "private", "", user.username, user.first_name, forum))

    def key(self) -> str:
        """A fresh identifier for queries and files."""
        self._last_key += 1
        return str(4_000_000_000_000_000 + self._last_key)

    def next_message_id(self, room: Room) -> int:
        """Supergroups count by themselves, all other chats together."""
        if room.chat.kind in ("supergroup", "channel"):
            room.last_message_id += 1
            return room.last_message_id
        self._last_message_id += 1
        return self._last_message_id

    def post(self, room: Room, sender: Json, content: Json, thread: int | None = None) -> Json:
        """Add a message to a chat."""
        message: Json = {
            "message_id": self.next_message_id(room),
            "from": sender,
            "chat": room.json,
            "date": int(time.time()),
        }
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
            start = room.messages.get(thread)
            if start is not None and not room.private and "reply_to_message" not in content:
                message["reply_to_message"] = start
        message |= content
        room.messages[message["message_id"]] = message
        return message

    def open_topic(self, room: Room, name: str, thread: int | None = None) -> int:
        """Create a topic; its service message gives the identifier unless one is wished."""
        if not room.chat.forum:
            room.chat = replace(room.chat, forum=True)
            room.json = room.chat.json()
        created: Json = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        if thread is None:
            thread = int(self.post(room, self.bot, created)["message_id"])
            room.messages[thread] |= {"message_thread_id": thread, "is_topic_message": True}
        room.topics[thread] = True
        return thread

    def room_of(self, chat_id: str) -> Room:
        """The chat a request names, or Telegram's refusal."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        room = self._named(chat_id[1:]) if chat_id.startswith("@") else self._numbered(chat_id)
        if room is None:
            raise bad_request("chat not found")
        if room.migrated_to is not None:
            parameters = {"migrate_to_chat_id": room.migrated_to}
            raise RefusedError(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters)
        if room.forbidden:
            raise RefusedError(403, f"Forbidden: {room.forbidden}")
        return room

    def _numbered(self, chat_id: str) -> Room | None:
        try:
            return self.rooms.get(int(chat_id))
        except ValueError:
            return None

    def _named(self, username: str) -> Room | None:
        rooms = self.rooms.values()
        return next((room for room in rooms if not room.private and room.chat.username == username), None)

    def query_of(self, kind: str, identifier: str) -> Query:
        """A query that may still be answered, or Telegram's refusal."""
        query = self.queries.get(identifier)
        if query is None or query.kind != kind or not query.alive():
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return query

    def ask(self, kind: str, user_id: int, lifetime: float) -> str:
        """Register a query of a person."""
        identifier = self.key()
        self.queries[identifier] = Query(kind, user_id, time.monotonic(), lifetime)
        return identifier


def writable_topic(room: Room, thread: int) -> int | None:
    """The topic a message may go to (0 and None: no topic), or Telegram's refusal."""
    if thread == 0:
        if room.topics.get(GENERAL_TOPIC) is False:
            raise bad_request("TOPIC_CLOSED")
        return None
    if thread == GENERAL_TOPIC or thread not in room.topics:
        raise bad_request("message thread not found")
    if not room.topics[thread]:
        raise bad_request("TOPIC_CLOSED")
    return thread


def shown_to(room: Room, message: Json, bot: Json, mentioned: bool) -> bool:
    """Whether the bot sees a group message in privacy mode."""
    if room.private or room.bot_status == "administrator" or mentioned:
        return True
    if message.get("reply_to_message", {}).get("from", {}).get("id") == bot["id"]:
        return True
    text = str(message.get("text") or message.get("caption") or "")
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    command, at, name = first.partition("@")
    return command.startswith("/") and (not at or name.lower() == str(bot["username"]).lower())
