"""What people do without writing: press, ask inline, react, let the bot in or out."""

from __future__ import annotations

import time

from tests.botapi.core import CALLBACK_LIFETIME, INLINE_LIFETIME
from tests.botapi.places import Places
from tests.botapi.records import Chat, Injected, Json, Sent, User
from tests.botapi.texts import checked_text
from tests.botapi.world import InlineMessage, Room


class Gestures(Places):
    """Puts queries, reactions and membership changes into the queue."""

    def press(self, message: Sent, data_or_label: str, user: User | int) -> Injected:
        """Press a callback button as the given send showed it, even if it was edited or deleted since."""
        button = _callback_button(message, data_or_label)
        with self._core.lock:
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
        with self._core.lock:
            person = self._person(user)
            identifier = self._core.world.ask("inline", person.id, INLINE_LIFETIME)
            asked: Json = {"id": identifier, "from": person.json(), "query": query, "offset": offset}
            asked["chat_type"] = "sender"
            injected = self._core.inject("inline_query", f"user {person.id}", asked)
        self._core.wake()
        return injected

    def choose(self, query: Injected, result: Json, user: User | int) -> Injected:
        """Send a result of an inline query; with buttons it becomes a message the bot can edit."""
        with self._core.lock:
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
        with self._core.lock:
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
        """The bot becomes member, administrator, left or kicked in a chat: my_chat_member."""
        with self._core.lock:
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


def _forbidden(room: Room) -> str:
    if room.private:
        return "bot was blocked by the user"
    return f"bot was kicked from the {room.chat.kind} chat"


def _callback_button(message: Sent, wanted: str) -> Json:
    for button in message.buttons:
        if "callback_data" in button and wanted in (button["text"], button["callback_data"]):
            return button
    raise LookupError(f"no callback button {wanted!r} among {[button['text'] for button in message.buttons]}")
