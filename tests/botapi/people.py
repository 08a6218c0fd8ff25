"""What people write: texts, edits, photos and voice messages."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tests.botapi.entities import found_entities
from tests.botapi.places import Message, Places
from tests.botapi.records import Chat, Injected, Json, User
from tests.botapi.world import GENERAL_TOPIC, Room, shown_to

_PHOTO_SIZE = 50_000


class People(Places):
    """Puts messages into the queue."""

    def say(
        self,
        text: str,
        user: User | int,
        chat: Chat | int | None = None,
        thread: int | None = None,
        reply_to: Message | None = None,
        edit_of: Message | None = None,
        entities: Sequence[Json] | None = None,
    ) -> Injected:
        """A text message, or the edit of one; commands and mentions are marked unless entities are given."""
        marked = found_entities(text) if entities is None else list(entities)
        content: Json = {"text": text}
        if marked:
            content["entities"] = marked
        with self._core.lock:
            injected = self._post(content, user, chat, thread, reply_to, edit_of)
        self._core.wake()
        return injected

    def inject_many(
        self, count: int, users: int = 32, text: str = "message {n}", first_user: int = 10_000
    ) -> list[Injected]:
        """Many private messages at once, users taking turns; ``{n}`` counts from 0."""
        with self._core.lock:
            known = [self._core.world.users.get(first_user + n) or self.user(first_user + n) for n in range(users)]
            injected = [
                self._post({"text": text.replace("{n}", str(n))}, known[n % users], None, None, None, None)
                for n in range(count)
            ]
        self._core.wake()
        return injected

    def photo(self, user: User | int, caption: str = "", chat: Chat | int | None = None) -> Injected:
        """A photo from a person."""
        with self._core.lock:
            size = {**self._file(_PHOTO_SIZE), "width": 1280, "height": 960}
            content: Json = {"photo": [size]}
            if caption:
                content |= {"caption": caption, "caption_entities": found_entities(caption)}
            injected = self._post(content, user, chat, None, None, None)
        self._core.wake()
        return injected

    def voice(self, user: User | int, duration: int = 3, chat: Chat | int | None = None) -> Injected:
        """A voice message from a person."""
        with self._core.lock:
            voice = {**self._file(duration * 4_000), "duration": duration, "mime_type": "audio/ogg"}
            injected = self._post({"voice": voice}, user, chat, None, None, None)
        self._core.wake()
        return injected

    def _file(self, size: int) -> Json:
        key = self._core.world.key()
        return {"file_id": key, "file_unique_id": f"u{key}", "file_size": size}

    def _post(
        self,
        content: Json,
        user: User | int,
        chat: Chat | int | None,
        thread: int | None,
        reply_to: Message | None,
        edit_of: Message | None,
    ) -> Injected:
        """Add a person's message to a chat and queue its update."""
        person = self._person(user)
        room = self._room(person.id if chat is None else chat)
        if edit_of is not None:
            old = room.messages[_identifier(edit_of)]
            kept = {key: value for key, value in old.items() if key not in ("entities", "caption_entities")}
            kind, message = "edited_message", {**kept, "edit_date": int(time.time()), **content}
            room.messages[message["message_id"]] = message
        else:
            if reply_to is not None:
                original = room.messages[_identifier(reply_to)]
                shown = {key: value for key, value in original.items() if key != "reply_to_message"}
                content = {**content, "reply_to_message": shown}
            place = self._topic(room, thread)
            kind, message = "message", self._core.world.post(room, person.json(), content, place)
        visible = not self._core.privacy or shown_to(room, message, self._core.world.bot, self._mentioned(message))
        return self._core.inject(kind, f"chat {room.chat.id}", message, visible=visible)

    def _topic(self, room: Room, thread: int | None) -> int | None:
        if thread is None or thread == GENERAL_TOPIC:
            return None
        if thread not in room.topics:
            self._core.world.open_topic(room, f"Topic {thread}", thread)
        return thread

    def _mentioned(self, message: Json) -> bool:
        text = str(message.get("text", "")).lower()
        return f"@{self._core.world.bot['username']}".lower() in text


def _identifier(message: Message) -> int:
    return message if isinstance(message, int) else message.message_id
