"""What people do: write, press, ask inline, react, join and leave."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

from tests.botapi.core import CALLBACK_LIFETIME, INLINE_LIFETIME, Core
from tests.botapi.entities import found_entities, utf16_length
from tests.botapi.records import Chat, Injected, Json, Sent, User
from tests.botapi.texts import checked_text
from tests.botapi.world import GENERAL_TOPIC, InlineMessage, Room, shown_to

ChatKind = Literal["private", "group", "supergroup"]
Message = Injected | Sent | int
_PHOTO_SIZE = 50_000


class People:
    """Puts updates into the queue; every method may be called from any thread."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def user(self, user_id: int, first_name: str = "", username: str = "", language_code: str = "en") -> User:
        """A person with a private chat; the same identifier again changes the person."""
        user = User(user_id, first_name or f"User {user_id}", username, language_code)
        with self._core.changed:
            self._core.world.add_user(user)
        return user

    def chat(
        self,
        chat_id: int,
        kind: ChatKind = "private",
        *,
        forum: bool = False,
        title: str = "",
        username: str = "",
        admin: bool = False,
    ) -> Chat:
        """A chat the bot is in; ``forum`` gives topics (for private chats too), ``admin`` makes the bot one."""
        with self._core.changed:
            if kind == "private":
                person = self._core.world.users.get(chat_id) or self.user(chat_id)
                chat = Chat(chat_id, kind, "", person.username, person.first_name, forum)
            else:
                chat = Chat(chat_id, kind, title or f"Chat {chat_id}", username, "", forum)
            room = self._core.world.add_chat(chat)
            room.bot_status = "administrator" if admin else "member"
        return chat

    def topic(self, chat: Chat | int, name: str = "Topic") -> int:
        """Create a topic and return its thread identifier."""
        with self._core.changed:
            return self._core.world.open_topic(self._room(chat), name)

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
        with self._core.changed:
            injected = self._post(content, user, chat, thread, reply_to, edit_of)
        self._core.wake()
        return injected

    def inject_many(
        self, count: int, users: int = 32, text: str = "message {n}", first_user: int = 10_000
    ) -> list[Injected]:
        """Many private messages at once, users taking turns; ``{n}`` counts from 0."""
        with self._core.changed:
            known = [self._core.world.users.get(first_user + n) or self.user(first_user + n) for n in range(users)]
            injected = [
                self._post({"text": text.replace("{n}", str(n))}, known[n % users], None, None, None, None)
                for n in range(count)
            ]
        self._core.wake()
        return injected

    def photo(self, user: User | int, caption: str = "", chat: Chat | int | None = None) -> Injected:
        """A photo from a person."""
        with self._core.changed:
            size = {**self._file(_PHOTO_SIZE), "width": 1280, "height": 960}
            content: Json = {"photo": [size]}
            if caption:
                content |= {"caption": caption, "caption_entities": found_entities(caption)}
            injected = self._post(content, user, chat, None, None, None)
        self._core.wake()
        return injected

    def voice(self, user: User | int, duration: int = 3, chat: Chat | int | None = None) -> Injected:
        """A voice message from a person."""
        with self._core.changed:
            voice = {**self._file(duration * 4_000), "duration": duration, "mime_type": "audio/ogg"}
            injected = self._post({"voice": voice}, user, chat, None, None, None)
        self._core.wake()
        return injected

    def press(self, message: Sent, data_or_label: str, user: User | int) -> Injected:
        """Press a callback button as the given send showed it, even if it was edited or deleted since."""
        button = _callback_button(message, data_or_label)
        with self._core.changed:
            person = self._person(user)
            query: Json = {
                "id": self._core.world.ask("callback", person.id, CALLBACK_LIFETIME),
                "from": person.json(),
                "chat_instance": str(message.chat_id * 7 + 1),
                "data": button["callback_data"],
            }
            if message.inline_message_id is not None:
                query["inline_message_id"] = message.inline_message_id
            else:
                room = self._core.world.rooms[message.chat_id]
                gone = {"chat": room.json, "message_id": message.message_id, "date": 0}
                query["message"] = room.messages.get(message.message_id, gone)
            injected = self._core.inject("callback_query", f"user {person.id}", query)
        self._core.wake()
        return injected

    def inline(self, query: str, user: User | int, offset: str = "") -> Injected:
        """An inline query."""
        with self._core.changed:
            person = self._person(user)
            identifier = self._core.world.ask("inline", person.id, INLINE_LIFETIME)
            asked: Json = {"id": identifier, "from": person.json(), "query": query, "offset": offset}
            asked["chat_type"] = "sender"
            injected = self._core.inject("inline_query", f"user {person.id}", asked)
        self._core.wake()
        return injected

    def choose(self, query: Injected, result: Json, user: User | int) -> Injected:
        """Send a result of an inline query; with buttons it becomes a message the bot can edit."""
        with self._core.changed:
            person = self._person(user)
            chosen: Json = {"result_id": result["id"], "from": person.json(), "query": query.payload["query"]}
            if result.get("reply_markup"):
                chosen["inline_message_id"] = self._core.world.key()
                content = result.get("input_message_content", {})
                raw, mode = content.get("message_text", " "), content.get("parse_mode", "")
                parsed = checked_text(raw, mode, content.get("entities"))
                shown = InlineMessage(parsed.text, parsed.entities, result["reply_markup"])
                self._core.world.inline_messages[chosen["inline_message_id"]] = shown
            injected = self._core.inject("chosen_inline_result", f"user {person.id}", chosen)
        self._core.wake()
        return injected

    def react(self, message: Injected | Sent, user: User | int, emoji: str | None) -> Injected:
        """Set a person's reaction, or take it back with None (delivered if asked for in allowed_updates)."""
        with self._core.changed:
            person = self._person(user)
            room = self._core.world.rooms[message.chat_id]
            key = (room.chat.id, message.message_id, person.id)
            new: list[Json] = [{"type": "emoji", "emoji": emoji}] if emoji else []
            payload: Json = {
                "chat": room.json,
                "message_id": message.message_id,
                "user": person.json(),
                "date": int(time.time()),
                "old_reaction": self._core.world.reactions.get(key, []),
                "new_reaction": new,
            }
            self._core.world.reactions[key] = new
            visible = room.private or room.bot_status == "administrator"
            injected = self._core.inject("message_reaction", f"chat {room.chat.id}", payload, visible=visible)
        self._core.wake()
        return injected

    def membership(self, chat: Chat | int, status: str, by: User | int) -> Injected:
        """The bot's own status in a chat changes: my_chat_member with member, administrator, left or kicked."""
        with self._core.changed:
            room = self._room(chat)
            payload: Json = {
                "chat": room.json,
                "from": self._person(by).json(),
                "date": int(time.time()),
                "old_chat_member": self._bot_member(room.bot_status),
                "new_chat_member": self._bot_member(status),
            }
            room.bot_status = status
            room.forbidden = _forbidden(room) if status in ("left", "kicked") else ""
            injected = self._core.inject("my_chat_member", f"chat {room.chat.id}", payload)
        self._core.wake()
        return injected

    def _bot_member(self, status: str) -> Json:
        member: Json = {"user": self._core.world.bot, "status": status}
        if status == "kicked":
            member["until_date"] = 0
        if status == "administrator":
            rights = (
                "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
                "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
                "can_edit_stories can_delete_stories"
            )
            member |= dict.fromkeys(rights.split(), False)
        return member

    def _person(self, user: User | int) -> User:
        if isinstance(user, User):
            return user
        return self._core.world.users.get(user) or self.user(user)

    def _room(self, chat: Chat | int) -> Room:
        return self._core.world.rooms[chat.id if isinstance(chat, Chat) else chat]

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
            kind, message = "edited_message", {**old, "edit_date": int(time.time()), **content}
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


def text_length(text: str) -> int:
    """Length of a text in Telegram's units."""
    return utf16_length(text)


def _identifier(message: Message) -> int:
    return message if isinstance(message, int) else message.message_id


def _forbidden(room: Room) -> str:
    if room.private:
        return "bot was blocked by the user"
    return f"bot was kicked from the {room.chat.kind} chat"


def _callback_button(message: Sent, wanted: str) -> Json:
    for button in message.buttons:
        if "callback_data" in button and wanted in (button["text"], button["callback_data"]):
            return button
    raise LookupError(f"no callback button {wanted!r} among {[button['text'] for button in message.buttons]}")
