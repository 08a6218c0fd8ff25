"""What can go wrong, on order."""

from __future__ import annotations

from dataclasses import replace

from tests.botapi.faults import Fault, refusal
from tests.botapi.gestures import Gestures
from tests.botapi.limits import Rate
from tests.botapi.records import Chat, Injected, User
from tests.botapi.world import GENERAL_TOPIC

_FOREVER = 1 << 60


class Trouble(Gestures):
    """Orders faults; every method may be called from any thread."""

    def fail(
        self,
        method: str,
        times: int = 1,
        status: int = 500,
        description: str | None = None,
        retry_after: int | None = None,
        *,
        chat: Chat | int | None = None,
    ) -> None:
        """Refuse the next requests of a method ("*": any) unperformed; 0 times: until ``calm``."""
        self._order(Fault("fail", method, times, _chat_id(chat), refusal(status, description, retry_after)))

    def drop_before(self, method: str, times: int = 1, *, chat: Chat | int | None = None) -> None:
        """Close the connection without performing the request."""
        self._order(Fault("drop_before", method, times, _chat_id(chat)))

    def drop_after(self, method: str, times: int = 1, *, chat: Chat | int | None = None) -> None:
        """Perform the request, then close the connection without an answer."""
        self._order(Fault("drop_after", method, times, _chat_id(chat)))

    def delay(
        self,
        method: str,
        seconds: float,
        times: int = 1,
        *,
        after: bool = False,
        chat: Chat | int | None = None,
    ) -> None:
        """Wait before performing the request, or between performing and answering it."""
        kind = "delay_after" if after else "delay"
        self._order(Fault(kind, method, times, _chat_id(chat), seconds=seconds))

    def calm(self) -> None:
        """Call off all faults that are left."""
        with self._core.lock:
            self._core.faults.clear()

    def limit_rate(self, rate: Rate | None) -> None:
        """Switch flood control on with these limits, or off with None."""
        with self._core.lock:
            self._core.flood.set_rate(rate)

    def block(self, user: User | int) -> Injected:
        """The user blocks the bot: my_chat_member arrives, sends get 403."""
        person = self._person(user)
        return self.membership(person.id, "kicked", person)

    def unblock(self, user: User | int) -> Injected:
        """The user lets the bot in again."""
        person = self._person(user)
        return self.membership(person.id, "member", person)

    def close_topic(self, chat: Chat | int, thread: int | None = None) -> None:
        """Close a topic (None: General): sends get TOPIC_CLOSED."""
        with self._core.lock:
            self._room(chat).topics[thread or GENERAL_TOPIC] = False

    def delete_topic(self, chat: Chat | int, thread: int) -> None:
        """Delete a topic with its messages: sends get "message thread not found"."""
        with self._core.lock:
            room = self._room(chat)
            room.topics.pop(thread, None)
            gone = [key for key, message in room.messages.items() if message.get("message_thread_id") == thread]
            for key in gone:
                del room.messages[key]

    def delete(self, chat: Chat | int, message_id: int) -> None:
        """A person deletes a message; bots are not told."""
        with self._core.lock:
            self._room(chat).messages.pop(message_id, None)

    def expire(self, query: Injected) -> None:
        """Make a callback or inline query too old to answer."""
        with self._core.lock:
            self._core.world.queries.pop(query.query_id, None)

    def migrate(self, chat: Chat | int, new_id: int, by: User | int) -> list[Injected]:
        """A group becomes a supergroup: two service messages, the old identifier is refused."""
        with self._core.lock:
            old = self._room(chat)
            person = self._person(by).json()
            new = self._core.world.add_chat(replace(old.chat, id=new_id, kind="supergroup"))
            new.bot_status = old.bot_status
            moved = self._core.world.post(old, person, {"migrate_to_chat_id": new_id})
            arrived = self._core.world.post(new, person, {"migrate_from_chat_id": old.chat.id})
            old.migrated_to = new_id
            injected = [
                self._core.inject("message", f"chat {message['chat']['id']}", message) for message in (moved, arrived)
            ]
        self._core.wake()
        return injected

    def _order(self, fault: Fault) -> None:
        if fault.times <= 0:
            fault.times = _FOREVER
        with self._core.lock:
            self._core.faults.add(fault)


def _chat_id(chat: Chat | int | None) -> int | None:
    return chat.id if isinstance(chat, Chat) else chat
