"""Who is there: people, chats and topics."""

from __future__ import annotations

from typing import Literal

from tests.botapi.core import Core
from tests.botapi.records import Chat, Injected, Sent, User
from tests.botapi.world import Room

ChatKind = Literal["private", "group", "supergroup"]
Message = Injected | Sent | int


class Places:
    """Registers people and chats; every method may be called from any thread."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def user(self, user_id: int, first_name: str = "", username: str = "", language_code: str = "en") -> User:
        """A person with a private chat; the same identifier again changes the person."""
        user = User(user_id, first_name or f"User {user_id}", username, language_code)
        with self._core.lock:
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
        """A chat the bot is in; ``forum`` gives topics (private chats too), ``admin`` makes the bot one."""
        with self._core.lock:
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
        with self._core.lock:
            return self._core.world.open_topic(self._room(chat), name)

    def _person(self, user: User | int) -> User:
        if isinstance(user, User):
            return user
        return self._core.world.users.get(user) or self.user(user)

    def _room(self, chat: Chat | int) -> Room:
        return self._core.world.rooms[chat.id if isinstance(chat, Chat) else chat]
